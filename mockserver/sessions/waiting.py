"""Requests that wait on a session's clock: for a telephone to be picked up, or for time to pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from mockserver.sessions.errands import ERRAND, Errand
from mockserver.sessions.session import Session
from mockserver.simulator.door import A_MILLISECOND
from mockserver.simulator.events import CallEnded, CallRetrieved, Event, RetrievalGivenUp, WorldEvent
from mockserver.simulator.lifecycle import Phase
from mockserver.simulator.outcomes import NothingToDo, Retrieved
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World


def ringing_in(outcome: Retrieved) -> frozenset[str]:
    """Ids of the calls whose terminal still rings."""
    return frozenset([call.id for call in outcome.calls if call.phase is Phase.RETRIEVING])


@contextmanager
def pickups_of(session: Session, outcome: Retrieved) -> Iterator["Pickups"]:
    """From now on nothing that becomes of these retrievals is missed; enter before anything is awaited."""
    pickups = Pickups(session, outcome)
    with session.followed_by(pickups):
        yield pickups


async def pause(session: Session, seconds: float) -> Literal[True]:
    """Wait for `seconds` of the session's clock, or until the session is reset or closed."""
    moment = session.clock.now() + seconds
    errand = ERRAND.get()
    sleeper = _Sleeper()
    with session.followed_by(sleeper), session.waking_at(moment):
        errand.rests()
        while moment - session.clock.now() > A_MILLISECOND and not sleeper.is_over:
            await session.bell.heard(within=session.clock.seconds_until(moment))
    errand.goes_on(session.errands)
    return True


class Pickups:
    """What becomes of the terminals that ring for one UnPark."""

    is_waiting = True

    def __init__(self, session: Session, outcome: Retrieved) -> None:
        self._session = session
        self._outcome = outcome
        self._errand: Errand = ERRAND.get()
        self._ringing = set(ringing_in(outcome))
        self._calls: dict[str, PhoneCall] = {}

    async def over(self) -> Retrieved | NothingToDo:
        """Wait until every terminal that rings was picked up, or was not.

        The calls are those that were retrieved, each as it was at that moment; NothingToDo if there are none.
        """
        session = self._session
        if self._ringing:
            self._errand.rests()
        while self._ringing:
            await session.bell.heard(within=session.clock.seconds_until(session.next_moment))
            session.elapse()
        self._errand.goes_on(session.errands)
        rang = ringing_in(self._outcome)
        calls = tuple(
            self._calls.get(call.id, call)
            for call in self._outcome.calls
            if call.id not in rang or call.id in self._calls
        )
        return Retrieved(calls=calls, bulk=self._outcome.bulk) if calls else NothingToDo()

    def notice(self, event: Event, world: World) -> None:
        if isinstance(event, WorldEvent) or event.call_id not in self._ringing:
            return
        if isinstance(event, CallRetrieved | RetrievalGivenUp | CallEnded):
            self._ringing.remove(event.call_id)
        if isinstance(event, CallRetrieved):
            self._calls[event.call_id] = world.calls[event.call_id]
        if not self._ringing:
            self._errand.goes_on(self._session.errands)

    def begin_again(self) -> None:
        self._ringing.clear()


class _Sleeper:
    is_waiting = True
    is_over = False

    def notice(self, event: Event, world: World) -> None:
        """Time passes whatever happens."""

    def begin_again(self) -> None:
        self.is_over = True
