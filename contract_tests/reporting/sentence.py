"""The verdict in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from callpark_spec import Level
from contract_tests.record.lines import Header
from contract_tests.reporting.tally import Standing, Tally
from contract_tests.verdict import ExitCode, Reading, Verdict, exit_code


class Outcome(StrEnum):
    """What the whole run came to."""

    CONFORMS = "conforms to the page"
    NO_FAULT = "was tried in part"
    BROKEN = "does not conform to the page"
    UNJUDGED = "could not be judged"


_OUTCOME = {
    ExitCode.OK: Outcome.CONFORMS,
    ExitCode.STALE_BASELINE: Outcome.CONFORMS,
    ExitCode.FAILED: Outcome.BROKEN,
    ExitCode.INCONCLUSIVE: Outcome.UNJUDGED,
    ExitCode.HARNESS_ERROR: Outcome.UNJUDGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictSentence:
    """`subject` `outcome`: `grounds`. `beyond`: sentences on the other reading and on what was not tried."""

    subject: str
    outcome: Outcome
    grounds: str
    beyond: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join([f"{self.subject} {self.outcome}: {self.grounds}.", *self.beyond])


def lane_told(header: Header) -> str:
    """The lane, and with it where generated requests came from if it was not the usual place."""
    return f"{header.lane} with --engine" if header.engine else header.lane


def verdict_sentence(tally: Tally) -> VerdictSentence:
    outcome = outcome_under(tally, tally.reading)
    grounds = {
        Outcome.CONFORMS: _held,
        Outcome.NO_FAULT: _no_fault,
        Outcome.BROKEN: _broken,
        Outcome.UNJUDGED: _open,
    }[outcome]
    return VerdictSentence(
        subject=tally.record.header.target.url,
        outcome=outcome,
        grounds=grounds(tally),
        beyond=tuple(filter(None, (_other_reading(tally, outcome), _untried(tally)))),
    )


def outcome_under(tally: Tally, reading: Reading) -> Outcome:
    """What a reading came to. Nothing conforms of which the page's own demands were tried only in part."""
    verdicts = (Verdict(line.verdict) for line in tally.record.rulings if line.reading == reading)
    outcome = _OUTCOME[exit_code(verdicts)]
    is_whole = not any(
        row.standings[reading] is Standing.UNTRIED and row.clause.level == Level.MUST for row in tally.rows
    )
    return Outcome.NO_FAULT if outcome is Outcome.CONFORMS and not is_whole else outcome


def named(clauses: Sequence[str], most: int = 3) -> str:
    """The first clauses by name, the rest by number."""
    more = [f"{len(clauses) - most} more"] if len(clauses) > most else []
    return ", ".join([*clauses[:most], *more])


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def _held(tally: Tally) -> str:
    standings = tally.standings(tally.reading)
    bound = sum(number for standing, number in standings.items() if standing.binds)
    deviating = standings[Standing.DEVIATION]
    sentence = (
        f"{standings[Standing.PASS]} of {counted(bound, 'clause')} that {_bind(bound)} it {_hold(bound)}"
    )
    return f"{sentence}{_aside(deviating)}, under the reading {tally.reading}"


def _no_fault(tally: Tally) -> str:
    """Of what was tried, against all that could be; what was not tried may be wrong."""
    standings = tally.standings(tally.reading)
    deviating = standings[Standing.DEVIATION]
    clauses = sum(row.clause.level != Level.SILENT for row in tally.rows)
    found = f"no fault found in {standings[Standing.PASS] + deviating} of {counted(clauses, 'clause')}"
    return f"{found}{_aside(deviating)}, under the reading {tally.reading}"


def _aside(deviating: int) -> str:
    verb = "deviates" if deviating == 1 else "deviate"
    return f", {deviating} {verb} where the page leaves room" if deviating else ""


def _broken(tally: Tally) -> str:
    clauses = tally.clauses_of(tally.findings)
    unjudged = tally.clauses_of(tally.open_rulings)
    verb = "is" if len(clauses) == 1 else "are"
    first = f", first {clauses[0]}" if len(clauses) > 1 else f", {clauses[0]}"
    also = f"; {counted(len(unjudged), 'clause')} could not be judged" if unjudged else ""
    return f"{counted(len(clauses), 'clause')} {verb} broken{first}, under the reading {tally.reading}{also}"


def _open(tally: Tally) -> str:
    errors = tally.clauses_of(tally.gating(Verdict.HARNESS_ERROR))
    if errors:
        return f"the checker itself failed at {named(errors)}"
    clauses = tally.clauses_of(tally.open_rulings)
    if not clauses:
        return "no clause was tried"
    verb = "is" if len(clauses) == 1 else "are"
    reasons = list(dict.fromkeys(line.actual for line in tally.open_rulings if line.actual))
    why = f" ({reasons[0].rstrip('.')})" if len(reasons) == 1 else ""
    return f"{counted(len(clauses), 'clause')} {verb} inconclusive, {named(clauses)}{why}"


def _other_reading(tally: Tally, outcome: Outcome) -> str:
    other = tally.other_reading
    under = outcome_under(tally, other)
    broken = tally.broken_under(other)
    if under is outcome:
        only = [clause for clause in broken if clause not in tally.broken_under(tally.reading)]
        if only:
            return f"As {other} it breaks {named(only)} as well."
        return "" if under is Outcome.UNJUDGED else f"As {other} it comes to the same."
    if under is Outcome.BROKEN:
        return f"As {other} it does not: {named(broken)}."
    return f"As {other} it {under}."


def _untried(tally: Tally) -> str:
    number = sum(
        row.standings[tally.reading] is Standing.UNTRIED and row.clause.level != "silent"
        for row in tally.rows
    )
    return f"{counted(number, 'clause')} {'was' if number == 1 else 'were'} not tried." if number else ""


def _bind(number: int) -> str:
    return "binds" if number == 1 else "bind"


def _hold(number: int) -> str:
    return "holds" if number == 1 else "hold"
