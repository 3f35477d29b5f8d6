"""Playing a known sequence on fresh calls: a finding counts once it was seen this way again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from contract_tests.lanes.blame import PARKED_AGAIN
from contract_tests.lanes.finding import Finding, Row
from contract_tests.lanes.player import CannotGoOn, Player, Table
from contract_tests.lanes.shrinking import Found
from contract_tests.lanes.steps import Step
from contract_tests.lanes.trouble import REFUSAL_CHANGED, Trouble
from contract_tests.reproduction import curl
from contract_tests.verdict import Verdict

TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Plays sequences at a table. `started` is told of each case (id, clause, title) before it is played."""

    table: Table
    started: Callable[[str, str, str], None]

    def play(self, steps: Sequence[Step], case: str) -> tuple[Player, list[Trouble]]:
        """Plays a sequence on fresh calls: all that is wrong with it, step after step. May raise `CannotGoOn`."""
        player = Player(table=self.table, case=case)
        troubles: list[Trouble] = []
        try:
            for step in steps:
                troubles += player.play(step)
        finally:
            player.end()
        return player, troubles

    def of(self, finding: Finding) -> Row:
        """The row of a finding: the verdict that it deserves now; `pass` where it is no more."""
        self.started(finding.case, finding.clause, finding.title)
        row = Row(
            clause=finding.clause,
            case=finding.case,
            title=finding.title,
            verdict=Verdict.PASS,
            finding=finding,
        )
        for attempt in range(1, TRIES + 1):
            try:
                player, troubles = self.play(finding.steps, finding.case)
            except CannotGoOn as reason:
                return replace(row, verdict=Verdict.INCONCLUSIVE, actual=f"not tried: {reason}", finding=None)
            seen = next((one for one in troubles if _shows(finding.clause, one)), None)
            if seen is not None:
                return replace(
                    row,
                    verdict=seen.verdict if seen.clause == finding.clause else Verdict.FAIL,
                    expected=seen.expected,
                    actual=seen.actual,
                    exchanges=seen.exchanges,
                    attempts=attempt,
                    reproduction=self._reproduction(player),
                )
        return replace(row, actual="not seen any more", attempts=TRIES, finding=None)

    def confirmed(self, found: Found, muted: set[str]) -> Iterator[Row]:
        """The row of what was found, once it was seen again; inconclusive where it was not. Mutes its clauses."""
        clause = found.clause
        already = clause in muted
        muted |= {clause, found.trouble.clause}
        if already:
            return
        row = self.of(Finding(clause=clause, steps=found.steps))
        if row.verdict is Verdict.PASS:
            actual = f"seen once and not again on fresh calls: {found.trouble.actual}"
            row = replace(row, verdict=Verdict.INCONCLUSIVE, actual=actual, because=(row.case,))
        yield row

    def _reproduction(self, player: Player) -> tuple[str, ...]:
        """The shortest shell script: park the calls, send the requests, list the calls."""
        url = self.table.target.url
        script = self.table.rung.script
        lines = [line for call in player.lot.calls for line in script.again(call)]
        lines += [curl(request, url) for request in player.requests]
        lines += [curl(look.request, url) for look in player.last_looks()]
        return (*script.before, *lines)


def _shows(clause: str, trouble: Trouble) -> bool:
    stands_for = clause in (REFUSAL_CHANGED, PARKED_AGAIN) and trouble.is_refused_valid
    return trouble.clause == clause or stands_for
