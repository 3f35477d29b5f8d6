"""Trying one case: look at its call, send its request, look again until what was answered has come to show."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from contract_tests.case import Case, Kind
from contract_tests.draft import DoesNotArise, Lacking, Setting
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange, Request
from contract_tests.lanes.looking import Looking
from contract_tests.settling import Settling
from contract_tests.sighting import Presence, is_left_alone, is_unchanged, linked_listing, sight
from contract_tests.target import Target
from contract_tests.world import KnownCall, World

ACCEPTED, NOTHING = 202, 204


@dataclass(kw_only=True)
class Trial:
    """Tries cases on calls that it is given.

    `settling` waits for what an answer said, and for the call that a rung handed out, to come to show in a listing.
    `witness`, if there is one, is looked at first and again after the control. With `thorough` every call is looked at
    before its request.
    """

    target: Target
    world: World
    control: Case
    settling: Settling
    not_offered: frozenset[str]
    witness: KnownCall | None = None
    thorough: bool = False
    _shows_parking: bool = False
    _looking: Looking = field(init=False)

    def __post_init__(self) -> None:
        self._looking = Looking(
            target=self.target,
            settling=self.settling,
            retriever=self.world.retriever,
            lists="list" not in self.not_offered,
        )

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
        before = self._looking.last.get(call.id) or self._look_before(case, call)
        witness_before = (
            self._looking.last.get(guarded.id) or self._look_as_handed_out(case, guarded)
            if guarded is not None
            else None
        )
        exchange = self.target.exchange(request, case=case.id, call=call, witness=self.witness, also=also)
        after = self._look_until_settled(case, call, exchange, before)
        witness_after = self._look_at_witness(case, guarded)
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

    def guard(self, case: Case, witness: KnownCall | None) -> None:
        """Sets the witness, which no request will name, and looks at it, in the name of the case to come.

        That it came into the lot may have moved others on, so that they have to be looked at anew.
        """
        self.witness = witness
        self._looking.last.clear()
        self._look_as_handed_out(case, witness)

    def is_witness_left_alone(self, case: Case) -> bool | None:
        """Whether the witness is as it was at the last look; None where a listing shows nothing usable."""
        if self.witness is None:
            return None
        before = sight(self._looking.last.get(self.witness.id), self.witness.id)
        after = sight(self._look_at_witness(case, self.witness), self.witness.id)
        return is_left_alone(before, after) if before.presence is Presence.PRESENT else None

    def _look_at_witness(self, case: Case, witness: KnownCall | None) -> Exchange | None:
        """The witness after a request. One that seems to have changed is looked at again: a listing may be old."""
        if witness is None:
            return None
        before = sight(self._looking.last.get(witness.id), witness.id)
        return self._looking.until(
            "as before", witness, case.id, lambda seen: is_left_alone(before, seen) is not False
        )

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
        before = self._look_as_handed_out(case, call)
        self._shows_parking = self._shows_parking or bool(sight(before, call.id).parking)
        return before

    def _look_as_handed_out(self, case: Case, call: KnownCall | None) -> Exchange | None:
        return self._looking.until_handed_out(call, case.id) if call is not None else None

    def _look_until_settled(
        self, case: Case, call: KnownCall, exchange: Exchange, before: Exchange | None
    ) -> Exchange | None:
        """The call after a request, once the listing shows the end of what was answered, or the patience is over."""
        response = exchange.response
        if response is None:
            return self._looking.look(call, case.id)
        if response.status < 300 and case.kind is Kind.RETRIEVAL:
            return self._looking.until_retrieved(call, case.id, response)
        then, may_change = sight(before, call.id), response.status < 300 and response.status != NOTHING
        return self._looking.until(
            "as before",
            call,
            case.id,
            lambda seen: may_change or is_unchanged(then, seen) is not False,
            linked=linked_listing(response, call),
        )
