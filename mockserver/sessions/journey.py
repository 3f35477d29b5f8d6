"""Moves of a session's clock on which every request that waits goes on at its own moment, before anything later."""

from collections.abc import Iterator
from contextlib import contextmanager

from mockserver.clock import LAST_MOMENT
from mockserver.sessions.session import Session
from mockserver.simulator.door import moment_of
from mockserver.simulator.events import Event
from mockserver.simulator.world import World


class NothingComingError(Exception):
    """However far the clock is moved, no such event fires by itself."""


class EndOfTimeError(ValueError):
    def __init__(self) -> None:
        super().__init__("the clock goes to the year 8999 and no further")


async def by(session: Session, seconds: float) -> tuple[Event, ...]:
    """Move ahead by seconds; return what happened on the way, in order.  Raise EndOfTimeError, and stay."""
    goal = session.clock.now() + seconds
    if goal >= LAST_MOMENT:
        raise EndOfTimeError
    with _overheard(session) as heard:
        await _walk(session, goal, heard)
        return tuple(heard.events)


async def to_next(session: Session) -> tuple[Event, ...]:
    """Move to the next moment at which something happens by itself; stay if there is none."""
    with _overheard(session) as heard:
        session.elapse()
        if (moment := session.next_moment) is not None:
            await _step(session, moment)
        return tuple(heard.events)


async def until(session: Session, kind: type[Event]) -> tuple[Event, ...]:
    """Move until the next event of a kind; raise NothingComingError if there is none.

    It stays then, unless a request that went on on the way took away what was coming.
    """
    with _overheard(session) as heard:
        session.elapse()
        while not (heard.is_over or any(isinstance(event, kind) for event in heard.events)):
            goal = moment_of(session.world, kind)
            if goal is None or goal > LAST_MOMENT:
                raise NothingComingError(kind.__name__)
            moment = session.next_moment if session.waiting else None
            await _step(session, goal if moment is None else min(goal, moment))
        return tuple(heard.events)


async def _walk(session: Session, goal: float, heard: "_Heard") -> None:
    """In one step if nobody waits: time alone knows its order."""
    session.elapse()
    while session.waiting and (moment := session.next_moment) is not None and moment < goal:
        await _step(session, moment)
        if heard.is_over:
            return
    await _step(session, goal)


async def _step(session: Session, moment: float) -> None:
    session.move_to(moment)
    await session.errands.at_rest()


class _Heard:
    is_waiting = False
    is_over = False

    def __init__(self) -> None:
        self.events: list[Event] = []

    def notice(self, event: Event, _world: World) -> None:
        self.events.append(event)

    def begin_again(self) -> None:
        self.is_over = True


@contextmanager
def _overheard(session: Session) -> Iterator[_Heard]:
    heard = _Heard()
    with session.followed_by(heard):
        yield heard
