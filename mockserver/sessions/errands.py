"""Which requests of a session go on at this moment, so that its clock can wait for them before it is moved further."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from mockserver.sessions.bell import Bell

_PATIENCE: Final = 10.0


class Errands:
    """The requests that something let go on: a moment that came, or a telephone that was picked up.

    They do so until they wait again, wait for their client, or are over.
    """

    def __init__(self) -> None:
        self._going: set[Errand] = set()
        self._bell = Bell()

    async def at_rest(self) -> None:
        """Return once none of them goes on, or after ten real seconds: no request may hold the clock for ever."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while self._going:
                    await self._bell.heard(within=None)
        except TimeoutError:
            self._going.clear()

    def add(self, errand: "Errand") -> None:
        self._going.add(errand)

    def remove(self, errand: "Errand") -> None:
        self._going.discard(errand)
        if not self._going:
            self._bell.ring()


class Errand:
    """One request on its way through the mock."""

    def __init__(self) -> None:
        self._among: Errands | None = None

    def goes_on(self, among: Errands) -> None:
        self._among = among
        among.add(self)

    def rests(self) -> Errands | None:
        """Whom it kept waiting until now, None if nobody."""
        among, self._among = self._among, None
        if among is not None:
            among.remove(self)
        return among


class _Nobody(Errand):
    """Whoever waits without being a request of a client: nobody waits for it in turn."""

    def goes_on(self, among: Errands) -> None:
        pass


ERRAND: Final[ContextVar[Errand]] = ContextVar("ERRAND", default=_Nobody())  # noqa: B039  # it holds nothing
"""The request that is being served."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waking:
    """At `moment`, in epoch seconds of the session, a request goes on."""

    moment: float
    errand: Errand
