"""Sessions: which there are, which were forgotten, and making and dropping them by hand."""

from dataclasses import asdict
from itertools import count
from typing import Any, Final

import orjson
from starlette.responses import Response

from mockserver.clock import ClockRateError, MomentError, moment_named, rate_named
from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import ControlError, bad_request
from mockserver.control.inventory import clock
from mockserver.control.messages import SessionRequest
from mockserver.control.scenarios import scenario_asked_for
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import SessionExistsError, Sessions, Setup
from mockserver.tokens import SESSION_NAME, Token


async def list_sessions(asked: Asked) -> Any:
    return {
        "sessions": [_told(asked.sessions, each) for each in asked.sessions],
        "limit": asked.sessions.limit,
        "bytesKept": asked.sessions.bytes_kept,
        "bytesAtMost": asked.sessions.most_bytes,
        "evicted": [asdict(each) for each in asked.sessions.evictions],
    }


async def make_session(asked: Asked) -> Any:
    wanted = await asked.read(SessionRequest, optional=True)
    name = _free_name(asked.sessions) if wanted.session is None else wanted.session
    try:
        session = asked.sessions.create(name, _setup(wanted))
    except SessionExistsError:
        raise ControlError(409, "conflict", f"There is a session {name!r} already.") from None
    return Response(
        orjson.dumps(_told(asked.sessions, session)), status_code=201, media_type="application/json"
    )


async def get_session(asked: Asked) -> Any:
    return _told(asked.sessions, _open(asked))


async def drop_session(asked: Asked) -> Any:
    asked.sessions.drop(_open(asked).name)
    return Response(status_code=204)


SESSIONS: Final[Operations] = {
    "listSessions": list_sessions,
    "makeSession": make_session,
    "getSession": get_session,
    "dropSession": drop_session,
}


def _open(asked: Asked) -> Session:
    name = asked.path["session"]
    found = asked.sessions.find(name) if SESSION_NAME.fullmatch(name) else None
    if found is None:
        raise ControlError(404, "not_found", f"There is no session {name!r}.")
    found.elapse()
    return found


def _free_name(sessions: Sessions) -> str:
    names = (f"session-{number}" for number in count(1))
    return next(name for name in names if sessions.find(name) is None)


def _setup(wanted: SessionRequest) -> Setup:
    try:
        if wanted.clock is not None:
            rate_named(wanted.clock)
        start = None if wanted.start is None else moment_named(wanted.start)
    except (ClockRateError, MomentError) as error:
        raise bad_request(str(error)) from None
    return Setup(
        scenario=None if wanted.scenario is None else scenario_asked_for(wanted.scenario),
        clock=wanted.clock,
        start=start,
        seed=wanted.seed,
    )


def _told(sessions: Sessions, session: Session) -> Any:
    return {
        "session": session.name,
        "scenario": session.scenario.name,
        "seed": session.seed,
        "clock": clock(session),
        "calls": len(session.world.calls),
        "parked": len(session.parked_calls()),
        "waiting": session.waiting,
        "idle": sessions.idle_seconds(session.name),
        "tokens": {
            user: str(Token(session=session.name, user=user)) for user in session.world.directory.users
        },
    }
