"""The lane `explore`: what no fixed table holds.

Kept findings first, then a call that goes to and fro, all pairs of variations, races, generated requests, drawn
sequences: what is cheapest to see comes first. A finding counts once it was seen again on fresh calls. A clause is
reported once; one that is known to be broken already is not looked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from callpark_spec import load, openapi_document
from contract_tests.judge.aspect import SchemaViolations
from contract_tests.lanes.blame import PARKED_AGAIN, PLAIN, SECOND
from contract_tests.lanes.expiry import (
    EXPIRY,
    EXPIRY_CASE,
    EXPIRY_ROUNDS,
    EXPIRY_TITLE,
    Expiry,
)
from contract_tests.lanes.finding import Finding, Row
from contract_tests.lanes.fuzzing import fuzzed
from contract_tests.lanes.hunt import Hunt
from contract_tests.lanes.machine import Search
from contract_tests.lanes.pairs import Combination, combinations_in
from contract_tests.lanes.player import CannotGoOn, Player, Table
from contract_tests.lanes.races import ONE_WINNER, RACES, ROUNDS, Races
from contract_tests.lanes.replay import Replay
from contract_tests.lanes.shrinking import Found, Shrinking
from contract_tests.lanes.steps import Change, Step, told
from contract_tests.lanes.trouble import OTHER_CALL, SERVER_ERROR, Bench
from contract_tests.schemathesis_adapter import Schema
from contract_tests.settling import Settling
from contract_tests.state.rung import Rung
from contract_tests.target import Target
from contract_tests.verdict import Verdict
from contract_tests.world import World

SEQUENCES = 60
SETTLE = 2.0
"""Seconds that an answer may take to show where no profile says it: in a file that plays a finding again."""
GENERATED = 120
MOST_FINDINGS = 3
ENOUGH_RACES = 2
"""So many races that are lost say all there is to say of the clause that they are about."""
AND_BACK = (Step(does="park"), Step(does="unpark"), Step(does="park-again"), Step(does="unpark"))
_SELF = Change(part="extension", value="@self")
TWICE = (
    *AND_BACK[:2],
    Step(does="unpark"),
    Step(does="unpark", changes=(_SELF,)),
    Step(does="unpark", changes=(Change(part="user", value="@me"), _SELF)),
    Step(does="unpark", changes=(Change(part="sendCallTo", kind="world", value="sibling"),)),
)
"""A call that was retrieved is retrieved once more, by each name that it has, and to another phone."""


@dataclass(frozen=True, slots=True)
class Pursuit:
    """A search as it stands in the record: the case that its exchanges belong to, and what it goes through."""

    clause: str
    slug: str
    title: str
    things: str

    @property
    def case(self) -> str:
        """The id of its case."""
        return f"{self.clause}/{self.slug}"


TO_AND_FRO = Pursuit(
    PARKED_AGAIN, "to-and-fro", "a call that is retrieved, retrieved once more and parked again", "sequences"
)
COMBINED = Pursuit(PLAIN, "combined", "every two variations of the request in one", "combinations")
FUZZED = Pursuit(
    SERVER_ERROR, "generated", "requests generated from the OpenAPI document, right and wrong", "requests"
)
DRAWN = Pursuit(
    OTHER_CALL,
    "explored",
    "drawn sequences of requests, each call as the model has it after every one",
    "sequences",
)


@dataclass(kw_only=True)
class ExploreLane:
    """Explores a target. Every argument of chance and time comes from outside.

    `known` are clauses that are known to be broken. `sequences` and `generated` bound what is drawn and generated,
    `rounds` each race; `combinations` stand in for all pairs; where one of these is nothing there is no row. `limit`
    is how many seconds calls may stay in the lot where their time is to run out, None for what the rung takes. After
    `deadline`, on the target's clock, nothing more is sent. `started` is told of each case (id, clause, title) before
    exchanges belong to it, `went` how far a search is: its clause, how many of how many. `kept` findings are played
    first. With `by_chance` the pairs of variations, which are the same for every seed, are left out.
    """

    target: Target
    rung: Rung
    world: World
    seed: int
    violations: SchemaViolations
    levels: Mapping[str, str]
    settling: Settling
    not_offered: frozenset[str] = frozenset()
    deadline: float | None = None
    known: frozenset[str] = frozenset()
    kept: Sequence[Finding] = ()
    by_chance: bool = False
    sequences: int = SEQUENCES
    generated: int = GENERATED
    combinations: Sequence[Combination] | None = None
    rounds: int = ROUNDS
    limit: float | None = None
    started: Callable[[str, str, str], None] = lambda case, clause, title: None
    went: Callable[[str, int, int], None] = lambda clause, done, of: None
    _table: Table = field(init=False)
    _replay: Replay = field(init=False)
    _muted: set[str] = field(init=False)
    _found: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._table = Table(
            target=self.target,
            rung=self.rung,
            bench=Bench(world=self.world, violations=self.violations, levels=self.levels),
            settling=self.settling,
            lists="list" not in self.not_offered,
            deadline=self.deadline,
        )
        self._replay = Replay(table=self._table, started=self.started)
        self._muted = set(self.known)

    @property
    def calls_used(self) -> int:
        """How many calls were parked for this lane."""
        return self._table.calls_used

    def run(self) -> Iterator[Row]:
        """Rows as they become known. Never raises for what the target or the rung does."""
        for finding in self.kept:
            row = self.replay(finding)
            if row.verdict in (Verdict.FAIL, Verdict.WRONG_CODE):
                self._muted.add(row.clause)
            yield row
        hopeless = yield from self._to_and_fro()
        if hopeless:
            yield from (_not_tried(pursuit, hopeless) for pursuit in (COMBINED, FUZZED, DRAWN))
            yield from _no_races(hopeless)
            return
        if not self.by_chance:
            yield from self._combined()
        yield from self._races()
        yield from self._fuzzed()
        yield from self._drawn()

    def replay(self, finding: Finding) -> Row:
        """Plays a finding again on fresh calls: the verdict it deserves now; `pass` where it is no more."""
        if finding.steps[0].does == "race":
            if finding.steps[0].what == EXPIRY:
                return self._against_expiry()
            races = Races(table=self._table, rounds=self.rounds, started=self.started)
            return next(iter(races.run([finding.steps[0].what])))
        return self._replay.of(finding)

    def _to_and_fro(self) -> Generator[Row, None, str]:
        """The simplest sequences of all; returns why nothing else is worth trying, if so."""
        self._begin(TO_AND_FRO)
        tried = 0
        rows: list[Row] = []
        for steps in (TWICE, AND_BACK):
            player = Player(table=self._table, case=TO_AND_FRO.case)
            try:
                for place, step in enumerate(steps, start=1):
                    news = [one for one in player.play(step) if one.is_news(self._muted)]
                    for trouble in news:
                        found = self._confirmed(Found(steps=steps[:place], trouble=trouble))
                        rows += found
                        yield from found
                if steps is TWICE and not player.retrieved:
                    return "the page's own request does not retrieve a call"
            except CannotGoOn as stopped:
                yield self._summary(TO_AND_FRO, tried, 2, rows, str(stopped))
                return str(stopped) if steps is TWICE else ""
            finally:
                player.end()
            tried += 1
        row = self._summary(TO_AND_FRO, tried, 2, rows)
        if not rows and not player.parked_again:
            row = replace(
                row, verdict=Verdict.NOT_APPLICABLE, actual="the target did not park a retrieved call again"
            )
        yield row
        return ""

    def _combined(self) -> Iterator[Row]:
        together = combinations_in(self.world) if self.combinations is None else self.combinations
        if not together:
            return
        self._begin(COMBINED)
        hunt = Hunt(table=self._table, case=COMBINED.case, muted=self._muted)
        rows: list[Row] = []
        ended = ""
        try:
            for one in together:
                if self._found >= MOST_FINDINGS:
                    break
                self.went(COMBINED.clause, hunt.tried + 1, len(together))
                if (found := hunt.try_(one.changes, one.place)) is not None:
                    hunt.end()
                    rows += self._confirmed(self._shrunk(found, COMBINED))
                    yield from rows[-1:]
        except CannotGoOn as reason:
            ended = str(reason)
        finally:
            hunt.end()
        yield self._summary(COMBINED, hunt.tried, len(together), rows, ended, hunt)

    def _fuzzed(self) -> Iterator[Row]:
        if not self.generated:
            return
        self._begin(FUZZED)
        hunt = Hunt(table=self._table, case=FUZZED.case, muted=set(self._muted))
        rows: list[Row] = []
        ended = ""
        most = MOST_FINDINGS - self._found
        try:
            for found in fuzzed(
                hunt,
                self.world,
                seed=self.seed,
                max_examples=self.generated,
                most=most,
                went=lambda done: self.went(FUZZED.clause, done, self.generated),
            ):
                hunt.end()
                rows += self._confirmed(self._shrunk(found, FUZZED))
                yield from rows[-1:]
        except CannotGoOn as reason:
            ended = str(reason)
        finally:
            hunt.end()
        yield self._summary(FUZZED, hunt.tried, hunt.tried, rows, ended, hunt)

    def _races(self) -> Iterator[Row]:
        if SECOND in self._muted:
            yield from _no_races("a second retrieval succeeds even when nothing races")
            return
        lost = 0
        races = Races(table=self._table, rounds=self.rounds, started=self.started)
        for name in RACES:
            if lost == ENOUGH_RACES:
                yield _no_race(name, f"{lost} races show already that the clause is broken")
                continue
            for row in races.run([name]):
                lost += row.finding is not None
                yield row
        if lost:
            self._muted.add(ONE_WINNER)
        if lost == ENOUGH_RACES:
            yield _no_race(EXPIRY, f"{lost} races show already that the clause is broken")
        elif self.rounds:
            yield self._against_expiry()

    def _against_expiry(self) -> Row:
        self.started(EXPIRY_CASE, ONE_WINNER, EXPIRY_TITLE)
        row = Expiry(table=self._table, rounds=min(self.rounds, EXPIRY_ROUNDS), limit=self.limit).row()
        if row.finding is not None:
            self._muted.add(row.clause)
        return row

    def _drawn(self) -> Iterator[Row]:
        """Drawn sequences: a row for each finding, and one for them all."""
        self._begin(DRAWN)
        rows: list[Row] = []
        played, ended = 0, ""
        turn = 0
        while played < self.sequences and self._found < MOST_FINDINGS and not ended:
            search = Search(
                player=lambda: Player(table=self._table, case=DRAWN.case),
                muted=frozenset(self._muted),
                seed=self.seed * MOST_FINDINGS + turn,
                max_examples=self.sequences - played,
                went=partial(self._went_on, played),
            )
            found = search.run()
            turn, played, ended = turn + 1, played + search.examples, search.ended
            if found is None:
                break
            rows += self._confirmed(self._shrunk(found, DRAWN))
            yield from rows[-1:]
        yield self._summary(DRAWN, played, played, rows, ended)

    def _went_on(self, before: int, done: int) -> None:
        self.went(DRAWN.clause, before + done, self.sequences)

    def _summary(
        self,
        pursuit: Pursuit,
        done: int,
        of: int,
        rows: Sequence[Row],
        ended: str = "",
        hunt: Hunt | None = None,
    ) -> Row:
        """What a search came to as a whole. It is green only if it tried something and everything was answered."""
        row = _row(pursuit, Verdict.INCONCLUSIVE)
        count = f"{done} {pursuit.things}" if done == of else f"{done} of {of} {pursuit.things}"
        count += f", then {ended}" if ended else ""
        unanswered = hunt.unanswered if hunt else []
        if rows:
            return replace(row, actual=f"{count}; see {', '.join(one.case for one in rows)}")
        if unanswered:
            one = told([Step(does="unpark", changes=unanswered[0])])
            return replace(
                row, actual=f"{len(unanswered)} of {count} were left without an answer, for one: {one}"
            )
        is_green = done > 0 and not self._table.went_away
        return replace(row, verdict=Verdict.PASS if is_green else row.verdict, actual=f"held in {count}")

    def _begin(self, pursuit: Pursuit) -> None:
        self.started(pursuit.case, pursuit.clause, pursuit.title)

    def _shrunk(self, found: Found, pursuit: Pursuit) -> Found:
        return Shrinking(self._replay.play, pursuit.case, frozenset(self._muted)).of(found)

    def _confirmed(self, found: Found) -> list[Row]:
        rows = list(self._replay.confirmed(found, self._muted))
        self._found += len(rows)
        return rows


def play_again(finding: Finding, *, target: Target, rung: Rung, world: World) -> list[str]:
    """What is wrong when a finding is played on fresh calls; empty where nothing is. For generated pytest files."""
    lane = ExploreLane(
        target=target,
        rung=rung,
        world=world,
        seed=0,
        settling=Settling(sleep=time.sleep, settle=SETTLE),
        violations=Schema(openapi_document()).violations,
        levels={clause.id: str(clause.level) for clause in load().clauses.values()},
    )
    row = lane.replay(finding)
    if row.verdict is Verdict.PASS:
        return []
    return [f"{row.clause}: {row.actual} (expected: {' or '.join(row.expected) or 'an answer'})"]


def _not_tried(pursuit: Pursuit, why: str) -> Row:
    return replace(_row(pursuit, Verdict.INCONCLUSIVE), actual=f"not tried: {why}")


def _row(pursuit: Pursuit, verdict: Verdict) -> Row:
    return Row(
        clause=pursuit.clause,
        case=pursuit.case,
        title=pursuit.title,
        verdict=verdict,
        expected=("every call as the model has it, every answer one that the page admits",),
    )


def _no_races(why: str) -> Iterator[Row]:
    yield from (_no_race(name, why) for name in (*RACES, EXPIRY))


def _no_race(name: str, why: str) -> Row:
    return Row(
        clause=ONE_WINNER,
        case=f"{ONE_WINNER}/{name}",
        title=EXPIRY_TITLE if name == EXPIRY else RACES[name][0],
        verdict=Verdict.INCONCLUSIVE,
        actual=f"not tried: {why}",
    )
