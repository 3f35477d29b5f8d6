"""All races of an exploration: those for one call at once, and the one against the time in the parking lot.

The latter has to wait for its moment. Where its calls stay as they are meanwhile it is begun before everything else and
other searches go on while it waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from contract_tests.lanes.blame import SECOND
from contract_tests.lanes.expiry import EXPIRY, EXPIRY_CASE, EXPIRY_ROUNDS, EXPIRY_TITLE, Expiry, no_race
from contract_tests.lanes.finding import Row
from contract_tests.lanes.player import Table
from contract_tests.lanes.races import ONE_WINNER, RACES, Races

ENOUGH_RACES = 2
"""So many races that are lost say all there is to say of the clause that they are about."""


@dataclass(kw_only=True)
class RaceDay:
    """Runs them on a table. Never raises for what the target or the rung does.

    `rounds` bounds each race; without any, none is run against the clock. `limit` is how many seconds calls may stay in
    the lot, None for what the rung takes. A clause that turns out to be broken is added to those that are `muted`.
    `started` is told of each race (case, clause, title); `excuses` says by clause and case which are known to be lost.
    """

    table: Table
    rounds: int
    limit: float | None
    muted: set[str]
    started: Callable[[str, str, str], None]
    excuses: Callable[[str, str], bool]

    def begin(self) -> None:
        """Parks the calls whose time is to run out while others go on, where the rung lets both be."""
        if self.rounds and SECOND not in self.muted:
            self.started(EXPIRY_CASE, ONE_WINNER, EXPIRY_TITLE)
            self.table.vigil = self._expiry().beside_others()

    def run(self) -> Iterator[Row]:
        """A row for each race; the one against the clock has none yet where it waits."""
        if SECOND in self.muted:
            self.give_up()
            yield from no_races("a second retrieval succeeds even when nothing races", [SECOND])
            return
        lost: list[str] = []
        races = self._races()
        for name in RACES:
            if len(lost) == ENOUGH_RACES:
                yield no_race(name, _enough(lost), lost)
                continue
            for row in races.run([name]):
                lost += [row.case] if row.finding is not None else []
                yield row
        if lost:
            self.muted.add(ONE_WINNER)
        if len(lost) == ENOUGH_RACES:
            self.give_up()
            yield no_race(EXPIRY, _enough(lost), lost)
        elif self.rounds and self.table.vigil is None:
            yield self._against_expiry()

    def end(self) -> Iterator[Row]:
        """What came of the race that waited; where others left it no time for its moments it is run by itself."""
        if (vigil := self.table.vigil) is not None:
            row = vigil.end()
            self.table.vigil = None
            yield self._against_expiry() if row is None else self._noted(row)

    def give_up(self) -> None:
        """Ends the calls of a race that waits; does nothing where none does."""
        if self.table.vigil is not None:
            self.table.vigil.give_up()
            self.table.vigil = None

    def replay(self, name: str) -> Row:
        """One race, run again."""
        return self._against_expiry() if name == EXPIRY else next(iter(self._races().run([name])))

    def _against_expiry(self) -> Row:
        self.started(EXPIRY_CASE, ONE_WINNER, EXPIRY_TITLE)
        return self._noted(self._expiry().row())

    def _noted(self, row: Row) -> Row:
        if row.finding is not None:
            self.muted.add(row.clause)
        return row

    def _races(self) -> Races:
        return Races(table=self.table, rounds=self.rounds, started=self.started, excuses=self.excuses)

    def _expiry(self) -> Expiry:
        return Expiry(table=self.table, rounds=min(self.rounds, EXPIRY_ROUNDS), limit=self.limit)


def no_races(why: str, because: Sequence[str] = ()) -> Iterator[Row]:
    """The rows where no race was run."""
    yield from (no_race(name, why, because) for name in (*RACES, EXPIRY))


def _enough(lost: Sequence[str]) -> str:
    return f"{len(lost)} races show already that the clause is broken"
