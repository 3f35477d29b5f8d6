"""What one client may take of the mock, all in one place."""

from dataclasses import dataclass
from typing import Final

MAX_BODY_BYTES: Final = 1_048_576
"""Of a payload; a longer one is answered 413."""

MAX_HEAD_BYTES: Final = 65_536
"""Of request line and headers; longer ones are answered 431."""

MAX_HEADERS: Final = 200
"""More of them are answered 431."""

MAX_BODY_ON_THE_WIRE: Final = 64 * MAX_BODY_BYTES
"""What is read and thrown away of a payload that is too long, before its connection is closed."""

MAX_PIPELINED: Final = 100
"""Requests that may wait on one connection for the answer to the one before; the next is answered 429."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLimits:
    """Seconds, and a number of connections.

    `header_timeout` runs from the first byte of a request, or from the connection on, until its headers are whole;
    `body_timeout` from there until its payload is, and for a client that does not read its answer.  Both are answered
    408 where something came, and the connection is closed.  Beyond `max_connections` the connection that has waited
    longest for a request makes room for a new one; where all are busy, the new one is answered 503.
    """

    header_timeout: float = 10.0
    body_timeout: float = 30.0
    max_connections: int = 10_000
