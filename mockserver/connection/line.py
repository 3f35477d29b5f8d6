"""The connection under an exchange, for answers that HTTP itself does not allow.

Only a mock on a real socket has one; in process, and under a server that is not ours, there is none.
"""

import socket
import struct
from typing import Any, Final, NoReturn, Protocol

from mockserver.connection.asgi import App, Receive, Scope, Send

LINE: Final = "callpark.line"
_AT_ONCE: Final = struct.pack("ii", 1, 0)


class LineDropped(ConnectionError):
    """What a client in the same process gets instead of a broken connection."""


class _Transport(Protocol):
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def get_extra_info(self, name: str) -> Any: ...


class Line:
    def __init__(self, transport: _Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Bytes beside everything the server writes; what is not HTTP must be followed by an end."""
        self._transport.write(data)

    def close(self) -> None:
        """The end as TCP knows it, after what was written."""
        self._transport.close()

    def reset(self) -> None:
        """RST: what was written may not arrive."""
        connection = self._transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._transport.abort()


def line_of(scope: Scope) -> Line | None:
    line: Line | None = scope.get("extensions", {}).get(LINE)
    return line


async def end(line: Line | None, receive: Receive, *, reset: bool = False) -> None:
    """Hang up, and see the connection gone; raise LineDropped where there is none."""
    if line is None:
        _drop()
    if reset:
        line.reset()
    else:
        line.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def _drop() -> NoReturn:
    raise LineDropped("the mock dropped the connection, as it was asked to")


def with_line(app: App) -> App:
    """uvicorn's `send` is a method of the exchange, which knows its transport; no public name leads there."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            scope.setdefault("extensions", {})[LINE] = Line(transport)
        await app(scope, receive, send)

    return wrapped
