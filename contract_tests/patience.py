"""How long an answer asks to be left alone (RFC 9110, section 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from contract_tests.exchange import Response

BUSY = (429, 503)
UNSAID = 1.0
"""Seconds to wait where the answer does not say how long, or not so that it can be read."""


def kept_busy(status: int, wait: float | None = None) -> str:
    """The trouble of an exchange in which a busy target was not waited for any longer; `wait` is what it asked for."""
    if wait is None:
        return f"the target kept answering {status}"
    return f"the target answered {status} and asked for {wait:.0f} seconds"


def asked_for_patience(trouble: str) -> bool:
    """Whether the trouble of an exchange is that the target answered, and asked to be left alone."""
    return trouble.startswith(("the target kept answering ", "the target answered "))


def is_unavailable(trouble: str) -> bool:
    """Whether the trouble of an exchange is that it was answered 503, a server error."""
    return trouble.startswith((kept_busy(503), "the target answered 503 and asked for"))


def is_busy(response: Response) -> bool:
    """Whether the answer is about the server's load and not about the request."""
    return response.status in BUSY


def asked_for(response: Response, now: datetime) -> float:
    """The seconds in Retry-After, which holds a number of them or a date.

    A date is held against the server's own clock, the header Date, where it tells it, and else against `now`.
    """
    said = (response.header("retry-after") or "").strip()
    if said.isascii() and said.isdecimal():
        return float(said)
    when = _moment(said)
    if when is None:
        return UNSAID
    return max(0.0, (when - (_moment(response.header("date") or "") or now)).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
