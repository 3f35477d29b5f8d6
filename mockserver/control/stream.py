"""A session as it changes, as server-sent events: its state, how far its journal is, which wire faults are set."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import orjson
from starlette.responses import Response

from mockserver.connection.asgi import Receive, Scope, Send
from mockserver.control.asked import Asked, Operations
from mockserver.control.inventory import state
from mockserver.sessions.session import Session
from mockserver.sessions.shared_sessions import every_look

PATIENCE: Final = 1.0
"""Real seconds after which a look is taken though no bell rang: another process may have changed the session."""
_CALM: Final = 0.03
"""Real seconds that changes which come together have to arrive in one event."""


async def watch(asked: Asked) -> Response:
    return EventStream(asked)


WATCH: Final[Operations] = {"watch": watch}


class EventStream(Response):
    """Ends when the client goes, or when the server is shut down and cuts the connection; neither is an error."""

    media_type = "text/event-stream"

    def __init__(self, asked: Asked) -> None:
        super().__init__(headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._asked = asked
        asked.session()

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        gone = asyncio.ensure_future(_disconnected(receive))
        with every_look():
            told = asyncio.ensure_future(self._tell(send))
        try:
            await asyncio.wait((gone, told), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, told):
                task.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await task

    async def _tell(self, send: Send) -> None:
        sent: dict[str, bytes] = {}
        while True:
            session = self._asked.session()
            for name, content, mark in _news(session):
                if sent.get(name) != mark:
                    sent[name] = mark
                    await send(_message(name, content))
            await _change(session)


def _news(session: Session) -> list[tuple[str, bytes, bytes]]:
    """(name, content, what it is recognized by): a clock that only ran on is no news."""
    session.elapse()
    now = state(session)
    clock = {**now["clock"], "now": None} if session.clock.speed else now["clock"]
    filed = [entry.number for entry in session.journal.entries]
    journal = _json({"last": max(filed, default=0), "kept": len(filed)})
    live = session.faults.live(session.clock.now())
    faults = _json({"faults": [{"id": each.id, "struck": each.struck} for each in live]})
    return [
        ("state", _json(now), _json({**now, "clock": clock})),
        ("journal", journal, journal),
        ("faults", faults, faults),
    ]


async def _change(session: Session) -> None:
    until_due = session.clock.seconds_until(session.next_moment)
    stop = session.journal.watch(lambda _entry: session.bell.ring())
    try:
        await session.bell.heard(within=PATIENCE if until_due is None else min(until_due, PATIENCE))
    finally:
        stop()
    await asyncio.sleep(_CALM)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _message(name: str, content: bytes) -> dict[str, Any]:
    body = b"event: %b\ndata: %b\n\n" % (name.encode(), content)
    return {"type": "http.response.body", "body": body, "more_body": True}


def _json(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
