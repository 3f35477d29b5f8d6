"""The session's clock: what it shows, how fast it runs, and jumps."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET

from mockserver.clock import ClockRateError, rate_named
from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import ControlError, bad_request
from mockserver.control.inventory import clock, state, told
from mockserver.control.messages import AdvanceRequest, ClockRequest
from mockserver.sessions import journey
from mockserver.sessions.session import Session
from mockserver.simulator.events import (
    CallAnswered,
    CallEnded,
    CallRetrieved,
    ComebackAnswered,
    ComebackStarted,
    Event,
    RetrievalGivenUp,
)

_BROUGHT_BY_TIME: Final[Mapping[str, type[Event]]] = {
    kind.__name__: kind
    for kind in (
        CallAnswered,
        CallEnded,
        CallRetrieved,
        ComebackAnswered,
        ComebackStarted,
        RetrievalGivenUp,
    )
}


async def show(asked: Asked) -> Any:
    return clock(asked.current())


async def set_mode(asked: Asked) -> Any:
    wanted = await asked.read(ClockRequest)
    session = asked.session()
    try:
        rate = rate_named(wanted.mode)
    except ClockRateError as error:
        raise bad_request(str(error)) from None
    session.run_clock_at(rate)
    return clock(session)


async def advance(asked: Asked) -> Any:
    wanted = await asked.read(AdvanceRequest)
    session = asked.session()
    events = await _moved(session, wanted)
    return {"events": [told(event) for event in events], "state": state(session)}


CLOCK: Final[Operations] = {"getClock": show, "setClock": set_mode, "advanceClock": advance}


async def _moved(session: Session, wanted: AdvanceRequest) -> tuple[Event, ...]:
    given = [each for each in (wanted.seconds, wanted.to, wanted.until) if each is not UNSET]
    if len(given) != 1:
        raise bad_request("exactly one of seconds, to, until")
    if wanted.seconds is not UNSET:
        try:
            return await journey.by(session, wanted.seconds)
        except journey.EndOfTimeError as error:
            raise bad_request(str(error)) from None
    if wanted.until is UNSET:
        return await journey.to_next(session)
    try:
        return await journey.until(session, _BROUGHT_BY_TIME[wanted.until])
    except journey.NothingComingError:
        raise ControlError(
            409, "conflict", f"However long one waits, no {wanted.until} comes by itself now."
        ) from None
