"""What became of each case, clause by clause: the list that all machine formats are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from callpark_spec import Clause
from contract_tests.record.lines import ExchangeLine, RulingLine
from contract_tests.record.reader import exchange_of
from contract_tests.reporting.tally import ClauseRow, Standing, Tally, worst
from contract_tests.reproduction import curl

NO_VERDICT = "no-verdict"
NOTHING_KNOWN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A case on a clause under the gating reading, at its worst.

    `judged` is False for a case that was tried and came to no verdict. It counts as an observation where something
    was observed, and as inconclusive where nothing was: it is never green. `seconds` is what its exchanges took.
    `excuse` is set for a finding that a baseline knows: where it stands there, and why. `because` are findings for
    which alone it is open.
    """

    clause: Clause
    case: str
    title: str
    standing: Standing
    judged: bool = True
    expected: tuple[str, ...] = ()
    actual: str = ""
    hint: str = ""
    exchanges: tuple[int, ...] = ()
    attempts: int = 1
    reproduce: tuple[str, ...] = ()
    decisive: ExchangeLine | None = None
    excuse: str = ""
    because: tuple[str, ...] = ()
    started: float = 0.0
    seconds: float = 0.0

    @property
    def fingerprint(self) -> str:
        """The same in every run and on every target, and another for every other case or clause."""
        return fingerprint(self.clause.id, self.case)

    @property
    def word(self) -> str:
        """The verdict as one word."""
        return str(self.standing) if self.judged or self.standing is Standing.OBSERVED else NO_VERDICT

    @property
    def source(self) -> str:
        """The sentence of the page with its line, or what else the clause rests on."""
        return source_of(self.clause)

    @property
    def details(self) -> str:
        """Clause, sentence, expected, actual and curl, a line each; secrets are names. Not made printable."""
        sections = [
            f"clause {self.clause.id} ({self.clause.level}): {self.clause.text}",
            self.source,
            "expected: " + " | ".join(self.expected) if self.expected else "",
            f"actual: {self.actual}" if self.actual else "",
            f"hint: {self.hint}" if self.hint else "",
            "exchanges: " + ", ".join(map(str, self.exchanges)) if self.exchanges else "",
            "\n".join(["see it again:", *self.reproduce]) if self.reproduce else "",
        ]
        return "\n".join(section for section in sections if section)


def fingerprint(clause: str, case: str) -> str:
    return hashlib.sha256(f"{clause}\n{case}".encode()).hexdigest()[:32]


def source_of(clause: Clause) -> str:
    return f'page, line {clause.line}: "{clause.quote}"' if clause.quote else clause.source or ""


def entries(tally: Tally, known: Mapping[str, str] = NOTHING_KNOWN) -> tuple[Entry, ...]:
    """All of them, in the order of the catalogue: the judged ones of a clause, then those without a verdict.

    `known` says of cases why their findings are excused, and rows that are open for these alone.
    """
    found: list[Entry] = []
    judged_somewhere = {line.case for line in tally.record.rulings if line.reading == tally.reading}
    for row in tally.rows:
        found += _judged(tally, row)
        found += _unjudged(tally, row, judged_somewhere)
    return tuple(
        replace(entry, excuse=known[entry.case])
        if (entry.standing.is_finding or entry.because) and entry.case in known
        else entry
        for entry in found
    )


def attention(all_entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Those that somebody has to look at, the worst first; of equals, the first case of each clause first.

    What is excused is not among them.
    """
    wanted = [
        one for one in all_entries if (one.standing.is_finding or one.standing.is_open) and not one.excuse
    ]
    seen: set[str] = set()
    ranked = []
    for place, one in enumerate(wanted):
        again = one.clause.id in seen
        seen.add(one.clause.id)
        ranked.append((one.standing.is_open, again, list(Standing).index(one.standing), place, one))
    return tuple(one for *_, one in sorted(ranked, key=lambda each: each[:4]))


def _judged(tally: Tally, row: ClauseRow) -> Iterator[Entry]:
    rulings = row.rulings[tally.reading]
    for case in dict.fromkeys(line.case for line in rulings):
        of_case = [line for line in rulings if line.case == case]
        standing = worst(Standing(line.verdict) for line in of_case)
        ruling = next(line for line in of_case if line.verdict == standing)
        decisive = tally.exchange_of.get(ruling.exchanges[0]) if ruling.exchanges else None
        yield replace(
            _entry(tally, row.clause, case, ruling.title, standing),
            expected=tuple(ruling.expected),
            actual=ruling.actual,
            hint=ruling.hint,
            exchanges=tuple(ruling.exchanges),
            attempts=ruling.attempts,
            because=tuple(ruling.because),
            reproduce=_reproduce(tally, ruling, decisive),
            decisive=decisive,
        )


def _reproduce(tally: Tally, ruling: RulingLine, decisive: ExchangeLine | None) -> tuple[str, ...]:
    """The shell lines of the ruling, or else one that sends its decisive request."""
    if ruling.reproduce or decisive is None or ruling.verdict in (Standing.PASS, Standing.NOT_APPLICABLE):
        return tuple(ruling.reproduce)
    return (curl(exchange_of(decisive).request, tally.record.header.target.url),)


def _unjudged(tally: Tally, row: ClauseRow, judged_somewhere: set[str]) -> Iterator[Entry]:
    for case in tally.record.cases:
        if case.clause != row.clause.id or case.id in judged_somewhere:
            continue
        seen = next((line for line in row.observations if line.case == case.id), None)
        standing = Standing.OBSERVED if seen is not None else Standing.INCONCLUSIVE
        yield replace(
            _entry(tally, row.clause, case.id, case.title, standing),
            judged=False,
            actual=seen.actual if seen is not None else "the run ended without a verdict on this case",
            exchanges=tuple(seen.exchanges) if seen is not None else (),
        )


def _entry(tally: Tally, clause: Clause, case: str, title: str, standing: Standing) -> Entry:
    of_case = tally.exchanges_of_case.get(case, ())
    return Entry(
        clause=clause,
        case=case,
        title=title,
        standing=standing,
        started=min((line.started for line in of_case), default=0.0),
        seconds=sum(line.elapsed for line in of_case),
    )
