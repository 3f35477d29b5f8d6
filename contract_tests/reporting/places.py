"""Where things stand in report.html, so that every other format can link to them."""

from __future__ import annotations

from contract_tests.record.lines import RulingLine
from contract_tests.reporting.anchors import Anchors
from contract_tests.reporting.tally import Tally
from contract_tests.verdict import Verdict

SECTIONS = (
    "the-verdict",
    "verdict-heading",
    "at-a-glance",
    "glance-heading",
    "findings",
    "findings-heading",
    "not-judged",
    "not-judged-heading",
    "deviations",
    "deviations-heading",
    "clauses",
    "clauses-heading",
    "readings",
    "readings-heading",
    "observations",
    "observations-heading",
    "exchanges",
    "exchanges-heading",
    "timing",
    "timing-heading",
    "filter",
    "filter-words",
    "filter-verdict",
    "filter-clear",
    "filter-said",
    "this-run",
    "run-heading",
    "this-checker",
    "checker-heading",
)


def shown_rulings(tally: Tally) -> tuple[RulingLine, ...]:
    """The rulings that the report tells in full, in its order."""
    return (*tally.findings, *tally.open_rulings, *tally.gating(Verdict.DEVIATION))


class Places:
    """The anchors of the report of one record."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._anchors = Anchors(reserved=SECTIONS)
        for row in tally.rows:
            self._anchors.of("clause", row.clause.id)
        for line in shown_rulings(tally):
            self._anchors.of("finding", self._finding_key(line.clause, line.case))
        for key in tally.catalogue.readings:
            self._anchors.of("reading", key)

    def of(self, kind: str, key: str) -> str:
        return self._anchors.of(kind, key)

    def clause(self, clause: str) -> str:
        return self._anchors.of("clause", clause)

    def exchange(self, number: int) -> str:
        return self._anchors.of("exchange", f"exchange-{number}")

    def finding(self, clause: str, case: str) -> str | None:
        """Where the finding that this case made on this clause stands, if it made one."""
        key = self._finding_key(clause, case)
        return self._anchors.of("finding", key) if self._anchors.has("finding", key) else None

    def _finding_key(self, clause: str, case: str) -> str:
        """The case; where it broke a clause that it is not about, that clause as well."""
        return case if self._tally.case_of[case].clause == clause else f"{case}--{clause}"
