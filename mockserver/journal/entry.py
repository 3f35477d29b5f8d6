"""Entries of the journal: an exchange, or events that no request caused."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final, Literal, Self

from msgspec import Struct, field

from mockserver.request_pattern import Headers
from mockserver.simulator.events import Event

MOST_BODY: Final = 65_536
_OVERHEAD: Final = 400
_EVENT: Final = 300
_HEADER: Final = 80
"""What a tuple and two strings take besides their characters, where many are shared with other exchanges."""


def length_of(headers: Headers) -> int:
    """Bytes that they take."""
    length = len(headers) * _HEADER
    for name, value in headers:
        length += len(name) + len(value)
    return length


Cause = Literal["time", "control"]


class Body(Struct, kw_only=True, gc=False):
    """What is kept of a body, and how long it was."""

    data: bytes = b""
    size: int = 0

    @classmethod
    def of(cls, data: bytes) -> Self:
        """One that came whole, in bytes that are nobody else's."""
        return cls(data=data[:MOST_BODY], size=len(data))

    @classmethod
    def copied(cls, data: bytes) -> Self:
        """One that came whole, copied as `add` does."""
        return cls(data=b"%b" % data[:MOST_BODY], size=len(data))

    def add(self, chunk: bytes) -> None:
        """A copy is kept: orjson's own bytes hold on to four kilobytes, however few of them are used."""
        self.size += len(chunk)
        if len(self.data) < MOST_BODY:
            self.data = b"".join((self.data, chunk[: MOST_BODY - len(self.data)]))

    @property
    def is_cut(self) -> bool:
        return self.size > len(self.data)


class Reply(Struct, kw_only=True, gc=False):
    status: int
    headers: Headers
    body: Body = field(default_factory=Body)

    @property
    def bytes_kept(self) -> int:
        return len(self.body.data) + length_of(self.headers)


class Exchange(Struct, kw_only=True, gc=False):
    """One request on a vendor path and what became of it.

    `target` is path and query as they came.  `session` is where the exchange belongs, if the request itself cannot
    tell and an operation does.  `at` is when the request came and `answered` when the answer began, both on the
    session's clock.
    `reply` None is no answer at all; `lost` is the right answer where faults sent something else.
    `preference` is what Prefer brought about.  `has_left`: the client went away before its answer began.
    `life` is which life of the session the exchange is of; the journal gives and compares it.
    """

    method: str
    target: bytes
    scheme: str
    headers: Headers
    session: str | None = None
    at: float | None = None
    answered: float | None = None
    number: int = 0
    body: Body = field(default_factory=Body)
    reply: Reply | None = None
    lost: Reply | None = None
    events: list[Event] = field(default_factory=list)
    faults: tuple[str, ...] = ()
    preference: str | None = None
    has_left: bool = False
    life: object = None
    kind: Literal["exchange"] = "exchange"

    @property
    def status(self) -> int | None:
        return self.reply.status if self.reply else None

    @property
    def bytes_kept(self) -> int:
        replied = () if self.reply is None else self.reply.headers
        return self.bytes_with(length_of(self.headers) + length_of(replied))

    def bytes_with(self, headers: int) -> int:
        """Bytes kept, where it is known already how many the headers of the request and of its answer take."""
        kept = _OVERHEAD + headers + len(self.target) + len(self.body.data) + len(self.events) * _EVENT
        if self.reply is not None:
            kept += len(self.reply.body.data)
        if self.lost is not None:
            kept += self.lost.bytes_kept
        return kept


class Happening(Struct, kw_only=True, gc=False):
    """Events that no request on a vendor path caused: time brought them, or the control plane."""

    at: float
    events: Sequence[Event]
    cause: Cause
    number: int = 0
    kind: Literal["happening"] = "happening"

    @property
    def bytes_kept(self) -> int:
        return _OVERHEAD + len(self.events) * _EVENT


Entry = Exchange | Happening

UNDER_WAY: Final[ContextVar[Exchange | None]] = ContextVar("UNDER_WAY", default=None)
"""The exchange that is being served; unset under the control plane."""
