"""From an outcome to an answer: status, headers and body, before it becomes bytes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Self

from msgspec import Struct

from mockserver.http_api.contract import Contract
from mockserver.http_api.listing import Listing
from mockserver.http_api.question import Question
from mockserver.http_api.refusals import CONFLICTS, Fixed, Refusal, fixed
from mockserver.http_api.representation import Notation, Representation
from mockserver.policy import NothingListed, Presentation
from mockserver.simulator.outcomes import (
    Conflict,
    Created,
    Field,
    HungUp,
    Listed,
    NothingToDo,
    Outcome,
    Parked,
    Refused,
    Retrieved,
)

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_DENIED: Final = Fixed.ACCESS_DENIED.value[1]


class Answer(Struct, frozen=True, kw_only=True, gc=False):
    """`body` None is no body at all."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = _NO_HEADERS

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """A refusal as it stands."""
        return cls(status=refusal.status, body=refusal.body(), headers=refusal.headers)


class Answering:
    def __init__(self, contract: Contract, presentation: Presentation) -> None:
        self._contract = contract
        self._presentation = presentation
        self._notation = Notation.of(presentation)

    def answer(self, question: Question, outcome: Outcome) -> Answer:
        match outcome:
            case Retrieved():
                return self._retrieved(outcome, self._representation(question))
            case Parked() | Created() | HungUp():
                full = self._representation(question).full
                return Answer(status=200, body=[full(call) for call in outcome.calls])
            case Listed():
                return self._list(question, outcome, self._representation(question))
            case Refused():
                return self.refuse(self._refusal(question, outcome))
            case NothingToDo():
                return Answer(status=204)

    @property
    def waits_for_pickup(self) -> bool:
        """202 says that the telephone may still ring; whoever answers with it has nothing to wait for."""
        return self._presentation.unpark_status != 202

    def refuse(self, refusal: Refusal) -> Answer:
        if refusal.code != _DENIED:
            return Answer.of(refusal)
        denied = Refusal(
            status=self._presentation.unauthorized_status if refusal.status == 401 else refusal.status,
            code=self._presentation.access_denied_code,
            message=refusal.message,
        )
        challenged = denied.status == 401 and self._presentation.challenge
        headers = {"WWW-Authenticate": "Bearer"} if challenged else {}
        return Answer(status=denied.status, body=denied.body(), headers=headers)

    def _representation(self, question: Question) -> Representation:
        return Representation(
            directory=question.session.world.directory,
            notation=self._notation,
            prefix=f"{question.origin}{self._contract.base_path}",
            asked=(question.user, question.extension) if question.extension else None,
        )

    def _retrieved(self, outcome: Retrieved, represent: Representation) -> Answer:
        how = self._presentation
        shape = represent.reduced if how.reduced_unpark else represent.full
        if outcome.bulk or how.unpark_in_array:
            return Answer(status=how.unpark_status, body=[shape(call) for call in outcome.calls])
        return Answer(status=how.unpark_status, body=shape(outcome.calls[0]))

    def _list(self, question: Question, outcome: Listed, represent: Representation) -> Answer:
        one = question.call_id is not None
        listing = Listing(query=question.query)
        calls = listing.chosen(list(map(represent.full, outcome.calls)))
        if not calls and self._presentation.nothing_listed is NothingListed.NO_CONTENT:
            return Answer(status=204)
        if one and not outcome.calls and self._presentation.nothing_listed is NothingListed.PHONECALL_INVALID:
            return self.refuse(self._coded(Field.PHONE_CALL_ID, "phoneCallId references no live phone call."))
        if one and calls and self._presentation.bare_single_call:
            return Answer(status=200, body=calls[0])
        body = represent.collection(listing.page(calls), total=len(calls), start=listing.start)
        paging = listing.paging(represent.address, total=len(calls))
        return Answer(status=200, body={**body, "paging": paging} if paging else body)

    def _refusal(self, question: Question, refused: Refused) -> Refusal:
        how = self._presentation
        if isinstance(refused.cause, Conflict):
            return fixed(CONFLICTS[refused.cause], refused.reason)
        if refused.foreign and how.foreign_status is not None:
            return Refusal(status=how.foreign_status, code=how.access_denied_code, message=refused.reason)
        if refused.cause is Field.SEND_CALL_TO and how.send_call_to_code is not None:
            return Refusal(status=400, code=how.send_call_to_code, message=refused.reason)
        refusal = self._coded(refused.cause, refused.reason)
        if refused.cause is Field.PHONE_CALL_ID and question.call_id is None:
            return Refusal(status=how.missing_call_id_status, code=refusal.code, message=refusal.message)
        return refusal

    def _coded(self, cause: Field, reason: str) -> Refusal:
        code = self._contract.error_codes.get(cause, Fixed.REQUEST_INVALID.value[1])
        return Refusal(status=400, code=code, message=reason)
