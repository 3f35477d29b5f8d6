"""Findings, seen once more: each is tried on fresh calls, so that the lines printed for it are known to show it.

What shows every time is printed as it is. What shows only beside another parked call is printed with that call, and
what shows only now and then as a loop that is long enough to meet it. The verdicts stand as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, cast

from contract_tests.case import Case, Kind
from contract_tests.draft import Setting, listing
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange, Request
from contract_tests.judge import is_seen_again
from contract_tests.judge.aspect import SchemaViolations
from contract_tests.lanes.trial import Trial
from contract_tests.reproduction import curl, in_rounds
from contract_tests.settling import Settling
from contract_tests.state.rung import Rung, RungError
from contract_tests.target import Target
from contract_tests.verdict import Ruling, Verdict
from contract_tests.world import KnownCall, World

SURE = 2
ROUNDS = 9
MOST = 20
"""So many findings of a run are tried again: the first ones tell most, and every try uses up a call."""

MOST_TRIES = SURE * 3 + ROUNDS
"""On fresh calls, for one finding: alone, beside an earlier and beside a later call, and then again and again."""

Beside = Literal["nothing", "an earlier call", "a later call"]
WITH_ANOTHER: tuple[Beside, ...] = ("an earlier call", "a later call")
SHOWN = (Verdict.FAIL, Verdict.WRONG_CODE, Verdict.DEVIATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a finding is brought about: beside which other parked call, in how many rounds; and a remark on it."""

    beside: Beside = "nothing"
    rounds: int = 1
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Again:
    """The target, as far as a trial needs one. What it is sent belongs to no case of the table any more."""

    target: Target

    def exchange(self, request: Request, *, case: str = "", **_about: object) -> Exchange:
        return self.target.exchange(request, case=case, role="again")


@dataclass(kw_only=True)
class Encore:
    """Tries findings again where calls are plenty. `settling` knows from the lane how long an answer takes to show.

    After `deadline`, on the target's clock, and with `safe` nothing is sent: lines are then printed untried.
    """

    target: Target
    rung: Rung
    world: World
    control: Case
    settling: Settling
    violations: SchemaViolations
    not_offered: frozenset[str] = frozenset()
    deadline: float | None = None
    safe: bool = False
    calls_used: int = 0
    _trial: Trial = field(init=False)
    _ways: dict[tuple[str, str], Way] = field(init=False, default_factory=dict)
    _given_up: bool = False

    def __post_init__(self) -> None:
        self._trial = Trial(
            target=cast(Target, _Again(self.target)),
            world=self.world,
            control=self.control,
            settling=self.settling,
            not_offered=self.not_offered,
            thorough=True,
        )

    def script(self, ruling: Ruling, proof: Evidence | None) -> list[str]:
        """Shell lines that show a row again, as far as a request was sent for it and something is the matter."""
        if (
            ruling.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)
            or proof is None
            or proof.exchange is None
        ):
            return []
        way = self._way(ruling, proof) if ruling.verdict in SHOWN else Way()
        calls = [proof.call] if proof.call else []
        if way.beside != "nothing" and proof.witness:
            calls.insert(0 if way.beside == "an earlier call" else 1, proof.witness)
        script = self.rung.script
        lines = [line for call in calls for line in script.again(self._fresh(proof.case, call))]
        if proof.case.kind is Kind.REPEATED and proof.call:
            first = self.control.request(Setting(world=self.world, call=proof.call))
            lines.append(curl(first, self.target.url))
        lines.append(curl(proof.exchange.request, self.target.url))
        if proof.follow_up is not None:
            lines.append(curl(proof.follow_up.request, self.target.url))
        if proof.after is not None:
            looked_at = sorted(calls, key=lambda call: call is not proof.call)
            looks = [listing(call.user, call.extension, call.id) for call in looked_at]
            lines += [
                curl(replace(look, headers=proof.after.request.headers), self.target.url) for look in looks
            ]
        remark = [f"# {way.remark}"] if way.remark else []
        return [*script.before, *remark, *in_rounds(lines, way.rounds)]

    def _fresh(self, case: Case, call: KnownCall) -> KnownCall:
        """The call as it was before anything was sent to it."""
        return replace(call, parked=case.kind is not Kind.NOT_PARKED)

    def _way(self, ruling: Ruling, proof: Evidence) -> Way:
        key = ruling.clause, proof.case.id
        if key not in self._ways:
            self._ways[key] = self._found_way(ruling, proof)
        return self._ways[key]

    def _found_way(self, ruling: Ruling, proof: Evidence) -> Way:
        if self.rung.is_scarce or self.safe or len(self._ways) >= MOST:
            return Way()
        shown = (self._shows(ruling, proof, "nothing") for _ in range(SURE))
        try:
            if all(shown):
                return Way()
            for beside in WITH_ANOTHER if proof.witness else ():
                if all(self._shows(ruling, proof, beside) for _ in range(SURE)):
                    return Way(beside=beside)
            return self._now_and_then(ruling, proof)
        except _GivenUp:
            return Way()

    def _now_and_then(self, ruling: Ruling, proof: Evidence) -> Way:
        """As many rounds as it may take, and as many again: the longest wait between two that showed it counts."""
        waits, since = [], 0
        for _ in range(ROUNDS):
            since += 1
            if self._shows(ruling, proof, "nothing"):
                waits.append(since)
                since = 0
        if not waits:
            tries = ROUNDS + SURE * (1 + len(WITH_ANOTHER) * bool(proof.witness))
            return Way(
                remark=f"seen once, and not again in {tries} tries on fresh calls and connections;"
                " this is what was sent"
            )
        rounds = 2 * max(waits)
        return Way(
            rounds=rounds, remark=f"not every time: seen in {len(waits)} of {ROUNDS} rounds, so {rounds} here"
        )

    def _shows(self, ruling: Ruling, proof: Evidence, beside: Beside) -> bool:
        is_late = self.deadline is not None and self.target.now() > self.deadline
        if self._given_up or self.target.lost or is_late:
            raise _GivenUp
        calls: list[KnownCall] = []
        try:
            again = self._played(proof.case, beside, calls)
        except RungError as error:
            self._given_up = True
            raise _GivenUp from error
        finally:
            with suppress(RungError):
                self.rung.release(calls)
        self._given_up = again.exchange is not None and again.exchange.timed_out
        return is_seen_again(
            ruling.clause,
            proof,
            again,
            world=self.world,
            reading=ruling.reading,
            violations=self.violations,
        )

    def _played(self, case: Case, beside: Beside, calls: list[KnownCall]) -> Evidence:
        makers: list[Callable[[], KnownCall]] = [partial(self._call_for, case)]
        if beside != "nothing":
            makers.insert(0 if beside == "an earlier call" else 1, self.rung.witness)
        for make in makers:
            calls.append(make())
        call = calls[-1] if beside == "an earlier call" else calls[0]
        witness = next((one for one in calls if one is not call), None)
        self._trial.guard(case, witness)
        if case.kind is Kind.REPEATED:
            request = self.control.request(Setting(world=self.world, call=call))
            self.target.exchange(request, case=case.id, role="again")
            call = replace(call, parked=False)
        return self._trial.of(case, call)

    def _call_for(self, case: Case) -> KnownCall:
        if case.kind is Kind.NOT_PARKED:
            return self.rung.talking()
        self.calls_used += 1
        return self.rung.parked(1, self.world.sibling if case.elsewhere else None)[0]


class _GivenUp(Exception):
    """No more calls, or no more time."""
