"""From a failing sequence to the shortest: no step and no change stays that the finding does not need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from contract_tests.lanes.blame import PARKED_AGAIN
from contract_tests.lanes.player import CannotGoOn, Player
from contract_tests.lanes.steps import Change, Step
from contract_tests.lanes.trouble import REFUSAL_CHANGED, Trouble

MOST_PLAYS = 40
PLAINER = {
    "waitForPickup": (20, "20s"),
    "callerId": ("John Doe <+3334444>", "John Doe 42420042", "John Doe <12ab34>"),
}
"""Values that say the same as odder ones of their kind; whether they do, only playing them shows."""

Play = Callable[[Sequence[Step], str], tuple[Player, list[Trouble]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A failing sequence and what is wrong with its last step."""

    steps: tuple[Step, ...]
    trouble: Trouble

    @property
    def clause(self) -> str:
        """The clause to blame: where a valid request fails only after another one, that one's refusal left a mark."""
        *earlier, last = self.steps
        if self.trouble.clause == PARKED_AGAIN:
            return PARKED_AGAIN
        needs_earlier = any(step.does == "unpark" and step.call == last.call for step in earlier)
        return REFUSAL_CHANGED if self.trouble.is_refused_valid and needs_earlier else self.trouble.clause


@dataclass(slots=True)
class Shrinking:
    """Plays shorter sequences, each on fresh calls, as long as they show something broken that is not `muted`.

    Where a request has two faults and is answered for a third, either clause can be named; with one fault left, the
    right one is.
    """

    play: Play
    case: str
    muted: frozenset[str] = frozenset()
    plays: int = 0

    def of(self, found: Found) -> Found:
        """A sequence of which no single step or change can be left out."""
        try:
            while (shorter := self._shorter(found)) is not None:
                found = shorter
        except CannotGoOn:
            pass
        return found

    def _shorter(self, found: Found) -> Found | None:
        for candidate in _simpler(found.steps):
            self.plays += 1
            if self.plays > MOST_PLAYS:
                return None
            player, troubles = self.play(candidate, self.case)
            left = [one for one in troubles if one.is_news(self.muted)]
            left.sort(key=lambda one: one.clause != found.trouble.clause)
            if left and len(player.steps) == len(candidate):
                return Found(steps=candidate, trouble=left[0])
        return None


def _simpler(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Sequences that say less, the boldest cut first."""
    length = len(steps)
    if length > 2:
        parks = [step for step in steps if step.does == "park"]
        yield parks[steps[-1].call % len(parks)], replace(steps[-1], call=0)
    chunk = length // 2
    while chunk > 1:
        for start in range(1, length - 1, chunk):
            yield steps[:start] + steps[min(start + chunk, length - 1) :]
        chunk //= 2
    for place in reversed(range(length)):
        yield steps[:place] + steps[place + 1 :]
    for place, step in enumerate(steps):
        for at in range(len(step.changes)):
            yield _with_changes(steps, place, step.changes[:at] + step.changes[at + 1 :])
    for place, step in enumerate(steps):
        for at, change in enumerate(step.changes):
            for plainer in _plainer(change):
                yield _with_changes(steps, place, (*step.changes[:at], plainer, *step.changes[at + 1 :]))


def _with_changes(steps: tuple[Step, ...], place: int, changes: tuple[Change, ...]) -> tuple[Step, ...]:
    return (*steps[:place], replace(steps[place], changes=changes), *steps[place + 1 :])


def _plainer(change: Change) -> Iterator[Change]:
    if change.kind != "value":
        return
    known = PLAINER.get(change.part, ())
    place = next((at for at, value in enumerate(known) if _is_same(value, change.value)), len(known))
    for value in known[:place]:
        if type(value) is type(change.value):
            yield replace(change, value=value)


def _is_same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
