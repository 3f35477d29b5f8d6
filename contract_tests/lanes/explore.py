"""The lane `explore`: what no fixed table holds. Kept findings first, then races, then drawn sequences.

A finding counts once it was seen again on fresh calls. A clause is reported once; one that is known to be broken
already is not looked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from callpark_spec import load, openapi_document
from contract_tests.judge.aspect import SchemaViolations
from contract_tests.lanes.finding import Finding, Row
from contract_tests.lanes.machine import Search
from contract_tests.lanes.player import CannotGoOn, Player, Table
from contract_tests.lanes.races import ONE_WINNER, RACES, ROUNDS, Races
from contract_tests.lanes.shrinking import Found, Shrinking
from contract_tests.lanes.steps import Step
from contract_tests.lanes.trouble import REFUSAL_CHANGED, SECOND, Bench, Trouble
from contract_tests.reproduction import curl
from contract_tests.schemathesis_adapter import Schema
from contract_tests.state.rung import Rung
from contract_tests.target import Target
from contract_tests.verdict import Verdict
from contract_tests.world import World

EXAMPLES = 100
MOST_FINDINGS = 3
TRIES = 3
EXPLORED = "parking/only-that-call"
EXPLORED_CASE = f"{EXPLORED}/explored"
EXPLORED_TITLE = "drawn sequences of requests, each call as the model has it after every one"
TWICE = (Step(does="park"), Step(does="unpark"), Step(does="unpark"))


@dataclass(kw_only=True)
class ExploreLane:
    """Explores a target. Every argument of chance and time comes from outside.

    `known` are clauses that are known to be broken. `max_examples` bounds the sequences that are drawn, `rounds` each
    race; after `deadline`, on the target's clock, nothing more is sent. `started` is told of each case (id, clause,
    title) before exchanges belong to it. `kept` findings are played first.
    """

    target: Target
    rung: Rung
    world: World
    seed: int
    sleep: Callable[[float], None]
    violations: SchemaViolations
    levels: Mapping[str, str]
    settle: float = 2.0
    not_offered: frozenset[str] = frozenset()
    deadline: float | None = None
    known: frozenset[str] = frozenset()
    kept: Sequence[Finding] = ()
    max_examples: int = EXAMPLES
    rounds: int = ROUNDS
    started: Callable[[str, str, str], None] = lambda case, clause, title: None
    _table: Table = field(init=False)
    _hopeless: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self._table = Table(
            target=self.target,
            rung=self.rung,
            bench=Bench(world=self.world, violations=self.violations, levels=self.levels),
            sleep=self.sleep,
            settle=self.settle,
            lists="list" not in self.not_offered,
            deadline=self.deadline,
        )

    @property
    def calls_used(self) -> int:
        """How many calls were parked for this lane."""
        return self._table.calls_used

    def run(self) -> Iterator[Row]:
        """Rows as they become known. Never raises for what the target or the rung does."""
        muted = set(self.known)
        for finding in self.kept:
            row = self.replay(finding)
            if row.verdict in (Verdict.FAIL, Verdict.WRONG_CODE):
                muted.add(row.clause)
            yield row
        yield from self._races(muted)
        yield from self._sequences(muted)

    def replay(self, finding: Finding) -> Row:
        """Plays a finding again on fresh calls: the verdict it deserves now; `pass` where it is no more."""
        if finding.steps[0].does == "race":
            races = Races(table=self._table, rounds=self.rounds, started=self.started)
            return next(iter(races.run([finding.steps[0].what])))
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
                player, troubles = self._play(finding.steps, finding.case)
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

    def _play(self, steps: Sequence[Step], case: str) -> tuple[Player, list[Trouble]]:
        """Plays a sequence on fresh calls: all that is wrong with it, step after step."""
        player = Player(table=self._table, case=case)
        troubles: list[Trouble] = []
        try:
            for step in steps:
                troubles += player.play(step)
        finally:
            player.end()
        return player, troubles

    def _races(self, muted: set[str]) -> Iterator[Row]:
        """Races, where one request after the other goes right; else what goes wrong there."""
        self.started(EXPLORED_CASE, EXPLORED, EXPLORED_TITLE)
        try:
            player, troubles = self._play(TWICE, EXPLORED_CASE)
        except CannotGoOn as stopped:
            self._hopeless = str(stopped)
            yield from _no_races(self._hopeless)
            return
        for trouble in troubles:
            steps = TWICE if trouble.clause == SECOND else TWICE[:2]
            if trouble.clause not in muted:
                yield from self._confirmed(Found(steps=steps, trouble=trouble), muted)
        if not player.retrieved:
            self._hopeless = "the page's own request does not retrieve a call"
        if self._hopeless or any(trouble.clause == SECOND for trouble in troubles):
            yield from _no_races(self._hopeless or "a second retrieval succeeds even when nothing races")
            return
        for row in Races(table=self._table, rounds=self.rounds, started=self.started).run():
            if row.finding is not None:
                muted.add(row.clause)
            yield row

    def _sequences(self, muted: set[str]) -> Iterator[Row]:
        """Drawn sequences: a row for each finding, and one for them all."""
        row = Row(
            clause=EXPLORED, case=EXPLORED_CASE, title=EXPLORED_TITLE, verdict=Verdict.INCONCLUSIVE,
            expected=("every call as the model has it, every answer one that the page admits",),
        )  # fmt: skip
        if self._hopeless:
            yield replace(row, actual=f"not tried: {self._hopeless}")
            return
        rows: list[Row] = []
        played, ended = 0, ""
        for turn in range(MOST_FINDINGS):
            search = Search(
                player=lambda: Player(table=self._table, case=EXPLORED_CASE),
                muted=frozenset(muted),
                seed=self.seed * MOST_FINDINGS + turn,
                max_examples=max(1, self.max_examples - played),
            )
            found = search.run()
            played, ended = played + search.examples, search.ended
            if found is None:
                break
            found = Shrinking(self._play, EXPLORED_CASE, search.muted).of(found)
            for confirmed in self._confirmed(found, muted):
                rows.append(confirmed)
                yield confirmed
            if ended or played >= self.max_examples:
                break
        count = f"{played} sequences" + (f", then {ended}" if ended else "")
        if rows:
            yield replace(row, actual=f"{count}; see {', '.join(one.case for one in rows)}")
        else:
            yield replace(row, verdict=Verdict.PASS if played else row.verdict, actual=f"held in {count}")

    def _confirmed(self, found: Found, muted: set[str]) -> Iterator[Row]:
        """The row of a finding, once it was seen again on fresh calls; inconclusive where it was not."""
        clause = found.clause
        already = clause in muted
        muted |= {clause, found.trouble.clause}
        if already:
            return
        row = self.replay(Finding(clause=clause, steps=found.steps))
        if row.verdict is Verdict.PASS:
            actual = f"seen once and not again on fresh calls: {found.trouble.actual}"
            row = replace(row, verdict=Verdict.INCONCLUSIVE, actual=actual)
        yield row

    def _reproduction(self, player: Player) -> tuple[str, ...]:
        """The shortest shell script: park the calls, send the requests, list the calls."""
        lines = [line for call in player.lot.calls for line in self.rung.reproduction(call)]
        lines += [curl(request, self.target.url) for request in player.requests]
        lines += [curl(look.request, self.target.url) for look in player.last_looks()]
        once = dict.fromkeys(line for line in lines if line.startswith("export "))
        return (*once, *(line for line in lines if line not in once))


def play_again(finding: Finding, *, target: Target, rung: Rung, world: World) -> list[str]:
    """What is wrong when a finding is played on fresh calls; empty where nothing is. For generated pytest files."""
    lane = ExploreLane(
        target=target,
        rung=rung,
        world=world,
        seed=0,
        sleep=time.sleep,
        violations=Schema(openapi_document()).violations,
        levels={clause.id: str(clause.level) for clause in load().clauses.values()},
    )
    row = lane.replay(finding)
    if row.verdict is Verdict.PASS:
        return []
    return [f"{row.clause}: {row.actual} (expected: {' or '.join(row.expected) or 'an answer'})"]


def _shows(clause: str, trouble: Trouble) -> bool:
    return trouble.clause == clause or (clause == REFUSAL_CHANGED and trouble.is_refused_valid)


def _no_races(why: str) -> Iterator[Row]:
    for name, (title, _) in RACES.items():
        yield Row(
            clause=ONE_WINNER,
            case=f"{ONE_WINNER}/{name}",
            title=title,
            verdict=Verdict.INCONCLUSIVE,
            actual=f"not tried: {why}",
        )
