"""The last touch to what hypothesis shrank: no step and no change stays that the finding does not need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from contract_tests.lanes.player import CannotGoOn, Player
from contract_tests.lanes.steps import Step
from contract_tests.lanes.trouble import REFUSAL_CHANGED, Trouble

MOST_PLAYS = 40

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
        for candidate in _without_one(found.steps):
            self.plays += 1
            if self.plays > MOST_PLAYS:
                return None
            player, troubles = self.play(candidate, self.case)
            left = [one for one in troubles if one.clause not in self.muted]
            left.sort(key=lambda one: one.clause != found.trouble.clause)
            if left and len(player.steps) == len(candidate):
                return Found(steps=candidate, trouble=left[0])
        return None


def _without_one(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    for place in reversed(range(len(steps))):
        yield steps[:place] + steps[place + 1 :]
    for place, step in enumerate(steps):
        for at in range(len(step.changes)):
            fewer = replace(step, changes=step.changes[:at] + step.changes[at + 1 :])
            yield (*steps[:place], fewer, *steps[place + 1 :])
