"""One request and what came back: the facts that everything else is derived from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contract_tests.world import KnownCall

Headers = tuple[tuple[str, str], ...]

LONGEST_BODY = 64 * 1024
"""Bytes. Of a longer body only the beginning is kept, and only its status is judged: no call is that long."""

Role = Literal["set-up", "before", "request", "after", "tear-down", "preflight", "again"]
"""What an exchange is for: `request` is the one under test, `before` and `after` read the call's state.

`again` is whatever is sent once more to see a finding a second time; no verdict rests on it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it goes over the wire, with secrets as names (`${token}`).

    `target` is the request target behind the target's base URL, percent-encoded as sent.
    """

    method: str
    target: str
    headers: Headers = ()
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """The last value of a header, or None."""
        return _last(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer. `body` may be clipped; `body_size` is what arrived or was announced to, in bytes."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    body_size: int = 0

    @property
    def is_too_long(self) -> bool:
        """Whether the body is longer than what is read of it."""
        return self.body_size > LONGEST_BODY

    def header(self, name: str) -> str | None:
        """The last value of a header, or None."""
        return _last(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request with its response, or with the reason why there is none.

    `started` and `elapsed` are seconds, the former since the start of the run. Exactly one of `response` and
    `trouble` is set; `trouble` is a sentence about the transport (refused, timed out, broken off). `call` is what
    the request under test is about, `witness` another call that must not be touched, as they were known before. `also`
    names further cases that were packed into the same request.
    """

    number: int
    case: str
    role: Role
    request: Request
    response: Response | None = None
    trouble: str | None = None
    timed_out: bool = False
    call: KnownCall | None = None
    witness: KnownCall | None = None
    also: tuple[str, ...] = ()
    started: float = 0.0
    elapsed: float = 0.0


def _last(headers: Headers, name: str) -> str | None:
    found = [value for key, value in headers if key.lower() == name.lower()]
    return found[-1] if found else None
