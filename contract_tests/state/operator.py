"""The rung `operator`: a person is told what to do at the telephones, and the listing shows that it was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.draft import listing
from contract_tests.expectation.expect import parse_json
from contract_tests.sighting import listed_calls, parked_members
from contract_tests.state.rung import RungError, Script, by_hand
from contract_tests.target import Target
from contract_tests.world import KnownCall, World

TRIES = 3


@dataclass
class OperatorRung:
    """Asks a person to park calls. `ask` shows a sentence and returns when the person says that it is done.

    It raises EOFError when nobody is there to answer. The witness is parked early and used up later.
    """

    target: Target
    world: World
    ask: Callable[[str], str]
    name: str = "operator"
    is_scarce: bool = True
    _known: set[str] = field(default_factory=set, init=False)
    _in_hand: list[KnownCall] = field(default_factory=list, init=False)

    def parked(self, count: int, extension: str | None = None) -> list[KnownCall]:
        wanted = extension or self.world.extension
        return [self._in_hand_at(wanted) or self._one_more(wanted) for _ in range(count)]

    def witness(self) -> KnownCall:
        if not self._in_hand:
            self._in_hand.append(self._one_more(self.world.extension))
        return self._in_hand[0]

    def _in_hand_at(self, extension: str) -> KnownCall | None:
        found = next((call for call in self._in_hand if call.extension == extension), None)
        if found is not None:
            self._in_hand.remove(found)
        return found

    def talking(self) -> KnownCall:
        raise RungError("an operator is asked for parked calls only")

    def release(self, calls: Sequence[KnownCall]) -> None:
        return

    @property
    def script(self) -> Script:
        return Script(again=by_hand)

    def _one_more(self, extension: str) -> KnownCall:
        found = self._parked_now(extension)
        for _ in range(TRIES):
            if found is not None:
                return found
            try:
                self.ask(f"Park one more call at extension {extension}, then press Enter.")
            except EOFError:
                raise RungError(
                    "nobody is there to park a call; the rung operator needs a terminal"
                ) from None
            found = self._parked_now(extension)
        raise RungError(
            f"List PhoneCalls showed no further parked call at {extension} after {TRIES} times asking"
        )

    def _parked_now(self, extension: str) -> KnownCall | None:
        """A parked call of the extension that was not used yet, as the listing shows it."""
        response = self.target.exchange(listing(self.world.user, extension, None), role="set-up").response
        if response is None or response.status != 200:
            return None
        try:
            calls = listed_calls(parse_json(response.body)) or []
        except ValueError:
            return None
        fresh = (call for call in calls if call.get("id") not in self._known)
        found = next((known for call in fresh if (known := self._known_call(call, extension))), None)
        if found is not None:
            self._known.add(found.id)
        return found

    def _known_call(self, call: Mapping[str, Any], extension: str) -> KnownCall | None:
        views = [view for view in call.get("phoneCallView", []) if isinstance(view, dict)]
        parked = [view for view in views if parked_members(view)]
        if not parked or not isinstance(call.get("id"), str):
            return None
        return KnownCall(
            id=call["id"],
            user=self.world.user,
            extension=extension,
            view=str(parked[0].get("id")),
            views=tuple(str(view.get("id")) for view in views),
        )
