"""Waiting until a listing shows what it is to show: the one loop, and the one list of pauses, for everybody who waits.

An answer may come before its effect, and a listing after what it shows; the profile's `settle` says how long after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Literal, TypeVar

PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.4, 0.4, 0.4)
LAST_PAUSE = 1.0
"""Seconds between two looks, when the list of pauses is at its end."""
SHORTEST = 0.001

Awaited = Literal["listed", "parked", "retrieved", "as before"]
"""What is waited for: a fresh call that is listed, one that is shown in the lot, one that was retrieved, one that a
refusal leaves alone. Who never shows the one may well show the others."""
Look = TypeVar("Look")


def look_until(
    look: Callable[[], Look], is_settled: Callable[[Look], bool], sleep: Callable[[float], None], bound: float
) -> tuple[Look, float]:
    """The first look that is settled, or else the last one within the bound; and how long was waited, in seconds."""
    waited = 0.0
    pauses: Iterator[float] = chain(PAUSES, repeat(LAST_PAUSE))
    seen = look()
    while not is_settled(seen) and bound - waited > SHORTEST:
        pause = min(next(pauses), bound - waited)
        sleep(pause)
        waited += pause
        seen = look()
    return seen, waited


@dataclass(kw_only=True)
class Settling:
    """Waits, and learns from it. `settle` bounds each wait, in seconds.

    Once it was spent in full and in vain, twice as long as any look took to settle is waited and no more; for each
    thing that is awaited by itself.
    """

    sleep: Callable[[float], None]
    settle: float
    _slowest: dict[Awaited, float] = field(init=False, default_factory=dict)
    _spent: set[Awaited] = field(init=False, default_factory=set)

    def patience(self, awaited: Awaited) -> float:
        """How long is waited for this, after what was seen so far, in seconds."""
        return (
            min(self.settle, 2 * self._slowest.get(awaited, 0.0)) if awaited in self._spent else self.settle
        )

    def look_until(
        self, awaited: Awaited, look: Callable[[], Look], is_settled: Callable[[Look], bool]
    ) -> Look:
        """The first look that is settled, or the last one."""
        seen, waited = look_until(look, is_settled, self.sleep, self.patience(awaited))
        if is_settled(seen):
            self._slowest[awaited] = max(self._slowest.get(awaited, 0.0), waited)
        elif waited >= self.settle - SHORTEST:
            self._spent.add(awaited)
        return seen
