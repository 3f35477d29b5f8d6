"""Looking at a call by listing it, until a listing shows what it is to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from contract_tests.draft import listing
from contract_tests.exchange import Exchange, Request, Response
from contract_tests.patience import asked_for_patience
from contract_tests.settling import Awaited, Settling
from contract_tests.sighting import (
    Presence,
    Sighting,
    is_as_handed_out,
    linked_listing,
    sight,
    tells_of_retrieval,
    the_telling_one,
)
from contract_tests.target import Target
from contract_tests.world import KnownCall

SILENCES = 3
"""So many listings in a row may be waited for in vain: each of them costs as much as a request that is left waiting."""
When = Literal["before", "after"]


@dataclass(kw_only=True)
class Looking:
    """Looks for whoever tries requests. `lists` says whether the target lists calls; None is seen where it does not.

    `settling` waits for what is to come to show. `retriever` is the phone that retrieved calls go to. `last` has the
    last listing of each call by its id. A target that lets listings wait in vain is asked for no more of them: they are
    there to judge by, and nothing is held against a target that shows nothing.
    """

    target: Target
    settling: Settling
    retriever: str
    lists: bool = True
    last: dict[str, Exchange] = field(default_factory=dict)
    _silent: int = 0

    def look(self, call: KnownCall, case: str, role: When = "after") -> Exchange | None:
        """A listing of the call."""
        return (
            self._listed(call, listing(call.user, call.extension, call.id), case, role)
            if self.lists and self._silent < SILENCES
            else None
        )

    def until(
        self,
        awaited: Awaited,
        call: KnownCall,
        case: str,
        is_settled: Callable[[Sighting], bool],
        role: When = "after",
        linked: Request | None = None,
    ) -> Exchange | None:
        """A listing of a call of which something was said, once it shows so or the patience for it is over.

        Where the call is not listed it may be at the address that an answer gave for it, `linked`.
        """
        looks: list[Exchange] = []

        def look() -> Exchange | None:
            seen = self.look(call, case, role)
            if seen is not None and linked and sight(seen, call.id).presence is Presence.ABSENT:
                seen = self._listed(call, linked, case, "after")
            looks.extend([seen] if seen is not None else [])
            return seen

        last = self.settling.look_until(awaited, look, lambda seen: is_settled(sight(seen, call.id)))
        return the_telling_one(looks, call.id, self.retriever) if looks else last

    def until_handed_out(self, call: KnownCall, case: str) -> Exchange | None:
        """A listing of a fresh call, once it is known there, and in the lot if its rung said so."""
        listed = self.until("listed", call, case, lambda seen: seen.presence is not Presence.ABSENT, "before")
        if is_as_handed_out(sight(listed, call.id), call) or not self.settling.patience("parked"):
            return listed
        return self.until("parked", call, case, lambda seen: is_as_handed_out(seen, call), "before")

    def until_retrieved(self, call: KnownCall, case: str, response: Response | None) -> Exchange | None:
        """A listing of a call that was said to be retrieved."""
        return self.until(
            "retrieved",
            call,
            case,
            lambda seen: tells_of_retrieval(seen, self.retriever),
            linked=linked_listing(response, call),
        )

    def _listed(self, call: KnownCall, request: Request, case: str, role: When) -> Exchange:
        listed = self.target.exchange(request, case=case, role=role)
        is_silent = listed.timed_out and not asked_for_patience(listed.trouble or "")
        self._silent = self._silent + 1 if is_silent else 0
        self.last[call.id] = listed
        return listed
