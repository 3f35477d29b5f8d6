"""The model: what must be true of each call after each request, and which answers some serial order could have given.

Pure, and far simpler than any implementation: a call is parked, retrieved, or we do not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import permutations
from typing import Literal

from contract_tests.world import KnownCall

Racer = Literal["retrieve", "retrieve-elsewhere", "hang-up", "park", "expiry"]
Fate = Literal["wins", "loses", "unjudged"]


class Standing(StrEnum):
    """Where the model holds a call to be."""

    PARKED = "parked"
    RETRIEVED = "retrieved"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lot:
    """The calls of a sequence and their standing."""

    calls: tuple[KnownCall, ...] = ()
    standings: tuple[Standing, ...] = ()

    def parked(self, call: KnownCall) -> Lot:
        """A fresh call came into the lot."""
        return Lot((*self.calls, call), (*self.standings, Standing.PARKED))

    def standing(self, call: KnownCall) -> Standing:
        """Where a call is; one that the model never saw is unknown."""
        known = (held for each, held in zip(self.calls, self.standings, strict=True) if each.id == call.id)
        return next(known, Standing.UNKNOWN)

    def holding(self, call: KnownCall, standing: Standing) -> Lot:
        """The same lot with this call elsewhere."""
        standings = tuple(
            standing if each.id == call.id else held
            for each, held in zip(self.calls, self.standings, strict=True)
        )
        return replace(self, standings=standings)

    def parked_again(self, call: KnownCall, view: str) -> Lot:
        """The same lot with this call back in it, under the view that was parked."""
        calls = tuple(
            replace(each, view=view, views=tuple(dict.fromkeys((*each.views, view))))
            if each.id == call.id
            else each
            for each in self.calls
        )
        return replace(self, calls=calls).holding(call, Standing.PARKED)

    def known(self) -> tuple[KnownCall, ...]:
        """The calls as an expectation needs them: parked or not."""
        return tuple(
            replace(call, parked=held is Standing.PARKED)
            for call, held in zip(self.calls, self.standings, strict=True)
        )


def serial_fates(racers: Sequence[Racer]) -> frozenset[tuple[Fate, ...]]:
    """What each racer for one parked call may come to, over all orders in which they could have been served.

    Only retrievals are judged: what a hang-up or a Park is answered stands on other pages. A Park of a parked call
    may leave it as it is or park it anew, under another view.
    """
    start: Fates = {}
    return frozenset(
        tuple(fates.get(place, "unjudged") for place in range(len(racers)))
        for order in permutations(range(len(racers)))
        for fates in _served(racers, order, "parked", start)
    )


Fates = dict[int, Fate]


def _served(racers: Sequence[Racer], order: Sequence[int], state: str, fates: Fates) -> Iterator[Fates]:
    if not order:
        yield fates
        return
    place, rest = order[0], order[1:]
    match racers[place], state:
        case "park", "gone":
            yield from _served(racers, rest, "gone", fates)
        case "park", _:
            yield from _served(racers, rest, "parked", fates)
            yield from _served(racers, rest, "moved", fates)
        case "hang-up" | "expiry", _:
            yield from _served(racers, rest, "gone", fates)
        case _, "parked":
            yield from _served(racers, rest, "retrieved", {**fates, place: "wins"})
        case _:
            yield from _served(racers, rest, state, {**fates, place: "loses"})
