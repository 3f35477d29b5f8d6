"""results.json: the record worked out for programs, the first of its renderings."""

from __future__ import annotations

import msgspec

from callpark_spec import Catalogue
from contract_tests.record.lines import ExchangeLine, Record, RulingLine
from contract_tests.record.results import (
    FORMAT,
    VERSION,
    ClauseResult,
    Conclusion,
    Counts,
    Effort,
    ReadingResult,
    Results,
    VerdictResult,
)
from contract_tests.reporting.entry import fingerprint, source_of
from contract_tests.reporting.json_text import json_text
from contract_tests.reporting.sentence import Outcome, verdict_sentence
from contract_tests.reporting.tally import ClauseRow, Tally
from contract_tests.verdict import READINGS, Verdict

_WORDS = {
    Outcome.CONFORMS: "conforms",
    Outcome.NO_FAULT: "no-fault",
    Outcome.BROKEN: "broken",
    Outcome.UNJUDGED: "unjudged",
}


def render_results(record: Record, catalogue: Catalogue) -> str:
    """The document, as `results.schema.json` has it."""
    return json_text(msgspec.to_builtins(results(record, catalogue)))


def results(record: Record, catalogue: Catalogue) -> Results:
    """The same as values."""
    tally = Tally(record, catalogue)
    header, footer = record.header, record.footer
    sentence = verdict_sentence(tally)
    return Results(
        format=FORMAT,
        version=VERSION,
        run=header.run,
        started=header.started,
        finished=footer.finished,
        conclusion=Conclusion(
            outcome=_WORDS[sentence.outcome],  # type: ignore[arg-type]
            sentence=str(sentence),
            exit_code=footer.exit_code,
        ),
        target=header.target,
        suite=header.suite,
        reading=header.reading,
        lane=header.lane,
        seed=header.seed,
        safe=header.safe,
        engine=header.engine,
        rung=header.rung,
        profile=header.profile,
        world=header.world,
        effort=Effort(
            elapsed=footer.elapsed,
            cases=footer.cases,
            exchanges=footer.exchanges,
            requests=footer.requests,
            calls_used=footer.calls_used,
        ),
        digest=footer.digest,
        record_sha256=footer.content_sha256,
        counts=Counts(
            clauses={
                str(level): {str(standing): number for standing, number in standings.items()}
                for level, standings in tally.by_level.items()
            },
            verdicts=footer.counts,  # type: ignore[arg-type]
        ),
        clauses=[_clause(row) for row in tally.rows],
        readings=[
            ReadingResult(
                id=each.id,
                title=each.title,
                question=each.question,
                table=each.table,
                document=each.document,
                observed=each.observed,
            )
            for each in catalogue.readings.values()
        ],
        verdicts=[_verdict(tally, line) for line in record.rulings],
        observations=record.observations,
        untried=record.untried,
        evidence=_evidence(record),
    )


def _clause(row: ClauseRow) -> ClauseResult:
    clause = row.clause
    return ClauseResult(
        id=clause.id,
        area=clause.area,
        level=str(clause.level),  # type: ignore[arg-type]
        text=clause.text,
        quote=clause.quote,
        line=clause.line,
        source=clause.source,
        codes=list(clause.codes),
        readings=list(clause.readings),
        not_tested=clause.not_tested,
        standings={reading: str(row.standings[reading]) for reading in READINGS},
    )


def _verdict(tally: Tally, line: RulingLine) -> VerdictResult:
    return VerdictResult(
        fingerprint=fingerprint(line.clause, line.case),
        clause=line.clause,
        case=line.case,
        reading=line.reading,
        verdict=line.verdict,
        title=line.title,
        sentence=source_of(tally.row_of[line.clause].clause),
        expected=line.expected,
        actual=line.actual,
        hint=line.hint,
        attempts=line.attempts,
        exchanges=line.exchanges,
        reproduce=line.reproduce,
    )


def _evidence(record: Record) -> list[ExchangeLine]:
    """What verdicts other than pass cite, each exchange once and in order."""
    cited = {number for line in record.rulings if line.verdict != Verdict.PASS for number in line.exchanges}
    return [line for line in record.exchanges if line.number in cited]
