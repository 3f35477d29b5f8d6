"""What a record amounts to, counted once for all renderers: clause by clause, level by level."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from callpark_spec import Catalogue, Clause, Level
from contract_tests.record.lines import CaseLine, ExchangeLine, ObservationLine, Record, RulingLine
from contract_tests.verdict import READINGS, Reading, Verdict


class Standing(StrEnum):
    """What became of a clause: the worst of its verdicts, or why it has none. The worst first."""

    FAIL = "fail"
    WRONG_CODE = "wrong-code"
    HARNESS_ERROR = "harness-error"
    INCONCLUSIVE = "inconclusive"
    DEVIATION = "deviation"
    PASS = "pass"
    NOT_APPLICABLE = "not-applicable"
    UNTRIED = "not-tried"  # this run set out to try something else
    UNTESTABLE = "not-testable"  # no request can show it
    OBSERVED = "observed"  # seen, and never judged
    UNBOUND = "not-binding"  # judged under the other reading alone

    @property
    def binds(self) -> bool:
        """Whether the target was held to the clause."""
        return self in _BINDING

    @property
    def is_finding(self) -> bool:
        return self in (Standing.FAIL, Standing.WRONG_CODE)

    @property
    def is_open(self) -> bool:
        """Whether a judgement was wanted and did not come."""
        return self in (Standing.INCONCLUSIVE, Standing.HARNESS_ERROR)


_BINDING = (
    Standing.FAIL,
    Standing.WRONG_CODE,
    Standing.HARNESS_ERROR,
    Standing.INCONCLUSIVE,
    Standing.DEVIATION,
    Standing.PASS,
)
_RANK = {standing: rank for rank, standing in enumerate(Standing)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRow:
    """A clause, what became of it under each reading, and by which cases."""

    clause: Clause
    standings: Mapping[Reading, Standing]
    rulings: Mapping[Reading, tuple[RulingLine, ...]]
    observations: tuple[ObservationLine, ...]

    @property
    def differs(self) -> bool:
        """Whether the readings come to different verdicts; a reading that does not ask for it has none."""
        found = set(self.standings.values()) - {Standing.UNBOUND}
        return len(found) > 1

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases that tried it, in the order of the record."""
        lines = (line for reading in READINGS for line in self.rulings[reading])
        return tuple(dict.fromkeys(line.case for line in lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What stood between cases and a judgement: one hint for all of them, or one reason where there is no hint."""

    standing: Standing
    rulings: tuple[RulingLine, ...]

    @property
    def title(self) -> str:
        return self.shared_reason or self.rulings[0].hint or "no reason was given"

    @property
    def shared_reason(self) -> str:
        """What was seen, if it was the same in all cases."""
        seen = {ruling.actual for ruling in self.rulings}
        return seen.pop() if len(seen) == 1 else ""

    @property
    def hint(self) -> str:
        """What to do about it, unless the title says so already."""
        return self.rulings[0].hint if self.shared_reason else ""


@dataclass(frozen=True)
class Tally:
    """A record seen through a catalogue."""

    record: Record
    catalogue: Catalogue

    @property
    def reading(self) -> Reading:
        """The reading that gates."""
        return self.record.header.reading

    @property
    def other_reading(self) -> Reading:
        return next(reading for reading in READINGS if reading != self.reading)

    @cached_property
    def rows(self) -> tuple[ClauseRow, ...]:
        """Every clause of the catalogue in its order, then those of the record that it does not know."""
        rulings: dict[tuple[str, Reading], list[RulingLine]] = defaultdict(list)
        for ruling in self.record.rulings:
            rulings[ruling.clause, ruling.reading].append(ruling)
        observed: dict[str, list[ObservationLine]] = defaultdict(list)
        for observation in self.record.observations:
            observed[observation.clause].append(observation)
        return tuple(
            ClauseRow(
                clause=clause,
                standings={
                    reading: self._standing(clause, reading, rulings, bool(observed[clause.id]))
                    for reading in READINGS
                },
                rulings={reading: tuple(rulings[clause.id, reading]) for reading in READINGS},
                observations=tuple(observed[clause.id]),
            )
            for clause in self._clauses()
        )

    @cached_property
    def row_of(self) -> Mapping[str, ClauseRow]:
        return {row.clause.id: row for row in self.rows}

    @cached_property
    def areas(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.catalogue.areas, *(row.clause.area for row in self.rows)]))

    @cached_property
    def case_of(self) -> Mapping[str, CaseLine]:
        return {case.id: case for case in self.record.cases}

    @cached_property
    def exchange_of(self) -> Mapping[int, ExchangeLine]:
        return {exchange.number: exchange for exchange in self.record.exchanges}

    @cached_property
    def exchanges_of_case(self) -> Mapping[str, tuple[ExchangeLine, ...]]:
        found: dict[str, list[ExchangeLine]] = defaultdict(list)
        for exchange in self.record.exchanges:
            found[exchange.case].append(exchange)
        return {case: tuple(lines) for case, lines in found.items()}

    @cached_property
    def verdict_of(self) -> Mapping[tuple[str, str, Reading], Standing]:
        """(clause, case, reading) -> the worst verdict."""
        found: dict[tuple[str, str, Reading], Standing] = {}
        for ruling in self.record.rulings:
            key = (ruling.clause, ruling.case, ruling.reading)
            found[key] = worst([Standing(ruling.verdict), *([found[key]] if key in found else [])])
        return found

    def gating(self, *verdicts: Verdict) -> tuple[RulingLine, ...]:
        """The rulings of these verdicts under the gating reading.

        A ruling on the very clause that its case is about comes before those that the case broke besides.
        """
        found = [
            line for line in self.record.rulings if line.reading == self.reading and line.verdict in verdicts
        ]
        return tuple(sorted(found, key=self._is_aside))

    @cached_property
    def findings(self) -> tuple[RulingLine, ...]:
        return self.gating(Verdict.FAIL, Verdict.WRONG_CODE)

    @cached_property
    def open_rulings(self) -> tuple[RulingLine, ...]:
        return self.gating(Verdict.INCONCLUSIVE, Verdict.HARNESS_ERROR)

    def obstacles(self, rulings: Iterable[RulingLine]) -> tuple[Obstacle, ...]:
        """Rulings that came to no judgement, by what stood in the way."""
        behind: dict[tuple[str, str], list[RulingLine]] = defaultdict(list)
        for ruling in rulings:
            behind[ruling.verdict, ruling.hint or ruling.actual].append(ruling)
        return tuple(
            Obstacle(standing=Standing(verdict), rulings=tuple(found))
            for (verdict, _), found in behind.items()
        )

    def clauses_of(self, rulings: Iterable[RulingLine]) -> tuple[str, ...]:
        """The clauses of rulings, each once, in their order."""
        return tuple(dict.fromkeys(ruling.clause for ruling in rulings))

    def broken_under(self, reading: Reading) -> tuple[str, ...]:
        return tuple(row.clause.id for row in self.rows if row.standings[reading].is_finding)

    def standings(self, reading: Reading) -> Counter[Standing]:
        return Counter(row.standings[reading] for row in self.rows)

    @cached_property
    def by_level(self) -> Mapping[Level, Counter[Standing]]:
        """Level -> standing under the gating reading -> number of clauses."""
        return {
            level: Counter(row.standings[self.reading] for row in self.rows if row.clause.level == level)
            for level in Level
        }

    @staticmethod
    def _standing(
        clause: Clause,
        reading: Reading,
        rulings: Mapping[tuple[str, Reading], Sequence[RulingLine]],
        observed: bool,
    ) -> Standing:
        if found := rulings.get((clause.id, reading)):
            return worst(Standing(ruling.verdict) for ruling in found)
        if clause.not_tested is not None:
            return Standing.UNTESTABLE
        if observed:
            return Standing.OBSERVED
        elsewhere = any(rulings.get((clause.id, other)) for other in READINGS)
        return Standing.UNBOUND if elsewhere else Standing.UNTRIED

    def _is_aside(self, ruling: RulingLine) -> bool:
        return ruling.clause != self.case_of[ruling.case].clause

    def _clauses(self) -> Iterable[Clause]:
        yield from self.catalogue.clauses.values()
        lines: list[RulingLine | ObservationLine] = [*self.record.rulings, *self.record.observations]
        unknown = {line.clause: line for line in lines if line.clause not in self.catalogue.clauses}
        yield from map(_unknown, unknown.values())


def worst(standings: Iterable[Standing]) -> Standing:
    return min(standings, key=_RANK.__getitem__)


def _unknown(line: RulingLine | ObservationLine) -> Clause:
    """A stand-in for a clause that the catalogue has lost or not got yet."""
    return Clause(
        id=line.clause,
        area=line.clause.partition("/")[0],
        level=Level.SILENT if isinstance(line, ObservationLine) else Level.DERIVED,
        text=line.title,
        source="The record names this clause, the catalogue of this callpark does not have it.",
    )
