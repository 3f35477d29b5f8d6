"""Which cases a check sends: those of its lane, and of them those that the clauses asked for need."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from callpark_spec import Clause
from callpark_spec.errors import nearest
from contract_tests.case import Case, Kind
from contract_tests.cases import CONTROL, all_cases
from contract_tests.judge.judge import CARRIED_BY_CASE, CARRIED_BY_CONTROL
from contract_tests.judge.sweeps import SCOPES
from contract_tests.lanes.races import ONE_WINNER
from contract_tests.world import World

Lane = Literal["conform", "explore", "all"]

UNAUTHORIZED: Final = "access"
"""The area whose cases are answered with 401."""
SEEN_IN_EVERY_RETRIEVAL: Final = ("success/status-accepted", "uri/phone-call-id/from-list")
"""Clauses that the page's own request shows, besides those that it carries out."""
_KINDS: Final[Mapping[str, frozenset[Kind]]] = {
    "every-retrieval": frozenset({Kind.RETRIEVAL, Kind.REPEATED}),
    "every-odd-request": frozenset({Kind.OBSERVATION}),
}
_ANY_REFUSED: Final = frozenset(Kind) - {Kind.RETRIEVAL}
"""Whatever may be answered with a refusal or with 204."""


class NothingSelected(Exception):
    """The clauses or cases asked for select nothing; the message names them."""


def lane_cases(
    lane: Lane, world: World, *, by_chance: bool = False, engine: bool = False
) -> tuple[Case, ...]:
    """The cases of the table, those generated from the OpenAPI document, or both.

    With `by_chance` a lane that only explores has nothing but the control; with `engine` cases are generated now.
    """
    conform = all_cases() if lane in ("conform", "all") else ()
    if lane == "conform":
        return conform
    if by_chance:
        return conform or (CONTROL,)
    from contract_tests.lanes.coverage import coverage_cases

    return conform + coverage_cases(world, engine=engine)


def recorded_cases(lane: str, world: World) -> tuple[Case, ...]:
    """Every case that can stand in a record of the lane: the control is in all of them."""
    return all_cases() if lane == "conform" else lane_cases("all", world)


def selected(
    cases: Sequence[Case],
    *,
    clauses: Sequence[str] = (),
    ids: Collection[str] = (),
    safe: bool = False,
    known: Mapping[str, Clause],
) -> list[Case]:
    """The cases that are asked for, by ids of clauses or what these begin with up to a slash, and by ids of cases.

    A clause that is judged over many answers selects all cases that may be answered so. `known` are all clauses by
    id. With `safe` only cases that no server may carry out are left. Raises `NothingSelected` rather than check
    nothing, and for each clause that there is not.
    """
    wanted = [clause for name in clauses for clause in _named(name, known)]
    chosen = [
        case
        for case in cases
        if (not clauses or any(_needs(clause, case) for clause in wanted))
        and (not ids or case.id in ids)
        and (case.must_be_refused or not safe)
    ]
    if not chosen:
        raise NothingSelected(_why_nothing(clauses, ids, wanted, known, safe=safe))
    return chosen


@dataclass(frozen=True, slots=True)
class Shard:
    """The `place`-th, from 1, of `count` checks that divide the cases among them."""

    place: int
    count: int

    @classmethod
    def named(cls, text: str) -> Shard:
        """Of `i/n`. Raises ValueError."""
        found = re.fullmatch(r"([0-9]{1,3})/([0-9]{1,3})", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise ValueError(f"{text!r} is no shard; the second of four is 2/4")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.place}/{self.count}"

    def of(self, cases: Sequence[Case]) -> list[Case]:
        """Every `count`-th case, and the control, without which no refusal means anything."""
        dealt = [case for case in cases if case.id != CONTROL.id]
        mine = {case.id for case in dealt[self.place - 1 :: self.count]}
        return [case for case in cases if case.id in mine or case.id == CONTROL.id]


def _named(name: str, known: Mapping[str, Clause]) -> list[str]:
    prefix = name.strip().rstrip("/")
    found = [clause for clause in known if clause == prefix or clause.startswith(prefix + "/")]
    if found and prefix:
        return found
    near = nearest(prefix, dict.fromkeys(_prefixes(known)))
    hint = f"; did you mean {near}?" if near else ""
    raise NothingSelected(f"there is no clause {name}, and none begins so{hint}")


def _prefixes(known: Iterable[str]) -> Iterator[str]:
    """Every id, and whatever an id begins with."""
    for clause in known:
        parts = clause.split("/")
        yield from ("/".join(parts[:end]) for end in range(len(parts), 0, -1))


def _needs(clause: str, case: Case) -> bool:
    """Whether a clause is judged by the answer to a case."""
    if case.clause == clause or case.id == CARRIED_BY_CASE.get(clause):
        return True
    if clause in CARRIED_BY_CONTROL or clause in SEEN_IN_EVERY_RETRIEVAL:
        return case.id == CONTROL.id
    scope = SCOPES.get(clause)
    if scope == "every-401":
        return case.clause.startswith(f"{UNAUTHORIZED}/")
    return scope is not None and case.kind in _KINDS.get(scope, _ANY_REFUSED)


def _why_nothing(
    clauses: Sequence[str],
    ids: Collection[str],
    wanted: Sequence[str],
    known: Mapping[str, Clause],
    *,
    safe: bool,
) -> str:
    named = ", ".join((*clauses, *ids)) or "all clauses"
    reasons = [
        f"{clause} is not tested: {known[clause].not_tested}" for clause in wanted if known[clause].not_tested
    ]
    if wanted == [ONE_WINNER]:
        reasons = [f"{ONE_WINNER} is about races, which the lane explore runs, and it takes no clauses"]
    if reasons:
        return f"no case is selected by {named}; {'; '.join(reasons)}"
    if safe:
        return f"no case of {named} is sent with --safe: a server may carry out each of them"
    return f"no case is selected by {named}"
