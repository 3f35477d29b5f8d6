"""A check: preflight, lane, judgement and record, in this order. What the command line and pytest both drive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from callpark_spec import Catalogue, openapi_document
from contract_tests import cases as table
from contract_tests.answer_schema import AnswerSchema
from contract_tests.baseline import Known
from contract_tests.case import Case
from contract_tests.encore import Encore
from contract_tests.evidence import Evidence
from contract_tests.judge import Judgement, judge
from contract_tests.lanes.conform import ConformLane
from contract_tests.lanes.finding import Finding
from contract_tests.profile import Profile
from contract_tests.published_proof import published_proof
from contract_tests.record.lines import Suite, TargetLine
from contract_tests.record.writer import RecordWriter
from contract_tests.redaction import Redaction
from contract_tests.reproduction import asking_for_headers
from contract_tests.selection import Lane, Shard, lane_cases, selected
from contract_tests.settling import Settling
from contract_tests.state.rung import Rung, RungError
from contract_tests.target import Target
from contract_tests.verdict import READINGS, ExitCode, Reading, Ruling, exit_code
from contract_tests.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A case of a clause is about to be sent, `place` of `total`; None while nobody can say how many there will be."""

    clause: str
    place: int
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to check, and under which reading the exit status is decided. `clauses` are ids or prefixes of ids.

    With `safe` only what no server may carry out is sent, so that nothing rings. `max_time` bounds the sending in
    seconds; what was not sent by then is inconclusive. `kept` are findings of earlier runs, which the lane `explore`
    plays first. With `by_chance` that lane does without what comes to the same with every seed; with
    `engine` it has schemathesis generate requests, where it sends those that were generated beforehand otherwise.
    `shard` takes a part of the cases of the table, or where there is exploring, a part of that: it begins from what the
    table leaves unbroken, so that each shard sends the whole table. `known` is a baseline: exploring goes on beyond
    what it excuses. `before_curl` are shell lines that the printed ones need before them.
    """

    profile: Profile
    run: str
    lane: Lane = "conform"
    reading: Reading = "document"
    seed: int = 0
    clauses: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    max_time: float | None = None
    safe: bool = False
    kept: tuple[Finding, ...] = ()
    known: tuple[Known, ...] = ()
    by_chance: bool = False
    engine: bool = False
    shard: Shard | None = None
    before_curl: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check came to, in memory; the record holds the same. `findings` are what exploring confirmed."""

    rulings: tuple[Ruling, ...]
    exit_code: ExitCode
    findings: tuple[Finding, ...] = ()


@dataclass(kw_only=True)
class Check:
    """Runs a plan against a target by means of a rung.

    `wall_clock` says the time for the record, `sleep` waits (seconds). `version` is the suite's. `watch` is told of
    each case before it is sent.
    """

    plan: Plan
    target: Target
    rung: Rung
    catalogue: Catalogue
    version: str
    stream: BinaryIO
    sleep: Callable[[float], None]
    wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    watch: Callable[[Started], None] = lambda started: None
    _writer: RecordWriter = field(init=False)
    _known_cases: set[str] = field(init=False, default_factory=set)
    _begun: float = field(init=False)
    _findings: list[Finding] = field(init=False, default_factory=list)
    _answers: AnswerSchema = field(init=False)

    def __post_init__(self) -> None:
        redact = Redaction(self.target.secrets)
        self.target.tell_of_tokens(redact.also)
        self._writer = RecordWriter(self.stream, redact)
        self.target.watch = self._writer.exchange
        self._begun = self.target.now()
        self._answers = AnswerSchema(openapi_document())

    def run(self) -> Outcome:
        """The whole check. Leaves a record without a footer when it is interrupted. May raise `NothingSelected`."""
        world = self.plan.profile.world()
        chosen = selected(
            lane_cases(self.plan.lane, world, by_chance=self.plan.by_chance, engine=self.plan.engine),
            clauses=self.plan.clauses,
            ids=self.plan.cases,
            safe=self.plan.safe,
            known=self.catalogue.clauses,
        )
        if self.plan.shard is not None and not self._explores:
            chosen = self.plan.shard.of(chosen)
        self._write_header(world)
        lane = self._lane(world, len(chosen))
        evidence = self._evidence(lane, chosen)
        judgements = {reading: self._judge(evidence, world, reading) for reading in READINGS}
        rulings = [ruling for judgement in judgements.values() for ruling in judgement.rulings]
        encore = self._encore(world, lane)
        self._write_rulings(judgements, {one.case.id: one for one in evidence}, encore)
        explored, calls_explored = self._explore(world, rulings, lane.went_away)
        rulings += explored
        code = exit_code(r.verdict for r in rulings if r.reading == self.plan.reading)
        self._writer.footer(
            finished=_rfc3339(self.wall_clock()),
            elapsed=self.target.now() - self._begun,
            calls_used=lane.calls_used + encore.calls_used + calls_explored,
        )
        return Outcome(rulings=tuple(rulings), exit_code=code, findings=tuple(self._findings))

    def _lane(self, world: World, count: int) -> ConformLane:
        def started(case: Case) -> None:
            self._write_case(case.id, case.clause, case.title)
            self.watch(Started(clause=case.clause, place=len(self._known_cases), total=count))

        return ConformLane(
            target=self.target,
            rung=self.rung,
            world=world,
            control=table.CONTROL,
            opening=table.OPENING,
            settling=Settling(sleep=self.sleep, settle=self.plan.profile.settle),
            not_offered=frozenset(self.plan.profile.not_offered),
            started=started,
            safe=self.plan.safe,
            deadline=self._deadline(),
        )

    def _encore(self, world: World, lane: ConformLane) -> Encore:
        return Encore(
            target=self.target,
            rung=self.rung,
            world=world,
            control=table.CONTROL,
            settling=lane.settling,
            violations=self._answers.violations,
            not_offered=frozenset(self.plan.profile.not_offered),
            deadline=self._deadline(),
            safe=self.plan.safe,
        )

    def _explore(self, world: World, rulings: Sequence[Ruling], went_away: str) -> tuple[list[Ruling], int]:
        """Races and drawn sequences, on what the fixed table left unbroken; and how many calls they used.

        Nothing is sent where the target `went_away` during the table.
        """
        if not self._explores:
            return [], 0
        from contract_tests.lanes.explore import ExploreLane  # and with it hypothesis
        from contract_tests.lanes.pursuit import Share

        def started(case: str, clause: str, title: str) -> None:
            self._write_case(case, clause, title)
            self.watch(Started(clause=clause, place=len(self._known_cases), total=None))

        lane = ExploreLane(
            target=self.target,
            rung=self.rung,
            world=world,
            seed=self.plan.seed,
            violations=self._answers.violations,
            levels=self._levels(),
            settling=Settling(sleep=self.sleep, settle=self.plan.profile.settle),
            not_offered=frozenset(self.plan.profile.not_offered),
            deadline=self._deadline(),
            known=frozenset(ruling.clause for ruling in rulings if ruling.is_finding),
            kept=self.plan.kept,
            by_chance=self.plan.by_chance,
            engine=self.plan.engine,
            went_away=went_away,
            excuses=self._is_known,
            share=Share(self.plan.shard.place, self.plan.shard.count) if self.plan.shard else None,
            started=started,
            went=lambda clause, done, of: self.watch(Started(clause=clause, place=done, total=of)),
        )
        explored: list[Ruling] = []
        for row in lane.run():
            self._write_case(row.case, row.clause, row.title)
            if row.finding is not None:
                self._findings.append(row.finding)
            for reading in READINGS:
                ruling = row.ruling(reading)
                explored.append(ruling)
                self._writer.ruling(ruling, self._shell(row.reproduction))
        return explored, lane.calls_used

    def _shell(self, lines: Sequence[str]) -> Sequence[str]:
        return (*self.plan.before_curl, *asking_for_headers(lines), *lines) if lines else ()

    @property
    def _explores(self) -> bool:
        """Whether there is exploring: it looks for whatever there is to find, so a check of a few clauses has none."""
        plan = self.plan
        return plan.lane != "conform" and not (plan.safe or plan.clauses or plan.cases)

    def _is_known(self, clause: str, case: str) -> bool:
        return any(entry.covers(clause, case) for entry in self.plan.known)

    def _deadline(self) -> float | None:
        return None if self.plan.max_time is None else self._begun + self.plan.max_time

    def _levels(self) -> dict[str, str]:
        return {clause.id: str(clause.level) for clause in self.catalogue.clauses.values()}

    def _evidence(self, lane: ConformLane, chosen: Sequence[Case]) -> list[Evidence]:
        try:
            evidence = list({one.case.id: one for one in lane.run(chosen)}.values())
        except RungError as error:
            evidence = [Evidence(case=case, lacking=f"no parked call: {error}") for case in chosen]
        for one in evidence:
            self._write_case(one.case.id, one.case.clause, one.case.title)
            if one.untried is not None:
                kind, why = one.untried
                self._writer.untried(case=one.case.id, kind=kind, why=why)
        return evidence

    def _judge(self, evidence: Sequence[Evidence], world: World, reading: Reading) -> Judgement:
        return judge(
            evidence,
            world=world,
            reading=reading,
            control=table.CONTROL,
            levels=self._levels(),
            violations=self._answers.violations,
            lists="list" not in self.plan.profile.not_offered,
            other_calls="another_call" not in self.plan.profile.not_offered,
            safe=self.plan.safe,
        )

    def _write_header(self, world: World) -> None:
        self._writer.header(
            run=self.plan.run,
            started=_rfc3339(self.wall_clock()),
            suite=Suite(
                version=self.version,
                page_sha256=self.catalogue.page.sha256,
                catalogue_sha256=self.catalogue.digest,
                proof=published_proof(),
            ),
            target=TargetLine(name=self.plan.profile.name or self.target.url, url=self.target.url),
            lane=self.plan.lane,
            reading=self.plan.reading,
            seed=self.plan.seed,
            safe=self.plan.safe,
            shard=str(self.plan.shard or ""),
            engine=self.plan.engine,
            rung=self.rung.name,
            profile=self.plan.profile.as_json(),
            world=world.as_json(),
        )
        for exchange in self.target.unwatched():
            self._writer.exchange(exchange)

    def _write_case(self, id: str, clause: str, title: str) -> None:
        if id not in self._known_cases:
            self._known_cases.add(id)
            self._writer.case(id=id, clause=clause, title=title)

    def _write_rulings(
        self, judgements: Mapping[Reading, Judgement], evidence: Mapping[str, Evidence], encore: Encore
    ) -> None:
        by_number = {
            part.number: one
            for one in evidence.values()
            for part in (one.exchange, one.before, one.after)
            if part is not None
        }
        for judgement in judgements.values():
            for ruling in judgement.rulings:
                self._write_case(ruling.case, ruling.clause, ruling.title)
                proof = by_number.get(ruling.exchanges[0]) if ruling.exchanges else None
                self._writer.ruling(ruling, self._shell(encore.script(ruling, proof)))
        for seen in judgements[self.plan.reading].observations:
            self._write_case(seen.case, seen.clause, seen.title)
            self._writer.observation(
                clause=seen.clause,
                case=seen.case,
                title=seen.title,
                actual=seen.actual,
                exchanges=seen.exchanges,
            )


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
