"""One request to the control plane: its session, its parameters, its body."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request

from mockserver.connection.body import BodyTooLargeError, ClientGoneError, read_body
from mockserver.control.faults import ControlError, bad_request
from mockserver.scenarios.complaint import complaint
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import DEFAULT_SESSION, Sessions, UnknownSessionError
from mockserver.tokens import SESSION_HEADER, SESSION_NAME

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`path` holds the variables of the route, decoded; `query` the parameters that the document knows.

    `is_trusted` False: who asks has shown no control token, where one is needed, and the route is public.
    """

    request: Request
    sessions: Sessions
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    is_trusted: bool = True

    def session(self, named: str | None = None) -> Session:
        """The session that the header names, or `named`, or the default one; made if it is not there yet.

        Raise ControlError for a name that is none, and where unknown sessions are not made.
        """
        name = self.request.headers.get(SESSION_HEADER, named or DEFAULT_SESSION)
        if not SESSION_NAME.fullmatch(name):
            raise bad_request(f"{SESSION_HEADER} must match {SESSION_NAME.pattern}")
        try:
            return self.sessions.open(name)
        except UnknownSessionError as error:
            raise ControlError(404, "not_found", str(error)) from None

    def current(self) -> Session:
        """The session, with everything that has become due by now."""
        session = self.session()
        session.elapse()
        return session

    async def read(self, shape: type[Shape], *, optional: bool = False) -> Shape:
        """The body, read strictly; raise ControlError.  An optional one that is left out is an empty object."""
        data = await self.body() or (b"{}" if optional else b"")
        try:
            return msgspec.json.decode(data, type=shape)
        except RecursionError:
            raise bad_request("the body is nested too deep") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise bad_request(complaint(error, shape)) from None

    async def body(self) -> bytes:
        try:
            return await read_body(self.request.receive)
        except BodyTooLargeError:
            raise ControlError(413, "payload_too_large", "The payload is too large.") from None
        except ClientGoneError:
            raise bad_request("The payload is not whole.") from None


Operation = Callable[[Asked], Awaitable[Any]]
Operations = Mapping[str, Operation]
"""By operationId.  An operation returns what is to be written as JSON, or a Response; or raises ControlError."""
