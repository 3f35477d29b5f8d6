"""A case: a precondition, the page's request, exactly one change, and the clause that the change is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from contract_tests.draft import Change, Draft, Setting, documented, required_only
from contract_tests.exchange import Request
from contract_tests.expectation.outcome import may_be_carried_out

AS_PRINTED = "request/documented-example/as-printed"
REQUIRED_ONLY = "payload/wait-for-pickup/optional/both-absent"
NO_SUCH_CALL = "failure/call/unknown/hex"


class Kind(StrEnum):
    """What a case sets out to see, which decides which call it is given and when it runs."""

    REFUSAL = "refusal"
    """Something is wrong; the answer is a refusal and the call stays. Shares one parked call."""

    RETRIEVAL = "retrieval"
    """Nothing is wrong; the call is retrieved. Has a parked call of its own."""

    REPEATED = "repeated"
    """A retrieval of a call that was retrieved before."""

    NOT_PARKED = "not-parked"
    """A retrieval of a call that is on the phone and was never parked."""

    OBSERVATION = "observation"
    """The page is silent; the answer is recorded and not judged. Shares the parked call of the refusals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the conform lane. `id`, the clause id and a slug, never changes meaning and is never reused."""

    id: str
    clause: str
    title: str
    kind: Kind
    request: Callable[[Setting], Request]
    """The request to send. Raises `Lacking` or `DoesNotArise` where the setting has not what it takes."""

    elsewhere: bool = False
    """Whether its call is parked at the user's second extension instead of the first."""

    change: Change | None = None
    """What `request` changes of its base; None where the request was made otherwise."""

    rests_on: tuple[str, ...] = ()
    """Cases that this one is made of, or that fail for the same cause and say it more exactly.

    Where one of them is refused with the same answer, a retrieval says nothing new; where one of them is a finding,
    it is named first.
    """

    @property
    def must_be_refused(self) -> bool:
        """Whether no server may carry it out, however it reads the page."""
        return self.kind is Kind.REFUSAL and not may_be_carried_out(self.clause)


@dataclass(frozen=True, slots=True)
class Rows:
    """The cases of one clause file; each method names one case and returns it.

    Every case rests on the request that it changes: the page's own, or that without its optional members.
    """

    area: str

    def refusal(
        self, clause: str, slug: str, title: str, change: Change, rests_on: tuple[str, ...] = (AS_PRINTED,)
    ) -> Case:
        """The page's request with one thing wrong."""
        return self._case(clause, slug, title, Kind.REFUSAL, change, rests_on=rests_on)

    def retrieval(
        self,
        clause: str,
        slug: str,
        title: str,
        change: Change,
        rests_on: tuple[str, ...] = (AS_PRINTED,),
        elsewhere: bool = False,
    ) -> Case:
        """A request with nothing wrong."""
        case = self._case(clause, slug, title, Kind.RETRIEVAL, change, rests_on=rests_on)
        return replace(case, elsewhere=elsewhere)

    def addition(self, clause: str, slug: str, title: str, change: Change) -> Case:
        """The request without its optional members, and one of them added."""
        return self._case(
            clause, slug, title, Kind.RETRIEVAL, change, base=required_only, rests_on=(REQUIRED_ONLY,)
        )

    def observation(self, clause: str, slug: str, title: str, change: Change) -> Case:
        """A request of which the page does not say how it is answered."""
        return self._case(clause, slug, title, Kind.OBSERVATION, change)

    def of_kind(self, kind: Kind, clause: str, slug: str, title: str, change: Change) -> Case:
        """A case of one of the rarer kinds."""
        return self._case(clause, slug, title, kind, change)

    def _case(
        self,
        clause: str,
        slug: str,
        title: str,
        kind: Kind,
        change: Change,
        *,
        base: Callable[[Setting], Draft] = documented,
        rests_on: tuple[str, ...] = (AS_PRINTED,),
    ) -> Case:
        full = f"{self.area}/{clause}"
        return Case(
            id=f"{full}/{slug}",
            clause=full,
            title=title,
            kind=kind,
            request=lambda setting: change(base(setting), setting).request(),
            change=change,
            rests_on=rests_on,
        )
