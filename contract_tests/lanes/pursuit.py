"""The searches of the lane `explore`, and how several checks share them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from contract_tests.lanes.blame import PARKED_AGAIN, PLAIN
from contract_tests.lanes.finding import Row
from contract_tests.lanes.races import ONE_WINNER
from contract_tests.lanes.trouble import OTHER_CALL, SERVER_ERROR
from contract_tests.verdict import Verdict

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Pursuit:
    """A search as it stands in the record: the case that its exchanges belong to, and what it goes through."""

    clause: str
    slug: str
    title: str
    things: str

    @property
    def case(self) -> str:
        """The id of its case."""
        return f"{self.clause}/{self.slug}"


TO_AND_FRO = Pursuit(
    PARKED_AGAIN, "to-and-fro", "a call that is retrieved, retrieved once more and parked again", "sequences"
)
COMBINED = Pursuit(PLAIN, "combined", "every two variations of the request in one", "combinations")
FUZZED = Pursuit(
    SERVER_ERROR, "generated", "requests generated from the OpenAPI document, right and wrong", "requests"
)
DRAWN = Pursuit(
    OTHER_CALL,
    "explored",
    "drawn sequences of requests, each call as the model has it after every one",
    "sequences",
)
RACED = Pursuit(ONE_WINNER, "raced", "several requests for one call at once", "races")
"""All races together, each of which has a case of its own."""

SUMMED_UP = (TO_AND_FRO.case, COMBINED.case, FUZZED.case, DRAWN.case)
"""The cases that sum up a search."""
REQUESTS = {COMBINED: 530, RACED: 380, FUZZED: 900, DRAWN: 1070}
"""What the searches send, about, in their order."""


@dataclass(frozen=True, slots=True)
class Share:
    """The `place`-th, from 1, of `count` checks that share exploring: a stretch of all that one would do, in its order.

    What was found first by one check is found by the first of those that found it. Races, which tell each other when
    it is enough, and drawn sequences, which hypothesis makes from one another, are not taken apart.
    """

    place: int = 1
    count: int = 1

    def of(self, pursuit: Pursuit, things: Sequence[Thing]) -> Sequence[Thing]:
        """Its things of those that a search goes through."""
        begin, end = self._stretch(pursuit)
        weight = REQUESTS[pursuit]
        return things[len(things) * begin // weight : len(things) * end // weight]

    def has_part_of(self, pursuit: Pursuit) -> bool:
        """Whether its stretch touches a search."""
        begin, end = self._stretch(pursuit)
        return begin < end

    def has(self, pursuit: Pursuit) -> bool:
        """Whether a search that is not taken apart is for this one: the one that has the middle of it."""
        begin, end = self._stretch(pursuit)
        return begin <= REQUESTS[pursuit] // 2 < end

    def _stretch(self, pursuit: Pursuit) -> tuple[int, int]:
        """Where it begins and ends within a search, in the search's own requests."""
        before = 0
        for each, weight in REQUESTS.items():
            if each == pursuit:
                break
            before += weight
        total, weight = sum(REQUESTS.values()), REQUESTS[pursuit]
        bounds = (total * (self.place - 1) // self.count - before, total * self.place // self.count - before)
        begin, end = (max(0, min(weight, bound)) for bound in bounds)
        return begin, end


def not_tried(pursuit: Pursuit, why: str) -> Row:
    return replace(row_of(pursuit, Verdict.INCONCLUSIVE), actual=f"not tried: {why}")


def row_of(pursuit: Pursuit, verdict: Verdict) -> Row:
    return Row(
        clause=pursuit.clause,
        case=pursuit.case,
        title=pursuit.title,
        verdict=verdict,
        expected=("every call as the model has it, every answer one that the page admits",),
    )
