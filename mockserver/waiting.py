"""Requests that wait on a session's clock: for a telephone to be picked up, or for time to pass."""

from collections.abc import Iterable

from mockserver.session import Session
from mockserver.simulator.door import A_MILLISECOND
from mockserver.simulator.events import CallEnded, CallRetrieved, Event, RetrievalGivenUp, WorldEvent
from mockserver.simulator.lifecycle import Phase
from mockserver.simulator.outcomes import NothingToDo, Retrieved
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World


def ringing_in(outcome: Retrieved) -> frozenset[str]:
    """Ids of the calls whose terminal still rings."""
    return frozenset(call.id for call in outcome.calls if call.phase is Phase.RETRIEVING)


async def picked_up(session: Session, outcome: Retrieved) -> Retrieved | NothingToDo:
    """Wait until every terminal that rings was picked up, or was not.

    The calls are those that were retrieved, each as it was at that moment; NothingToDo if there are none.
    """
    ringing = ringing_in(outcome)
    pickups = _Pickups(ringing)
    with session.followed_by(pickups):
        while pickups.ringing:
            await session.bell.heard(within=session.clock.seconds_until(session.next_moment))
            session.elapse()
    calls = tuple(
        pickups.calls.get(call.id, call)
        for call in outcome.calls
        if call.id not in ringing or call.id in pickups.calls
    )
    return Retrieved(calls=calls, bulk=outcome.bulk) if calls else NothingToDo()


async def pause(session: Session, seconds: float) -> None:
    """Wait for `seconds` of the session's clock, or until the session is reset or closed."""
    moment = session.clock.now() + seconds
    sleeper = _Sleeper()
    with session.followed_by(sleeper), session.waking_at(moment):
        while moment - session.clock.now() > A_MILLISECOND and not sleeper.is_over:
            await session.bell.heard(within=session.clock.seconds_until(moment))


class _Pickups:
    def __init__(self, ringing: Iterable[str]) -> None:
        self.ringing = set(ringing)
        self.calls: dict[str, PhoneCall] = {}

    def notice(self, event: Event, world: World) -> None:
        if isinstance(event, WorldEvent) or event.call_id not in self.ringing:
            return
        if isinstance(event, CallRetrieved | RetrievalGivenUp | CallEnded):
            self.ringing.remove(event.call_id)
        if isinstance(event, CallRetrieved):
            self.calls[event.call_id] = world.calls[event.call_id]

    def begin_again(self) -> None:
        self.ringing.clear()


class _Sleeper:
    is_over = False

    def notice(self, event: Event, world: World) -> None:
        """Time passes whatever happens."""

    def begin_again(self) -> None:
        self.is_over = True
