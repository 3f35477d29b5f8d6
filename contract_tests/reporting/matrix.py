"""Implementations side by side: clauses down, implementations across, on one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from callpark_spec import Catalogue, Clause
from contract_tests.record.lines import Record
from contract_tests.reporting.html import rendered
from contract_tests.reporting.html_view import MEANINGS, SIGNS
from contract_tests.reporting.places import Places
from contract_tests.reporting.sentence import Outcome, outcome_under
from contract_tests.reporting.tally import Standing, Tally
from contract_tests.verdict import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Implementation:
    """A record under the name that heads its column. `href` is where its report is, relative to the page."""

    name: str
    href: str
    record: Record


@dataclass(frozen=True)
class Column:
    """An implementation, tallied."""

    implementation: Implementation
    tally: Tally

    @cached_property
    def places(self) -> Places:
        return Places(self.tally)

    @cached_property
    def outcome(self) -> Outcome:
        return outcome_under(self.tally, self.reading)

    @property
    def reading(self) -> Reading:
        return self.tally.reading

    @property
    def counts(self) -> dict[Standing, int]:
        found = self.tally.standings(self.reading)
        return {standing: found[standing] for standing in Standing if found[standing] and standing.binds}

    def standing(self, clause: str) -> Standing:
        row = self.tally.row_of.get(clause)
        return row.standings[self.reading] if row is not None else Standing.UNTRIED

    def link(self, clause: str) -> str:
        """The clause in the report, where it stands if this implementation broke it; else the report."""
        row = self.tally.row_of.get(clause)
        if row is None:
            return self.implementation.href
        anchors = [
            self.places.finding(clause, line.case)
            for line in row.rulings[self.reading]
            if Standing(line.verdict) is self.standing(clause)
        ]
        anchor = next((anchor for anchor in anchors if anchor), None) or self.places.clause(clause)
        return f"{self.implementation.href}#{anchor}"


class MatrixView:
    """What the template shows."""

    signs = SIGNS
    meanings = MEANINGS

    def __init__(self, implementations: Sequence[Implementation], catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.page = catalogue.page
        self.columns = [Column(one, Tally(one.record, catalogue)) for one in implementations]

    @property
    def areas(self) -> list[str]:
        return list(dict.fromkeys(clause.area for clause in self._clauses))

    def clauses_of(self, area: str) -> list[Clause]:
        return [clause for clause in self._clauses if clause.area == area]

    @property
    def used_standings(self) -> list[Standing]:
        used = {column.standing(clause.id) for column in self.columns for clause in self._clauses}
        return [standing for standing in Standing if standing in used]

    def differs(self, clause: str) -> bool:
        """Whether the implementations that were held to the clause came out differently."""
        return len({column.standing(clause) for column in self.columns if column.standing(clause).binds}) > 1

    @property
    def notes(self) -> list[str]:
        """What keeps the columns from being quite the same measure."""
        said = []
        if len({column.reading for column in self.columns}) > 1:
            said.append("The columns are not all judged under the same reading; each names its own.")
        if len({column.tally.record.header.suite.catalogue_sha256 for column in self.columns}) > 1:
            said.append("The runs were judged by different versions of the clauses.")
        if any(column.tally.record.header.safe for column in self.columns):
            said.append("A column of a safe run shows refusals only.")
        return said

    @cached_property
    def _clauses(self) -> list[Clause]:
        known = {row.clause.id: row.clause for column in self.columns for row in column.tally.rows}
        return list(known.values())


def render_matrix(implementations: Sequence[Implementation], catalogue: Catalogue) -> str:
    """The page: no network, no script; every cell leads to the clause in the report of its implementation."""
    return rendered("matrix.html", MatrixView(implementations, catalogue))
