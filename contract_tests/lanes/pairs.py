"""All pairs: the fewest requests in which every two variations of different parts meet at least once. Pure.

Variations that must be accepted meet one another. Each fault, and each variation that a target is only frowned upon for
refusing, meets them in requests of its own: beside one of these nobody sees whether the rest is accepted. What is
expected of a request the expectation reads off it all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from contract_tests.lanes.steps import OUTER, Change
from contract_tests.world import EXPIRED_TOKEN, OTHER_TOKEN, World

SPECIAL = "special"
PLACE = "place"
PLACES = ("own", "sibling")

Factors = Mapping[str, tuple[Change | None, ...]]
"""The variations of each part; None is the part as the page prints it."""
Pick = tuple[str, int]
"""A part, and which of its variations."""


@dataclass(frozen=True, slots=True)
class Combination:
    """Where to park the call, and what to change in the page's request for it."""

    place: str
    changes: tuple[Change, ...]


def combinations_in(world: World) -> tuple[Combination, ...]:
    """All pairs of the variations that this world has the means for, those with a fault first: they use up no call."""
    accepted = _accepted(world)
    return tuple(
        _combination(factors, row)
        for factors, around in (
            ({SPECIAL: tuple(_faults(world))} | accepted, SPECIAL),
            (accepted, None),
            ({SPECIAL: tuple(_grudged(world))} | accepted, SPECIAL),
        )
        for row in covering_rows(factors, around)
    )


def covering_rows(factors: Factors, around: str | None = None) -> list[dict[str, int]]:
    """Rows of one variation a part, in which all pairs that may stand together do; greedy, and always the same.

    With `around` only pairs with a variation of that part count.
    """
    picks = [(part, place) for part, values in factors.items() for place in range(len(values))]
    pairs = [(one, other) for one, other in combinations(picks, 2) if one[0] != other[0]]
    apart = {frozenset(pair) for pair in pairs if not _may_stand_together(factors, *pair)}
    left = {
        frozenset(pair): None
        for pair in pairs
        if frozenset(pair) not in apart and (around is None or around in (pair[0][0], pair[1][0]))
    }
    rows = []
    while left:
        row = _row(factors, next(iter(left)), left, apart)
        rows.append(row)
        for pair in combinations(row.items(), 2):
            left.pop(frozenset(pair), None)
    return rows


def _row(
    factors: Factors,
    first: frozenset[Pick],
    left: Mapping[frozenset[Pick], None],
    apart: set[frozenset[Pick]],
) -> dict[str, int]:
    """The pair, and for every other part the variation that makes up the most pairs not seen yet."""
    row = dict(first)
    for part in factors:
        if part in row:
            continue
        gains = {
            place: sum(frozenset((pick, (part, place))) in left for pick in row.items())
            for place in range(len(factors[part]))
            if not any(frozenset((pick, (part, place))) in apart for pick in row.items())
        }
        row[part] = max(gains, key=lambda place: (gains[place], -place))
    return row


def _may_stand_together(factors: Factors, one: Pick, other: Pick) -> bool:
    changes = {part: change for part, place in (one, other) if (change := factors[part][place]) is not None}
    special = changes.pop(SPECIAL, None)
    if special is None:
        return not {"@owner", "@self"} <= {
            change.value for change in changes.values()
        }  # the page leaves it open
    return not any(
        change.part == special.part or (special.part == "body" and change.part not in OUTER)
        for change in changes.values()
    )


def _combination(factors: Factors, row: Mapping[str, int]) -> Combination:
    changes = (factors[part][place] for part, place in row.items())
    return Combination(
        place=PLACES[row[PLACE]], changes=tuple(change for change in changes if change is not None)
    )


def _accepted(world: World) -> dict[str, tuple[Change | None, ...]]:
    return {
        "waitForPickup": (None, _absent("waitForPickup"), *_values("waitForPickup", 20, 1, 3600, "3600")),
        "callerId": (None, _absent("callerId"), *_values("callerId", "John Doe <+3334444>")),
        "user": (None, *_values("user", "@me", "@viewer", "@owner")),
        "extension": (None, *_values("extension", "@self")),
        "content_type": (None, *_values("content_type", "application/json; charset=utf-8")),
        "encode_all": (None, *_values("encode_all", True)),
        PLACE: (None, None) if world.sibling is not None else (None,),
    }


def _grudged(world: World) -> Iterator[Change]:
    yield from _values("callerId", "John Doe <0003*001>")
    if short := world.retriever.partition("*")[2]:
        yield from _values("sendCallTo", short)


def _faults(world: World) -> Iterator[Change]:
    yield from _values("waitForPickup", 0, -1, "0", "-5", "abc", "20s", [])
    yield from _values("callerId", "John Doe 42420042", "John Doe <>", "John Doe <12ab34>", 42420042)
    yield from (_absent("phoneCallViewId"), *_values("phoneCallViewId", "99", ["01"]))
    yield from _values("call_id", "0000000000000000dead", "no-such-call")
    yield from _values("suffix", "0")  # the id of the call and one character more
    yield from (_absent("action"), *_values("action", "Unhook", 7))
    yield from (_absent("sendCallTo"), _named("sendCallTo", "unknown_extension"))
    yield from (_named("user", "unknown_user"), _named("extension", "unknown_extension"))
    yield from (
        _absent("authorization"),
        *_values("authorization", "Bearer nobody.issued.this", "Basic MTI6MTI="),
    )
    if world.has_expired_token:
        yield from _values("authorization", f"Bearer {EXPIRED_TOKEN}")
    if world.has_other_token:
        yield from _values("authorization", f"Bearer {OTHER_TOKEN}")
    if world.foreign_user is not None:
        yield _named("user", "foreign_user")
    if world.foreign_extension is not None:
        yield _named("extension", "foreign_extension")
    yield Change(part="body", kind="raw", value='{"action": "UnPark",')


def _values(part: str, *values: object) -> tuple[Change, ...]:
    return tuple(Change(part=part, value=value) for value in values)


def _absent(part: str) -> Change:
    return Change(part=part, kind="absent")


def _named(part: str, name: str) -> Change:
    return Change(part=part, kind="world", value=name)
