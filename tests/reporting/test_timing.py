"""The histogram of the target's times: every answer in one bucket, none judged."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from contract_tests.record.lines import Record
from contract_tests.reporting.timing import WIDEST, duration, timing


def test_every_answer_is_in_one_bucket_and_the_longest_bar_is_of_the_fullest(
    records: dict[str, Record],
) -> None:
    line = next(each for each in records["conforming"].exchanges if each.response)
    silent = replace(line, response=None, trouble="connection refused", elapsed=9.0)
    times = [0.0005, 0.001, 0.0015, 0.0049, 0.03, 12.0, *[0.03] * 34]
    found = timing([*(replace(line, number=n, elapsed=each) for n, each in enumerate(times, 1)), silent])
    assert found is not None
    assert [(each.label, each.count, each.bar) for each in found.buckets] == [
        ("under 1 ms", 1, 1),
        ("1 ms to 2 ms", 2, 2),
        ("2 ms to 5 ms", 1, 1),
        ("5 ms to 10 ms", 0, 0),
        ("10 ms to 20 ms", 0, 0),
        ("20 ms to 50 ms", 35, WIDEST),
        ("50 ms to 100 ms", 0, 0),
        ("100 ms to 200 ms", 0, 0),
        ("200 ms to 500 ms", 0, 0),
        ("500 ms to 1 s", 0, 0),
        ("1 s to 2 s", 0, 0),
        ("2 s to 5 s", 0, 0),
        ("5 s to 10 s", 0, 0),
        ("10 s and more", 1, 1),
    ]
    assert (found.answers, found.unanswered) == (40, 1)
    assert (found.median, found.ninety_five, found.slowest_time) == ("30 ms", "30 ms", "12.0 s")
    assert found.slowest.number == 6


def test_where_nothing_was_answered_there_is_none(records: dict[str, Record]) -> None:
    assert timing(records["unreachable"].exchanges) is None
    assert timing([]) is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0.0 ms"), (0.0034, "3.4 ms"), (0.0134, "13 ms"), (1.0, "1.0 s"), (3600.0, "3,600.0 s")],
)
def test_a_duration_has_its_unit(seconds: float, said: str) -> None:
    assert duration(seconds) == said
