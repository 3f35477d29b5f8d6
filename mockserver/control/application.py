"""The routes of the control plane."""

from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mockserver.asgi import App, BodyTooLargeError, Receive, Scope, Send, read_body
from mockserver.control.faults import ControlError, bad_request
from mockserver.control.guard import Guard
from mockserver.control.inventory import handles, state, told
from mockserver.control.messages import AdvanceRequest, StateRequest, read
from mockserver.control.states import bring_about
from mockserver.session import Session
from mockserver.sessions import DEFAULT_SESSION, Sessions
from mockserver.settings import Settings
from mockserver.tokens import SESSION_HEADER, SESSION_NAME

PRODUCT = "callpark-mock"

Operation = Callable[[Request], Awaitable[Any]]


class Control:
    """Every method answers with what is to be written as JSON, or raises ControlError."""

    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        self._sessions = sessions
        self._scenario = settings.scenario

    async def health(self, _request: Request) -> Any:
        return {
            "product": PRODUCT,
            "version": version("callpark"),
            "status": "ready",
            "scenario": self._scenario,
        }

    async def states(self, request: Request) -> Any:
        wanted = read(await _body(request), StateRequest)
        return handles(bring_about(self._session(request, wanted.params.session), wanted))

    async def reset(self, request: Request) -> Any:
        session = self._session(request)
        session.reset()
        return handles(session.parked_calls())

    async def state(self, request: Request) -> Any:
        session = self._session(request)
        session.elapse()
        return state(session)

    async def advance(self, request: Request) -> Any:
        wanted = read(await _body(request), AdvanceRequest)
        session = self._session(request)
        before = session.elapse()
        session.clock.advance(wanted.seconds)
        events = (*before, *session.elapse())
        return {"events": [told(event) for event in events], "state": state(session)}

    def _session(self, request: Request, named: str | None = None) -> Session:
        name = request.headers.get(SESSION_HEADER) or named or DEFAULT_SESSION
        if not SESSION_NAME.fullmatch(name):
            raise bad_request(f"{SESSION_HEADER} must match {SESSION_NAME.pattern}")
        return self._sessions.open(name)


def control_plane(sessions: Sessions, settings: Settings) -> App:
    control = Control(sessions, settings)
    operations = {
        ("GET", "/_mock/health"): control.health,
        ("POST", "/_mock/states"): control.states,
        ("POST", "/_mock/reset"): control.reset,
        ("GET", "/_mock/state"): control.state,
        ("POST", "/_mock/clock/advance"): control.advance,
    }
    return ControlPlane(operations, Guard(token=settings.control_token))


class ControlPlane:
    """An ASGI application: the guard first, then one operation, its errors in JSON."""

    def __init__(self, operations: Mapping[tuple[str, str], Operation], guard: Guard) -> None:
        self._operations = operations
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._guard.check(scope)
            content = await self._operation(scope)(Request(scope, receive))
        except ControlError as error:
            response = _json({"error": {"code": error.code, "message": error.message}}, error.status)
            response.headers.update(error.headers)
        else:
            response = _json(content)
        await response(scope, receive, send)

    def _operation(self, scope: Scope) -> Operation:
        method, path = scope["method"], scope["path"]
        if (method, path) in self._operations:
            return self._operations[method, path]
        if allowed := [verb for verb, known in self._operations if known == path]:
            message = f"{path} takes {', '.join(allowed)}, not {method}."
            raise ControlError(405, "method_not_allowed", message, {"Allow": ", ".join(allowed)})
        known = ", ".join(sorted(f"{verb} {known}" for verb, known in self._operations))
        raise ControlError(404, "not_found", f"There is no {method} {path}. Allowed: {known}.")


async def _body(request: Request) -> bytes:
    try:
        return await read_body(request.receive)
    except BodyTooLargeError:
        raise ControlError(413, "payload_too_large", "The payload is too large.") from None


def _json(content: Any, status: int = 200) -> Response:
    data = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    return Response(data, status_code=status, media_type="application/json")
