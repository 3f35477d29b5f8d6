"""What costs a start nothing, because it is made when it is first asked for."""

import asyncio
import gc
from collections.abc import Callable
from threading import RLock
from typing import Final, Generic, TypeVar

Made = TypeVar("Made")

# Two threads that import modules which import each other may each get the other's half made.
_ONE_AT_A_TIME: Final = RLock()


class FirstUse(Generic[Made]):
    """Made once, in a thread, so that whoever does not need it is served meanwhile; what `make` raises, askers get."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._made: Made | None = None
        self._making: asyncio.Future[Made] | None = None

    def at_once(self) -> Made:
        """For those who have nothing else to do meanwhile."""
        with _ONE_AT_A_TIME:
            if self._made is None:
                self._made = self._make()
                if gc.get_freeze_count():
                    gc.freeze()  # who looked away from all that there was looks away from this too
        return self._made

    async def get(self) -> Made:
        """Who asked first goes on first."""
        if self._made is not None:
            return self._made
        making = self._making
        if making is None or making.done() or making.get_loop() is not asyncio.get_running_loop():
            making = self._making = asyncio.ensure_future(asyncio.to_thread(self.at_once))
        return await asyncio.shield(making)
