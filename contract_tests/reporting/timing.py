"""How long the target took, as a histogram. It is shown and never judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contract_tests.record.lines import ExchangeLine

EDGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds; each belongs to the bucket above it."""

WIDEST = 20
"""The bar of the fullest bucket, in steps of the style sheet; one that is not empty has one at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The answers that took so long: how many, and how long their bar is in steps."""

    label: str
    count: int
    bar: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The times of all answers. `median` and `ninety_five` are of answers that were measured, by nearest rank."""

    answers: int
    unanswered: int
    median: str
    ninety_five: str
    slowest: ExchangeLine
    buckets: tuple[Bucket, ...]

    @property
    def slowest_time(self) -> str:
        return duration(self.slowest.elapsed)


def timing(exchanges: Sequence[ExchangeLine]) -> Timing | None:
    """The times of the exchanges that were answered; None where none was."""
    answered = sorted(
        (line for line in exchanges if line.response is not None), key=lambda line: line.elapsed
    )
    if not answered:
        return None
    times = [line.elapsed for line in answered]
    return Timing(
        answers=len(answered),
        unanswered=len(exchanges) - len(answered),
        median=duration(_nearest_rank(times, 50)),
        ninety_five=duration(_nearest_rank(times, 95)),
        slowest=next(line for line in answered if line.elapsed == times[-1]),
        buckets=_buckets(times),
    )


def duration(seconds: float) -> str:
    """With the unit in which it is easily read."""
    if seconds >= 1:
        return f"{seconds:,.1f} s"
    milliseconds = seconds * 1000
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


def _nearest_rank(ordered: Sequence[float], percent: int) -> float:
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]


def _buckets(times: Sequence[float]) -> tuple[Bucket, ...]:
    """From the first that is not empty to the last."""
    counts = [0] * (len(EDGES) + 1)
    for seconds in times:
        counts[sum(seconds >= edge for edge in EDGES)] += 1
    used = [place for place, count in enumerate(counts) if count]
    most = max(counts)
    return tuple(
        Bucket(label=_label(place), count=counts[place], bar=-(-counts[place] * WIDEST // most))
        for place in range(used[0], used[-1] + 1)
    )


def _label(place: int) -> str:
    if place == 0:
        return f"under {_edge(EDGES[0])}"
    if place == len(EDGES):
        return f"{_edge(EDGES[-1])} and more"
    return f"{_edge(EDGES[place - 1])} to {_edge(EDGES[place])}"


def _edge(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
