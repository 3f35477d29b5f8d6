"""Serves each session as it behaves: one vendor application a presentation, and its defect around it."""

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mockserver.behaviour import Behaviour
from mockserver.connection.asgi import App, Receive, Scope, Send
from mockserver.http_api.vendor_api import VendorApi
from mockserver.policy import Policy, Presentation
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import DEFAULT_SESSION, Sessions
from mockserver.tokens import claimed_session
from mockserver.way.handed_on import came_as

if TYPE_CHECKING:
    from mockserver.defect import Defect

_KEPT: Final = 64


class Behaviours:
    """What names of variants and defects come to, on top of the policy that the mock was started with."""

    def __init__(self, base: Policy, own: "Mapping[str, Defect]") -> None:
        self._base = base
        self._own = own

    @cached_property
    def defects(self) -> "Mapping[str, Defect]":
        """The catalogue, which is loaded when somebody first asks for one of them, and the mock's own."""
        from mockserver.defects import DEFECTS

        return {**DEFECTS, **self._own}

    def named(self, variants: tuple[str, ...], defect: str | None) -> Behaviour:
        """Raise LookupError."""
        policy = self._policy(variants) if variants else self._base
        if defect is None:
            return Behaviour(variants=variants, policy=policy)
        if defect not in self.defects:
            from mockserver.defects import UnknownDefectError

            raise UnknownDefectError(defect)
        effect = self.defects[defect].effect
        behaviour = Behaviour(variants=variants, defect=defect, policy=policy)
        return behaviour if effect is None else replace(behaviour, effect=effect)

    def _policy(self, variants: tuple[str, ...]) -> Policy:
        from mockserver.variants import policy_with

        return policy_with(variants, self._base)


class BehaviourSeam:
    """`make` builds an application for a presentation; each is built once, when it is first asked for."""

    def __init__(
        self,
        sessions: Sessions,
        behaviours: Behaviours,
        initial: Behaviour,
        make: Callable[[Presentation], VendorApi],
    ) -> None:
        self._sessions = sessions
        self._behaviours = behaviours
        self._initial = initial
        self._plain = lru_cache(maxsize=_KEPT)(make)
        self._defective = lru_cache(maxsize=_KEPT)(self._with_defect)
        self._app(initial)

    def plain(self, presentation: Presentation) -> VendorApi:
        """The application of a presentation, without any defect."""
        return self._plain(presentation)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = None
        if scope["type"] == "http":
            name = claimed_session(scope["headers"], scope.get("query_string", b"")) or DEFAULT_SESSION
            session = self._sessions.find(name)
        await self._app(self._behaviour(scope, session))(scope, receive, send)

    def _behaviour(self, scope: Scope, session: Session | None) -> Behaviour:
        if came_as(scope) is not None:
            return self._behaviours.named((), None)
        return session.behaviour if session else self._initial

    def _app(self, behaviour: Behaviour) -> App:
        presentation = behaviour.policy.presentation
        if behaviour.defect is None:
            return self._plain(presentation)
        return self._defective(presentation, behaviour.defect)

    def _with_defect(self, presentation: Presentation, slug: str) -> App:
        from mockserver.way.defect_seam import DefectSeam

        return DefectSeam(self._plain(presentation), self._behaviours.defects[slug], self._sessions.find)
