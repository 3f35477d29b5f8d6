"""The lane `conform`: the fixed, exhaustive table, in one fixed order.

Refusals and observations come first and share one parked call, which each of them must leave where it is; a call
that does not survive is replaced. Then the control, the page's own request, on that very call: it proves that the
refusals were refused for their fault and not for something else. Then the other retrievals, each on a call of its
own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from contract_tests.case import Case, Kind
from contract_tests.draft import DoesNotArise, Lacking, Setting, listing
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange
from contract_tests.sighting import Sighting, is_unchanged, sight
from contract_tests.state.rung import Rung, RungError
from contract_tests.target import Target
from contract_tests.world import KnownCall, World

PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)
ATTEMPTS = 3
SILENCES = 2
SHARING = (Kind.REFUSAL, Kind.OBSERVATION)


@dataclass(kw_only=True)
class ConformLane:
    """Runs cases against a target and yields evidence.

    `started` is told of each case before it is sent.
    `settle` bounds in seconds how long an answer may take to show in a listing; it is spent in full only once.
    After `deadline`, on the target's clock, nothing more is sent.
    """

    target: Target
    rung: Rung
    world: World
    control: Case
    sleep: Callable[[float], None]
    settle: float
    not_offered: frozenset[str] = frozenset()
    started: Callable[[Case], None] = lambda case: None
    deadline: float | None = None
    calls_used: int = 0
    _silent: int = 0
    _all: list[KnownCall] = field(default_factory=list)
    _witness: KnownCall | None = None
    _shows_parking: bool = False
    _last_seen: dict[str, Exchange] = field(default_factory=dict)

    def run(self, cases: Sequence[Case]) -> Iterable[Evidence]:
        """Evidence case by case. Raises `RungError` when a parked call cannot be had any more."""
        ordered = in_order(cases, self.control)
        shared = self._take()
        self._witness = self._ask_for(self.rung.witness)
        for case in ordered:
            if reason := self._reason_to_stop():
                self.started(case)
                yield Evidence(case=case, lacking=reason)
                continue
            evidence = self._evidence(case, shared)
            self._silent = 0 if evidence.exchange is None or evidence.exchange.response else self._silent + 1
            shared = self._left_over(case, evidence, shared)
            yield evidence
        self._release()

    def _evidence(self, case: Case, shared: KnownCall) -> Evidence:
        if case.kind is Kind.NOT_PARKED:
            return self._on_talking(case)
        if case.elsewhere:
            return self._on_sibling(case)
        if case.kind is Kind.RETRIEVAL and case is not self.control:
            return self._again_if_broken_off(case, self._try(case, self._take()), self._take)
        renewed = self._take if case.kind is not Kind.REPEATED else None
        return self._again_if_broken_off(case, self._try(case, shared), renewed)

    def _again_if_broken_off(
        self, case: Case, evidence: Evidence, renewed: Callable[[], KnownCall] | None
    ) -> Evidence:
        """A transport error says nothing of the target, so the request is sent again, on a fresh call."""
        attempts = 1
        while _is_broken_off(evidence) and attempts < ATTEMPTS and renewed is not None:
            attempts += 1
            evidence = replace(self._try(case, renewed()), attempts=attempts)
        return evidence

    def _reason_to_stop(self) -> str:
        if self._silent >= SILENCES:
            return f"the target left {SILENCES} cases in a row without an answer"
        if self.deadline is not None and self.target.now() > self.deadline:
            return "the time for this run was over"
        return ""

    def _try(self, case: Case, call: KnownCall) -> Evidence:
        self.started(case)
        known = Evidence(case=case, call=call, witness=self._witness)
        setting = Setting(world=self.world, call=call, witness=self._witness)
        try:
            request = case.request(setting)
        except Lacking as error:
            return self._lacking(known, error)
        except DoesNotArise as error:
            return replace(known, does_not_arise=str(error))
        guarded = self._witness if case is self.control else None
        before = self._last_seen.get(call.id) or self._look_before(case, call)
        witness_before = self._look(case, guarded, "before")
        exchange = self.target.exchange(request, case=case.id, call=call, witness=self._witness)
        after = self._look_until_settled(case, call, exchange)
        witness_after = self._look(case, guarded, "after")
        return replace(
            known,
            exchange=exchange,
            before=before,
            after=after,
            witness_before=witness_before,
            witness_after=witness_after,
        )

    def _on_talking(self, case: Case) -> Evidence:
        call = self._ask_for(self.rung.talking)
        if call is None:
            self.started(case)
            sentence = f"the rung {self.rung.name} offers no call that is not parked"
            return self._lacking(Evidence(case=case), Lacking("talking", sentence))
        return self._try(case, call)

    def _on_sibling(self, case: Case) -> Evidence:
        extension = self.world.sibling
        call = self._ask_for(lambda: self.rung.parked(1, extension)[0]) if extension else None
        if call is None:
            self.started(case)
            sentence = f"the rung {self.rung.name} parks no call at a second extension of the user"
            return self._lacking(Evidence(case=case), Lacking("sibling", sentence))
        self.calls_used += 1
        return self._try(case, call)

    def _lacking(self, known: Evidence, error: Lacking) -> Evidence:
        if error.means in self.not_offered:
            return replace(known, does_not_arise=f"the profile does not offer {error.means}")
        return replace(known, lacking=str(error))

    def _look_before(self, case: Case, call: KnownCall) -> Exchange | None:
        """The call as it is now; for the many retrievals one of them, the control's, tells what parking looks like."""
        if case.kind is Kind.RETRIEVAL and case is not self.control and self._shows_parking:
            return None
        before = self._look(case, call, "before")
        self._shows_parking = self._shows_parking or bool(sight(before, call.id).parking)
        return before

    def _look(self, case: Case, call: KnownCall | None, role: str) -> Exchange | None:
        if call is None or "list" in self.not_offered:
            return None
        request = listing(call.user, call.extension, call.id)
        exchange = self.target.exchange(request, case=case.id, role="before" if role == "before" else "after")
        self._last_seen[call.id] = exchange
        return exchange

    def _look_until_settled(self, case: Case, call: KnownCall, exchange: Exchange) -> Exchange | None:
        after = self._look(case, call, "after")
        if case.kind is not Kind.RETRIEVAL or exchange.response is None or exchange.response.status >= 300:
            return after
        waited = 0.0
        while after is not None and not self._is_settled(after, call) and waited < self.settle:
            pause = PAUSES[min(int(waited > 0) + int(waited / 0.2), len(PAUSES) - 1)]
            self.sleep(pause)
            waited += pause
            after = self._look(case, call, "after")
        if waited >= self.settle:
            self.settle = 0.0
        return after

    def _is_settled(self, after: Exchange, call: KnownCall) -> bool:
        sighting = sight(after, call.id)
        return not sighting.views or sighting.is_on_call_with(self.world.retriever)

    def _left_over(self, case: Case, evidence: Evidence, shared: KnownCall) -> KnownCall:
        """The shared call for the cases to come: what a case left of it, or a fresh one where it was used up."""
        if evidence.exchange is None or evidence.call is None:
            return shared
        if case is self.control:
            return replace(evidence.call, parked=False)
        if case.kind not in SHARING:
            return shared
        before, after = evidence.seen_before(), evidence.seen_after()
        return self._take() if _was_used_up(before, after, evidence.exchange) else evidence.call

    def _take(self) -> KnownCall:
        """A fresh call, parked only now: a call that waits in the lot may reach the end of its time there."""
        call = self.rung.parked(1)[0]
        self._all.append(call)
        self.calls_used += 1
        return call

    def _ask_for(self, offer: Callable[[], KnownCall]) -> KnownCall | None:
        try:
            call = offer()
        except RungError:
            return None
        self._all.append(call)
        return call

    def _release(self) -> None:
        try:
            self.rung.release(self._all)
        except RungError:
            return  # the verdicts stand; what is left over ends by itself


def in_order(cases: Iterable[Case], control: Case) -> list[Case]:
    """The cases in the order in which they are sent; the control is always among them."""
    chosen = list(cases)
    return [
        *(case for case in chosen if case.kind in SHARING),
        control,
        *(case for case in chosen if case.kind is Kind.REPEATED),
        *(case for case in chosen if case.kind is Kind.RETRIEVAL and case is not control),
        *(case for case in chosen if case.kind is Kind.NOT_PARKED),
    ]


def _is_broken_off(evidence: Evidence) -> bool:
    exchange = evidence.exchange
    return exchange is not None and exchange.response is None and not exchange.timed_out


def _was_used_up(before: Sighting, after: Sighting, exchange: Exchange) -> bool:
    unchanged = is_unchanged(before, after)
    if unchanged is None:
        return exchange.response is None or exchange.response.status < 300
    return not unchanged
