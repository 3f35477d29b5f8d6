"""What a trial came to: the facts of one record that the tables need. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from callpark.proof.candidate import Trial
from callpark_spec import Catalogue, Level
from contract_tests.record.lines import ExchangeLine, Record, RulingLine
from contract_tests.record.sums import UNCOUNTED_ROLES
from contract_tests.reporting.tally import Standing, Tally
from contract_tests.verdict import READINGS, Reading, Verdict


class Detection(msgspec.Struct, frozen=True, kw_only=True):
    """What tells a wrong server. `named` is the clause that a reader meets first, and how it says so.

    `requests` counts the requests under test until the first one that gives the server away, `exchanges` the listings
    around them too; `seconds` is how long they took.
    """

    named: str
    case: str
    verdict: str
    actual: str
    requests: int
    exchanges: int
    seconds: float
    reproduce: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A trial and what came of it. `trouble` says why there is no record, and then the rest is empty.

    `broken` lists the clauses with findings by reading, the one that a reader meets first in front. `findings` counts
    the single cases among them under `document`. `open` are clauses that wanted a judgement and got none.
    """

    trial: Trial
    trouble: str = ""
    exit_code: int = 5
    digest: str = ""
    requests: int = 0
    seconds: float = 0.0
    calls_used: int = 0
    broken: dict[Reading, tuple[str, ...]] = {}
    deviating: tuple[str, ...] = ()
    findings: int = 0
    open: tuple[str, ...] = ()
    passed_musts: tuple[str, ...] = ()
    finding: Detection | None = None
    deviation: Detection | None = None


def outcome_of(trial: Trial, record: Record, catalogue: Catalogue) -> Outcome:
    """The facts of a record that was judged under `document`."""
    tally = Tally(record, catalogue)
    deviations = tally.gating(Verdict.DEVIATION)
    return Outcome(
        trial=trial,
        exit_code=record.footer.exit_code,
        digest=record.footer.digest,
        requests=record.footer.requests,
        seconds=record.footer.elapsed,
        calls_used=record.footer.calls_used,
        broken={reading: _broken(tally, reading) for reading in READINGS},
        deviating=tally.clauses_of(deviations),
        findings=len(tally.findings),
        open=tally.clauses_of(tally.open_rulings),
        passed_musts=_passed_musts(tally),
        finding=_detection(tally, tally.findings),
        deviation=_detection(tally, deviations),
    )


def _broken(tally: Tally, reading: Reading) -> tuple[str, ...]:
    if reading == tally.reading:
        return tally.clauses_of(tally.findings)
    return tally.broken_under(reading)


def _passed_musts(tally: Tally) -> tuple[str, ...]:
    """The `must` clauses that hold under any of the readings."""
    return tuple(
        row.clause.id
        for row in tally.rows
        if row.clause.level is Level.MUST and Standing.PASS in row.standings.values()
    )


def _detection(tally: Tally, rulings: tuple[RulingLine, ...]) -> Detection | None:
    if not rulings:
        return None
    first = rulings[0]
    until = _until(tally, (ruling.exchanges[0] for ruling in rulings if ruling.exchanges))
    return Detection(
        named=first.clause,
        case=first.case,
        verdict=first.verdict,
        actual=first.actual,
        requests=sum(each.role == "request" for each in until),
        exchanges=sum(each.role not in UNCOUNTED_ROLES for each in until),
        seconds=max((each.started + each.elapsed for each in until), default=0.0),
        reproduce=tuple(first.reproduce),
    )


def _until(tally: Tally, decisive: Iterable[int]) -> list[ExchangeLine]:
    """All exchanges until the earliest of these was over."""
    earliest = min(decisive, default=0)
    return [each for each in tally.record.exchanges if each.number <= earliest]
