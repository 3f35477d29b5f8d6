"""A case: a precondition, the page's request, exactly one change, and the clause that the change is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from contract_tests.draft import Change, Draft, Setting, documented
from contract_tests.exchange import Request


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
    change: Change
    base: Callable[[Setting], Draft]

    def request(self, setting: Setting) -> Request:
        """The request to send. Raises `Lacking` when the world has not what the change takes."""
        return self.change(self.base(setting), setting).request()


@dataclass(frozen=True, slots=True)
class Rows:
    """The cases of one clause file; each method names one case and returns it."""

    area: str

    def refusal(self, clause: str, slug: str, title: str, change: Change) -> Case:
        """The page's request with one thing wrong."""
        return self._case(clause, slug, title, Kind.REFUSAL, change, documented)

    def retrieval(
        self,
        clause: str,
        slug: str,
        title: str,
        change: Change,
        base: Callable[[Setting], Draft] = documented,
    ) -> Case:
        """A request with nothing wrong."""
        return self._case(clause, slug, title, Kind.RETRIEVAL, change, base)

    def observation(self, clause: str, slug: str, title: str, change: Change) -> Case:
        """A request of which the page does not say how it is answered."""
        return self._case(clause, slug, title, Kind.OBSERVATION, change, documented)

    def of_kind(self, kind: Kind, clause: str, slug: str, title: str, change: Change) -> Case:
        """A case of one of the rarer kinds."""
        return self._case(clause, slug, title, kind, change, documented)

    def _case(
        self, clause: str, slug: str, title: str, kind: Kind, change: Change, base: Callable[[Setting], Draft]
    ) -> Case:
        full = f"{self.area}/{clause}"
        return Case(id=f"{full}/{slug}", clause=full, title=title, kind=kind, change=change, base=base)
