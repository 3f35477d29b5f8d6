"""Trying one case: look at its call, send its request, look again until what was answered has come to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from contract_tests.case import Case, Kind
from contract_tests.draft import DoesNotArise, Lacking, Setting, listing
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange, Request
from contract_tests.sighting import Presence, is_left_alone, sight
from contract_tests.target import Target
from contract_tests.world import KnownCall, World

PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)
ACCEPTED = 202


@dataclass(kw_only=True)
class Trial:
    """Tries cases on calls that it is given.

    `settle` bounds in seconds how long an answer may take to show in a listing; once it was spent in full, twice as
    long as any answer took to show is waited and no more. `witness`, if there is one, is looked at first and again
    after the control. With `thorough` every call is looked at before its request.
    """

    target: Target
    world: World
    control: Case
    sleep: Callable[[float], None]
    settle: float
    not_offered: frozenset[str]
    witness: KnownCall | None = None
    thorough: bool = False
    _shows_parking: bool = False
    _slowest: float = 0.0
    _spent: bool = False
    _last_seen: dict[str, Exchange] = field(default_factory=dict)

    def of(
        self, case: Case, call: KnownCall, also: tuple[str, ...] = (), *, watched: bool = False
    ) -> Evidence:
        """The evidence that a case leaves on a call; `also` are further cases that the request is for.

        `watched` has the witness looked at too, as around the control.
        """
        known = Evidence(case=case, call=call, witness=self.witness)
        try:
            request = case.request(Setting(world=self.world, call=call, witness=self.witness))
        except Lacking as error:
            return self.lacking(known, error)
        except DoesNotArise as error:
            return replace(known, does_not_arise=str(error))
        return self.with_request(known, request, also, watched=watched)

    def with_request(
        self, known: Evidence, request: Request, also: tuple[str, ...] = (), *, watched: bool = False
    ) -> Evidence:
        """The evidence of a request on the call that is known; `also` are further cases that it is for."""
        case, call = known.case, known.call
        assert call is not None
        guarded = self.witness if watched or self.thorough or case is self.control else None
        before = self._last_seen.get(call.id) or self._look_before(case, call)
        witness_before = (
            self._last_seen.get(guarded.id) or self._look(case, guarded, "before")
            if guarded is not None
            else None
        )
        exchange = self.target.exchange(request, case=case.id, call=call, witness=self.witness, also=also)
        after = self._look_until_settled(case, call, exchange)
        witness_after = self._look(case, guarded, "after")
        return replace(
            known,
            exchange=exchange,
            before=before,
            after=after,
            witness_before=witness_before,
            witness_after=witness_after,
            follow_up=self._follow_up(case, call, exchange),
        )

    def _follow_up(self, case: Case, call: KnownCall, exchange: Exchange) -> Exchange | None:
        """Where nothing is listed: the page's own request for a call that another one claims to have retrieved."""
        is_claim = exchange.response is not None and exchange.response.status in (200, 201, ACCEPTED)
        if "list" not in self.not_offered or not is_claim:
            return None
        if case.kind is not Kind.RETRIEVAL or case is self.control:
            return None
        request = self.control.request(Setting(world=self.world, call=call))
        return self.target.exchange(request, case=case.id, role="after")

    @property
    def patience(self) -> float:
        """How long an answer is waited for to show, after what was seen so far."""
        return min(self.settle, 2 * self._slowest) if self._spent else self.settle

    def guard(self, case: Case, witness: KnownCall | None) -> None:
        """Sets the witness, which no request will name, and looks at it, in the name of the case to come."""
        self.witness = witness
        self._look(case, witness, "before")

    def is_witness_left_alone(self, case: Case) -> bool | None:
        """Whether the witness is as it was at the last look; None where a listing shows nothing usable."""
        if self.witness is None:
            return None
        before = sight(self._last_seen.get(self.witness.id), self.witness.id)
        after = sight(self._look(case, self.witness, "after"), self.witness.id)
        return is_left_alone(before, after) if before.presence is Presence.PRESENT else None

    def lacking(self, known: Evidence, error: Lacking) -> Evidence:
        """Evidence of a case for which the target has not the means, by its own word or because nobody said so."""
        if error.means in self.not_offered:
            return replace(known, does_not_arise=f"the profile does not offer {error.means}")
        return replace(known, lacking=str(error))

    def _look_before(self, case: Case, call: KnownCall) -> Exchange | None:
        """The call as it is now; for the many retrievals one of them, the control's, tells what parking looks like."""
        is_like_others = case.kind is Kind.RETRIEVAL and case is not self.control and not self.thorough
        if is_like_others and self._shows_parking:
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
        bound = self.patience
        is_promise = exchange.response.status == ACCEPTED
        waited = 0.0
        while after is not None and not self._is_settled(after, call, is_promise) and waited < bound:
            pause = min(PAUSES[min(int(waited > 0) + int(waited / 0.2), len(PAUSES) - 1)], bound - waited)
            self.sleep(pause)
            waited += pause
            after = self._look(case, call, "after")
        if after is not None and self._is_settled(after, call, is_promise):
            self._slowest = max(self._slowest, waited)
        else:
            self._spent = self._spent or waited >= self.settle
        return after

    def _is_settled(self, after: Exchange, call: KnownCall, is_promise: bool) -> bool:
        """Whether the listing shows the end of it; after a mere promise a call may be away for a while."""
        sighting = sight(after, call.id)
        if is_promise and sighting.presence is Presence.ABSENT:
            return False
        return not sighting.views or sighting.is_on_call_with(self.world.retriever)
