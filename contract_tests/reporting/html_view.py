"""What the HTML template shows, worked out: the template itself decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from callpark_spec import Clause, Level
from contract_tests.record.lines import ExchangeLine, Record, RulingLine
from contract_tests.reporting.cause import causes
from contract_tests.reporting.evidence import PageLine, excerpt, outcome_of, request_text, response_text
from contract_tests.reporting.places import Places, shown_rulings
from contract_tests.reporting.sentence import VerdictSentence, verdict_sentence
from contract_tests.reporting.tally import ClauseRow, Obstacle, Standing, Tally
from contract_tests.reporting.timing import Timing, timing
from contract_tests.verdict import Reading, Verdict

SIGNS = {
    Standing.FAIL: "✕",
    Standing.WRONG_CODE: "≠",
    Standing.HARNESS_ERROR: "!",
    Standing.INCONCLUSIVE: "?",
    Standing.DEVIATION: "~",
    Standing.PASS: "✓",
    Standing.NOT_APPLICABLE: "–",
    Standing.UNTRIED: "·",
    Standing.UNTESTABLE: "○",
    Standing.OBSERVED: "◦",
    Standing.UNBOUND: "/",
}

MEANINGS = {
    Standing.FAIL: "the page, or safety, asks for it and the target does otherwise",
    Standing.WRONG_CODE: "refused as it must be, with another code",
    Standing.HARNESS_ERROR: "this checker's own fault",
    Standing.INCONCLUSIVE: "could not be judged",
    Standing.DEVIATION: "differs where only the example speaks; noted, not failed",
    Standing.PASS: "as the page has it",
    Standing.NOT_APPLICABLE: "the target declares that it does not offer this",
    Standing.UNTRIED: "this run did not try it",
    Standing.UNTESTABLE: "no request can show it",
    Standing.OBSERVED: "seen, never judged; most often the page is silent",
    Standing.UNBOUND: "only the other reading asks for it",
}

_TELLING_ROLES = ("before", "request", "after")
_TIMED_ROLES = (*_TELLING_ROLES, "again")

_MESSAGE_LIMIT = 6_000
_ARCHIVE_LIMIT = 1_400_000
_EVIDENCE_LIMIT = 600_000
_EVIDENCED = 100  # findings after so many only link to their exchanges
_SMALLEST_MESSAGE = 160
_SEARCHED = 60  # exchanges of one case; more than so many are those of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One exchange, ready to be shown."""

    anchor: str
    number: int
    case: str
    role: str
    method: str
    target: str
    outcome: str
    milliseconds: str
    request: str
    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A ruling that somebody has to look at, with all that proves it."""

    anchor: str
    ruling: RulingLine
    standing: Standing
    clause: Clause
    in_full: bool
    elsewhere: Standing | None
    decisive: Message | None
    surroundings: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCause:
    """Findings that deviate in the same way: the one that stands for all, the others, and how many clauses it is."""

    first: Finding
    others: tuple[Finding, ...]
    clauses: int


class HtmlView:
    """The record as one page, part by part."""

    signs = SIGNS
    meanings = MEANINGS
    standings = tuple(Standing)
    levels = tuple(Level)

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.record = tally.record
        self.page = tally.catalogue.page
        self.readings: tuple[Reading, Reading] = (tally.reading, tally.other_reading)
        self._places = Places(tally)
        self._shown: dict[tuple[str, str], RulingLine] = {}
        for line in shown_rulings(tally):
            self._shown.setdefault((line.clause, line.case), line)
        self._evidence_limit = _share(_EVIDENCE_LIMIT, 6 * min(len(self._shown), _EVIDENCED))
        self.shown_exchanges = _worth_showing(self.record)
        self.left_out = len(self.record.exchanges) - len(self.shown_exchanges)
        self._archive_limit = _share(_ARCHIVE_LIMIT, 2 * len(self.shown_exchanges))

    @cached_property
    def verdict(self) -> VerdictSentence:
        return verdict_sentence(self.tally)

    @cached_property
    def findings(self) -> list[SharedCause]:
        """By their causes, in the order in which the record has the first of each."""
        found = causes(self._once(self.tally.findings))
        shown = iter(self._findings(ruling for cause in found for ruling in cause.rulings))
        return [
            SharedCause(
                first=next(shown),
                others=tuple(islice(shown, len(cause.others))),
                clauses=len(cause.clauses),
            )
            for cause in found
        ]

    @cached_property
    def obstacles(self) -> tuple[Obstacle, ...]:
        return self.tally.obstacles(self._once(self.tally.open_rulings))

    @cached_property
    def deviations(self) -> list[Finding]:
        return self._findings(self.tally.gating(Verdict.DEVIATION))

    @cached_property
    def timing(self) -> Timing | None:
        """Of what was asked of the API; set-up goes through a rung, which may be anything."""
        return timing([line for line in self.record.exchanges if line.role in _TIMED_ROLES])

    @property
    def slowest_is_shown(self) -> bool:
        return self.timing is not None and self.timing.slowest in self.shown_exchanges

    @cached_property
    def used_standings(self) -> tuple[Standing, ...]:
        """The standings that some clause has, for legends and columns."""
        used = self.tally.standings(self.tally.reading)
        return tuple(standing for standing in Standing if used[standing])

    def messages(self) -> Iterable[Message]:
        """The exchanges, each cut so short that thousands of them make a page that still opens."""
        return (self._message(line, self._archive_limit) for line in self.shown_exchanges)

    def rows_of(self, area: str) -> list[ClauseRow]:
        return [row for row in self.tally.rows if row.clause.area == area]

    def excerpt_of(self, clause: Clause) -> tuple[PageLine, ...]:
        if clause.quote is None or clause.line is None:
            return ()
        return excerpt(self.page, clause.quote, clause.line)

    def rows_of_reading(self, reading: str) -> list[ClauseRow]:
        return [row for row in self.tally.rows if reading in row.clause.readings]

    @property
    def other_catalogue(self) -> bool:
        """Whether the run was judged by other words than those shown here."""
        return self.record.header.suite.catalogue_sha256 != self.tally.catalogue.digest

    def reasons_of(self, row: ClauseRow) -> tuple[str, ...]:
        """Why the clause was not applied to this target, each reason once."""
        lines = (line for line in row.rulings[self.tally.reading] if line.verdict == Verdict.NOT_APPLICABLE)
        return tuple(dict.fromkeys(line.hint or line.actual or line.title for line in lines))

    def exchanges_of(self, clause: str, case: str) -> tuple[int, ...]:
        """The exchanges that the rulings of this case on this clause cite."""
        rulings = self.tally.row_of[clause].rulings
        cited = (line.exchanges for each in self.readings for line in rulings[each] if line.case == case)
        return tuple(dict.fromkeys(number for numbers in cited for number in numbers))

    def anchor(self, kind: str, key: str) -> str:
        return self._places.of(kind, key)

    def exchange_anchor(self, number: int) -> str:
        return self._places.exchange(number)

    def case_standing(self, clause: str, case: str, reading: Reading) -> Standing | None:
        return self.tally.verdict_of.get((clause, case, reading))

    def case_anchor(self, clause: str, case: str) -> str | None:
        """Where the finding that this case made on this clause stands, if it made one."""
        return self._places.finding(clause, case)

    def _once(self, rulings: Iterable[RulingLine]) -> list[RulingLine]:
        """A case that was judged several times on one clause is shown once, at its worst."""
        return [ruling for ruling in rulings if self._shown[ruling.clause, ruling.case] is ruling]

    def _findings(self, rulings: Iterable[RulingLine]) -> list[Finding]:
        once = self._once(rulings)
        return [self._finding(ruling, position < _EVIDENCED) for position, ruling in enumerate(once)]

    def _finding(self, ruling: RulingLine, in_full: bool) -> Finding:
        row = self.tally.row_of[ruling.clause]
        cited = [self.tally.exchange_of[number] for number in ruling.exchanges[:1] if in_full]
        reads = [line for line in self._around(ruling) if line.role in _TELLING_ROLES]
        around = reads if in_full else []
        return Finding(
            anchor=self._places.finding(ruling.clause, ruling.case) or "",
            ruling=ruling,
            standing=Standing(ruling.verdict),
            clause=row.clause,
            in_full=in_full,
            elsewhere=self.case_standing(ruling.clause, ruling.case, self.tally.other_reading),
            decisive=self._message(cited[0], self._evidence_limit) if cited else None,
            surroundings=tuple(self._message(line, self._evidence_limit) for line in around),
        )

    def _around(self, ruling: RulingLine) -> Sequence[ExchangeLine]:
        """What else there was of the case: as the ruling cites it, or else all of it."""
        cited = [self.tally.exchange_of[number] for number in ruling.exchanges[1:]]
        if any(line.role in _TELLING_ROLES for line in cited):
            return cited
        decisive = set(ruling.exchanges[:1])
        of_case = self.tally.exchanges_of_case.get(ruling.case, ())
        return [line for line in of_case if line.number not in decisive]

    def _message(self, line: ExchangeLine, limit: int) -> Message:
        return Message(
            anchor=self.exchange_anchor(line.number),
            number=line.number,
            case=line.case,
            role=line.role,
            method=line.request.method,
            target=line.request.target,
            outcome=outcome_of(line),
            milliseconds=f"{line.elapsed * 1000:,.0f} ms",
            request=request_text(line, limit),
            response=response_text(line, limit),
        )


def _worth_showing(record: Record) -> tuple[ExchangeLine, ...]:
    """All exchanges, but of a case that sent very many only those that something in the record refers to.

    What was set up and taken down between them goes the way of the exchange before it.
    """
    cited = {number for ruling in record.rulings for number in ruling.exchanges}
    cited |= {number for seen in record.observations for number in seen.exchanges}
    tally = Counter(line.case for line in record.exchanges if line.case)
    shown, searching = [], False
    for line in record.exchanges:
        if line.case:
            searching = tally[line.case] > _SEARCHED
        if not searching or line.number in cited:
            shown.append(line)
    return tuple(shown)


def _share(total: int, messages: int) -> int:
    """How long each of so many messages may be, that together they stay below a total."""
    return min(max(total // max(messages, 1), _SMALLEST_MESSAGE), _MESSAGE_LIMIT)
