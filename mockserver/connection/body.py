"""The body of a request: read as far as one may be long, and told again to whoever is next on its way."""

from collections.abc import Sequence

from msgspec import Struct

from mockserver.connection.asgi import Message, Receive
from mockserver.connection.client_limits import MAX_BODY_BYTES


class BodyTooLargeError(Exception):
    pass


class ClientGoneError(Exception):
    """The client left before its request was whole."""


class Heard(Struct, frozen=True, kw_only=True):
    """What came of a body: `messages` as they came, and the bytes in them, which may be the beginning alone."""

    messages: Sequence[Message]
    body: bytes
    has_left: bool = False
    is_too_long: bool = False

    @property
    def is_whole(self) -> bool:
        return not (self.has_left or self.is_too_long)

    def again(self, receive: Receive) -> Receive:
        """The same messages once more, and then whatever else comes."""
        left = iter(self.messages)

        async def told() -> Message:
            message = next(left, None)
            return await receive() if message is None else message

        return told


async def hear(receive: Receive, *, limit: int = MAX_BODY_BYTES) -> Heard:
    """Until the body is whole, the client has left, or more than `limit` bytes came."""
    messages: list[Message] = []
    size, has_left, is_over = 0, False, False
    while not is_over:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        has_left = message["type"] == "http.disconnect"
        is_over = has_left or size > limit or not message.get("more_body", False)
    body = b"".join([message.get("body", b"") for message in messages])
    return Heard(messages=messages, body=body, has_left=has_left, is_too_long=size > limit)


async def read_body(receive: Receive, *, limit: int = MAX_BODY_BYTES) -> bytes:
    """Raise BodyTooLargeError, or ClientGoneError: half a request is none."""
    heard = await hear(receive, limit=limit)
    if heard.has_left:
        raise ClientGoneError
    if heard.is_too_long:
        raise BodyTooLargeError
    return heard.body


def said(body: bytes) -> Heard:
    """A body as if it had just been heard, whole."""
    return Heard(messages=[{"type": "http.request", "body": body, "more_body": False}], body=body)
