"""The rung `inventory`: a file lists calls that are parked already, and each is used up once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contract_tests.draft import listing
from contract_tests.expectation.expect import parse_json
from contract_tests.sighting import Presence, Sighting, sight
from contract_tests.state.rung import RungError, Script, by_hand, calls_from
from contract_tests.target import Target
from contract_tests.world import KnownCall, World

Look = Callable[[KnownCall], Sighting]
"""What a listing shows of a call now."""


@dataclass(kw_only=True)
class InventoryRung:
    """Hands out the calls of a list in their order, but not those that the lot, as listed, has no more.

    Without `look` every call is taken for parked. The witness is one of those that come last, with a view that no call
    handed out so far has, if there is one; it stays in the list, and is handed out when its turn comes.
    """

    calls: list[KnownCall]
    extension: str
    look: Look | None = None
    name: str = "inventory"
    is_scarce: bool = True
    _handed_out: int = field(default=0, init=False)
    _views: set[str] = field(default_factory=set, init=False)
    _gone: int = field(default=0, init=False)
    _shows_parking: bool = field(default=False, init=False)

    def parked(self, count: int, extension: str | None = None) -> list[KnownCall]:
        return [self._next(extension or self.extension) for _ in range(count)]

    def _next(self, extension: str) -> KnownCall:
        for call in [call for call in self.calls if call.extension == extension]:
            self.calls.remove(call)
            if self._is_parked(call):
                self._handed_out += 1
                self._views.update((call.view, *call.views))
                return call
            self._gone += 1
        gone = f", and {self._gone} were not in the parking lot" if self._gone else ""
        raise RungError(
            f"the inventory has no parked call of extension {extension} left"
            f" ({self._handed_out} of its calls were used{gone})"
        )

    def _is_parked(self, call: KnownCall) -> bool:
        """Not every target shows in a listing that a call is parked; one that did so before does so always."""
        if self.look is None:
            return True
        seen = self.look(call)
        self._shows_parking = self._shows_parking or bool(seen.parking)
        if seen.presence is not Presence.PRESENT:
            return seen.presence is Presence.UNKNOWN
        return bool(seen.parking) or not self._shows_parking

    def witness(self) -> KnownCall:
        of_its_own = [call for call in self.calls if call.view not in self._views]
        for call in (*reversed(of_its_own), *reversed(self.calls)):
            if self._is_parked(call):
                return call
        raise RungError("the inventory has no second parked call")

    def talking(self) -> KnownCall:
        raise RungError("an inventory lists parked calls only")

    def release(self, calls: Sequence[KnownCall]) -> None:
        return

    @property
    def script(self) -> Script:
        return Script(again=by_hand)


def inventory_rung(path: Path, world: World, look: Look | None = None) -> InventoryRung:
    """The rung of a file. Raises `RungError` for a file that is none, naming what is wrong with it."""
    try:
        value = parse_json(path.read_bytes())
    except OSError as error:
        raise RungError(f"the inventory {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RungError(f"the inventory {path} is no JSON: {error}") from error
    try:
        calls = calls_from(value, parked=True)
        _check(calls, world)
    except RungError as error:
        raise RungError(f"the inventory {path}: {error}") from error
    return InventoryRung(calls=calls, extension=world.extension, look=look)


def _check(calls: Sequence[KnownCall], world: World) -> None:
    first: dict[str, int] = {}
    for place, call in enumerate(calls):
        if call.id in first:
            raise RungError(f"calls[{place}] is calls[{first[call.id]}] again; a call is used up once")
        if call.user != world.user:
            raise RungError(f"calls[{place}] is of user {call.user}, and the token is of user {world.user}")
        first[call.id] = place


def look_at(target: Target) -> Look:
    """Asks a target to list the call."""

    def look(call: KnownCall) -> Sighting:
        return sight(target.exchange(listing(call.user, call.extension, call.id), role="set-up"), call.id)

    return look
