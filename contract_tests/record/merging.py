"""Shards of one run as one record: several checks that shared a run id and divided the clauses among them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from contract_tests.record.errors import RecordError
from contract_tests.record.explored import found_by_others, summed_up
from contract_tests.record.lines import (
    AnyLine,
    CaseLine,
    ExchangeLine,
    Header,
    ObservationLine,
    Record,
    RulingLine,
    UntriedLine,
)
from contract_tests.record.seal import sealed
from contract_tests.record.sums import Sums, ruling_of
from contract_tests.verdict import Ruling

_ENCODER = msgspec.json.Encoder()
Cited = TypeVar("Cited", RulingLine, ObservationLine)
_SHARED = ("suite", "target", "lane", "reading", "seed", "safe", "rung", "profile", "world")
_RERUN = "shards are checks of the same target with the same options and the same --run; run them again"


class MixedRecords(RecordError):
    """Records that are each good and do not belong together."""


def merged(
    named: Sequence[tuple[str, Record]],
    *,
    standing: Collection[str] = (),
    searches: Collection[str] = (),
    judge_again: Callable[[bytes], Sequence[Ruling]] | None = None,
) -> bytes:
    """The content of one record for all shards of a run; `named` are where each stands and what is in it.

    Exchanges are numbered anew. A verdict that several shards came to is kept once; where they differ all are
    kept, and the worst counts. Rows of `standing` are judged over many answers, of which a shard has seen only its own:
    of those a finding stands, and else what `judge_again` comes to from all of them. Of the rows of `searches`, each of
    which sums up a search that was shared out, the worst stands; and of what exploring found of one clause, what the
    first shard found. Raises `MixedRecords` where they are no shards of one run, or not all of them.
    """
    _check_together(named)
    _check_complete(named)
    shards = sorted((record for _, record in named), key=lambda record: _moment(record.header.started))
    began = _moment(shards[0].header.started)
    cases: dict[str, CaseLine] = {}
    exchanges: list[ExchangeLine] = []
    untried: dict[str, UntriedLine] = {}
    rulings: dict[tuple[str, str, str, str], RulingLine] = {}
    observations: dict[tuple[str, str], ObservationLine] = {}
    elapsed = 0.0
    others = found_by_others(shards)
    shared: dict[tuple[str, str], list[tuple[str, RulingLine]]] = {}
    for shard in shards:
        later = (_moment(shard.header.started) - began).total_seconds()
        offset = exchanges[-1].number if exchanges else 0
        elapsed = max(elapsed, later + shard.footer.elapsed)
        for case in shard.cases:
            cases.setdefault(case.id, case)
        exchanges += [
            msgspec.structs.replace(line, number=line.number + offset, started=round(line.started + later, 6))
            for line in shard.exchanges
        ]
        for missed in shard.untried:
            untried.setdefault(missed.case, missed)
        for ruling in shard.rulings:
            if ruling.case in searches and shard.header.shard:
                told = shared.setdefault((ruling.case, ruling.reading), [])
                told.append((shard.header.shard, _moved(ruling, offset)))
            if ruling.case in others or (ruling.case in searches and shard.header.shard):
                continue
            key = (ruling.clause, ruling.case, ruling.reading, ruling.verdict)
            rulings.setdefault(key, _moved(ruling, offset))
        for seen in shard.observations:
            observations.setdefault((seen.clause, seen.case), _moved(seen, offset))
    for line in (summed_up(told, others) for told in shared.values()):
        rulings[line.clause, line.case, line.reading, line.verdict] = line
    if judge_again is not None:
        differing = _differing(rulings.values(), standing)
        if differing:
            whole = _content(shards, elapsed, cases, exchanges, untried, rulings, observations)
            again: dict[tuple[str, str], str] = {
                (one.case, one.reading): str(one.verdict) for one in judge_again(whole)
            }
            for row, lines in differing.items():
                for line in _superseded(lines, again.get(row)):
                    del rulings[line.clause, line.case, line.reading, line.verdict]
    return _content(shards, elapsed, cases, exchanges, untried, rulings, observations)


def _differing(
    rulings: Iterable[RulingLine], standing: Collection[str]
) -> dict[tuple[str, str], list[RulingLine]]:
    """The lines of each row over many answers that shards came to different verdicts on."""
    found: dict[tuple[str, str], list[RulingLine]] = {}
    for line in rulings:
        if line.case in standing:
            found.setdefault((line.case, line.reading), []).append(line)
    return {row: lines for row, lines in found.items() if len(lines) > 1}


def _superseded(lines: Sequence[RulingLine], again: str | None) -> list[RulingLine]:
    """All but the findings, or all but the verdict that all answers come to; none where nobody came to that."""
    left = [line for line in lines if ruling_of(line).is_finding] or [
        line for line in lines if line.verdict == again
    ]
    return [line for line in lines if line not in left] if left else []


def _content(
    shards: Sequence[Record],
    elapsed: float,
    cases: dict[str, CaseLine],
    exchanges: list[ExchangeLine],
    untried: dict[str, UntriedLine],
    rulings: dict[tuple[str, str, str, str], RulingLine],
    observations: dict[tuple[str, str], ObservationLine],
) -> bytes:
    whole = msgspec.structs.replace(shards[0].header, shard="")
    lines = _lines(whole, cases, exchanges, untried, rulings, observations)
    content = b"".join(_ENCODER.encode(line) + b"\n" for line in lines)
    footer = Sums(lines).as_footer(
        finished=max((shard.footer.finished for shard in shards), key=_moment),
        elapsed=elapsed,
        calls_used=sum(shard.footer.calls_used for shard in shards),
    )
    return content + _ENCODER.encode(sealed(footer, hashlib.sha256(content))) + b"\n"


def _lines(
    header: Header,
    cases: dict[str, CaseLine],
    exchanges: list[ExchangeLine],
    untried: dict[str, UntriedLine],
    rulings: dict[tuple[str, str, str, str], RulingLine],
    observations: dict[tuple[str, str], ObservationLine],
) -> list[AnyLine]:
    return [
        header,
        *cases.values(),
        *exchanges,
        *untried.values(),
        *rulings.values(),
        *observations.values(),
    ]


def _moved(line: Cited, offset: int) -> Cited:
    return msgspec.structs.replace(line, exchanges=[number + offset for number in line.exchanges])


def _check_together(named: Sequence[tuple[str, Record]]) -> None:
    (place, first), *others = named
    contents = {first.footer.content_sha256: place}
    for other_place, other in others:
        content = other.footer.content_sha256
        if content in contents:
            raise _mixed(other_place, f"the same record as {contents[content]}", "name each record once")
        contents[content] = other_place
        if other.header.run != first.header.run:
            raise _mixed(other_place, f"run {other.header.run}, {place} is of run {first.header.run}", _RERUN)
        if other.header.engine != first.header.engine:
            how = ["with --engine" if one.header.engine else "without --engine" for one in (other, first)]
            problem = f"the same run as {place}, {first.header.run}, but {how[0]}, and that is {how[1]}"
            raise _mixed(other_place, problem, _RERUN)
        for name in _SHARED:
            if getattr(other.header, name) != getattr(first.header, name):
                problem = f"the same run as {place}, {first.header.run}, but another {name}"
                raise _mixed(other_place, problem, _RERUN)


def _check_complete(named: Sequence[tuple[str, Record]]) -> None:
    """What the table was divided into has to be there, each part of the one division."""
    (place, first), *_ = named
    count = first.header.shard.partition("/")[2]
    for other_place, other in named:
        if other.header.shard.partition("/")[2] != count:
            shards = [record.header.shard or "not divided" for record in (other, first)]
            raise _mixed(other_place, f"shard {shards[0]}, and {place} is {shards[1]}", _RERUN)
    there = {record.header.shard for _, record in named}
    missing = [f"{at}/{count}" for at in range(1, int(count or 0) + 1) if f"{at}/{count}" not in there]
    if missing:
        problem = f"of run {first.header.run}, of which shard {', '.join(missing)} is not among the records"
        raise _mixed(place, problem, "name the records of all shards")


def _mixed(place: str, problem: str, advice: str) -> MixedRecords:
    error = MixedRecords(problem, advice, line=1)
    error.source = place
    return error


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
