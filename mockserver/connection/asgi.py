"""The shapes of ASGI, and the one way a body is read."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mockserver.connection.client_limits import MAX_BODY_BYTES

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyTooLargeError(Exception):
    pass


class ClientGoneError(Exception):
    """The client left before its request was whole."""


async def read_body(receive: Receive, *, limit: int = MAX_BODY_BYTES) -> bytes:
    """Raise BodyTooLargeError, or ClientGoneError: half a request is none."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
