"""The Date of every answer, by the clock of the session that it is of: the server beneath knows only its own."""

from email.utils import format_datetime
from functools import lru_cache
from math import floor

from mockserver.clock import date_at, system_time
from mockserver.connection.asgi import App, Message, Receive, Scope, Send
from mockserver.sessions.sessions import DEFAULT_SESSION, Sessions
from mockserver.tokens import claimed_session


def date_of(moment: float) -> bytes:
    """The value of a Date header, of a moment in epoch seconds."""
    return _date(floor(moment))


@lru_cache(maxsize=1024)
def _date(second: int) -> bytes:
    return format_datetime(date_at(second), usegmt=True).encode()


class Dated:
    """An answer that has a Date already keeps it; one of no session that is open has the system's."""

    def __init__(self, app: App, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if all(name.lower() != b"date" for name, _ in headers):
                    headers.append((b"date", self._date(scope)))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, dated)

    def _date(self, scope: Scope) -> bytes:
        name = claimed_session(scope["headers"], scope.get("query_string", b""))
        session = self._sessions.find(name or DEFAULT_SESSION)
        now = session.clock.now() if session else system_time()
        return date_of(now)
