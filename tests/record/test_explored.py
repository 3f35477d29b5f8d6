"""What shards found by exploring, put together: what one check would have come to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from contract_tests.record.explored import WORST_FIRST, found_by_others, summed_up
from contract_tests.record.lines import Record, RulingLine
from contract_tests.verdict import Verdict


def row(case: str, verdict: str = "fail", actual: str = "", exchanges: tuple[int, ...] = ()) -> RulingLine:
    return RulingLine(
        clause=case.rpartition("/")[0],
        case=case,
        reading="document",
        verdict=verdict,
        title="",
        expected=[],
        actual=actual,
        hint="",
        exchanges=list(exchanges),
        attempts=1,
        reproduce=[],
    )


def shard(name: str, *cases: str) -> Record:
    record: Any = SimpleNamespace(header=SimpleNamespace(shard=name), rulings=[row(case) for case in cases])
    return cast(Record, record)


@pytest.mark.parametrize(
    ("shards", "left_out"),
    [
        ([], set()),
        ([shard("1/2", "a/b/explore-1", "c/d/table"), shard("2/2", "c/d/table")], set()),
        ([shard("2/2", "a/b/explore-2"), shard("1/2", "a/b/explore-1")], {"a/b/explore-2"}),
        ([shard("1/2", "a/b/explore-1"), shard("2/2", "e/f/explore-2")], set()),
        ([shard("1/3"), shard("2/3", "a/b/explore-1"), shard("3/3", "a/b/explore-1")], set()),
        (
            [shard("1/2", "a/b/explore-1", "a/b/explore-3"), shard("2/2", "a/b/explore-1", "a/b/explore-2")],
            {"a/b/explore-2"},
        ),
        ([shard("10/10", "a/b/explore-x"), shard("9/10", "a/b/explore-y")], {"a/b/explore-x"}),
        ([shard("", "a/b/explore-1"), shard("", "a/b/explore-2")], set()),
    ],
)
def test_of_one_clause_what_the_first_shard_found_stays(shards: list[Record], left_out: set[str]) -> None:
    others = found_by_others(shards)
    assert set(others) == left_out
    assert not left_out & set(others.values())


def test_the_worst_of_a_search_stands_in_the_words_of_all_like_it() -> None:
    told = [
        ("3/3", row("a/b/drawn", "inconclusive", "third", (9, 7))),
        ("1/3", row("a/b/drawn", "pass", "first", (1,))),
        ("2/3", row("a/b/drawn", "inconclusive", "second", (5,))),
    ]
    line = summed_up(told)
    assert (line.verdict, line.actual) == ("inconclusive", "shard 2/3: second; shard 3/3: third")
    assert line.exchanges == [5, 7, 9]


def test_a_search_names_what_stays_of_what_was_found() -> None:
    shards = [shard("1/2", "a/b/explore-1"), shard("2/2", "a/b/explore-2")]
    told = [("2/2", row("e/f/generated", "inconclusive", "9 requests; see a/b/explore-2"))]
    assert summed_up(told, found_by_others(shards)).actual == "9 requests; see a/b/explore-1"


def test_a_search_is_open_for_what_all_that_are_open_are_open_for() -> None:
    shards = [shard("1/2", "a/b/explore-1"), shard("2/2", "a/b/explore-2")]
    others = found_by_others(shards)

    def told(*because: list[str]) -> list[tuple[str, RulingLine]]:
        rows = [msgspec.structs.replace(row("e/f/drawn", "inconclusive"), because=each) for each in because]
        return [(f"{place}/2", line) for place, line in enumerate(rows, 1)]

    assert summed_up(told(["a/b/explore-1"], ["a/b/explore-2", "g/h"]), others).because == [
        "a/b/explore-1",
        "g/h",
    ]
    assert summed_up(told(["a/b/explore-1"], []), others).because == []


def test_what_all_say_is_said_once() -> None:
    line = summed_up([(f"{place}/2", row("a/b/drawn", "pass", "held")) for place in (1, 2)])
    assert (line.verdict, line.actual) == ("pass", "held")


def test_every_verdict_is_ranked() -> None:
    assert set(WORST_FIRST) == set(map(str, Verdict))
