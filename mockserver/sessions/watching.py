"""A scenario's files while the mock serves: whoever writes them sees the sessions begin again."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from mockserver.scenarios.scenario import Scenario, ScenarioError, load_scenario
from mockserver.store.seam import StoreUnavailableError

_SECONDS_BETWEEN_LOOKS: Final = 0.25


class WatchedScenario:
    """`use` gets the scenario whenever its files have changed and it can be read, `say` a line on what happened.

    Where the store fails while it is put to use, that is said once and tried again at every look.
    """

    def __init__(
        self, name_or_path: str, *, use: Callable[[Scenario], None], say: Callable[[str], None]
    ) -> None:
        self._name = name_or_path
        self._use = use
        self._say = say
        self._seen = _stamps(load_scenario(name_or_path).files)
        self._put_off = False

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(self._seen)

    def look(self) -> None:
        """Compare the files with the last look.  A fault is said once; the scenario stays what it was."""
        stamps = _stamps(tuple(self._seen))
        if stamps == self._seen:
            return
        try:
            scenario = load_scenario(self._name)
        except ScenarioError as error:
            self._seen = stamps
            self._say(f"{error}; the scenario stays as it was")
            return
        try:
            self._use(scenario)
        except StoreUnavailableError as error:
            if not self._put_off:
                self._say(f"{error}; {self._name} is put to use as soon as it can be kept")
            self._put_off = True
            return
        self._put_off = False
        self._seen = _stamps(scenario.files)
        self._say(f"{self._name}: read again, its sessions begin again")

    async def keep_looking(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            self.look()


def _stamps(files: tuple[Path, ...]) -> Mapping[Path, tuple[int, int] | None]:
    """Moment of the last change and size; None where there is no file."""
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
