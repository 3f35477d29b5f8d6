"""The mock's bearer tokens: `mock.<session>.<user>`, or `mock.<session>.<until>.<user>` where they end.

The first kind is made up by whoever uses it and lasts for ever; the second is what the token endpoint hands out.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self
from urllib.parse import unquote_to_bytes

SESSION_HEADER: Final = "X-Callpark-Session"
SESSION_NAME: Final = re.compile(r"[A-Za-z0-9_-]{3,64}")
_SESSION: Final = r"(?P<session>[A-Za-z0-9_-]{3,64})"
_USER: Final = r"(?P<user>[A-Za-z0-9_-]{1,64})"
_TOKEN: Final = re.compile(rf"mock\.{_SESSION}\.(?:(?P<until>[0-9]{{1,12}})\.)?{_USER}")
_CLIENT_ID: Final = re.compile(rf"(?:{_SESSION}\.)?{_USER}")
_EXPIRED: Final = "expired"
_LONGEST: Final = len("mock.") + 64 + len(".") + 12 + len(".") + 64
_SESSION_NAME: Final = SESSION_HEADER.lower().encode()
_TOKEN_PARAMETER: Final = b"accessRequestToken="


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`until` is in whole epoch seconds on the clock of the session; None is no end."""

    session: str
    user: str
    until: int | None = None

    @classmethod
    def lasting(cls, session: str, user: str, *, now: float, seconds: int) -> Self:
        """A token that is good for that long, and never for less."""
        return cls(session=session, user=user, until=math.ceil(now) + seconds)

    @property
    def is_expired(self) -> bool:
        """The session name `expired` is reserved: its tokens are past their time, always."""
        return self.session == _EXPIRED

    def is_over(self, now: float) -> bool:
        """Whether its time is over at a moment of its session's clock."""
        return self.is_expired or (self.until is not None and now >= self.until)

    def __str__(self) -> str:
        end = "" if self.until is None else f"{self.until}."
        return f"mock.{self.session}.{end}{self.user}"


def read_token(text: str) -> Token | None:
    return _read_token(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _read_token(text: str) -> Token | None:
    found = _TOKEN.fullmatch(text)
    if not found:
        return None
    until = found["until"]
    return Token(session=found["session"], user=found["user"], until=None if until is None else int(until))


def read_client_id(text: str, *, session: str) -> Token | None:
    """Whom an App's client id, `<user>` or `<session>.<user>`, stands for; `session` is where none is named."""
    found = _CLIENT_ID.fullmatch(text)
    return Token(session=found["session"] or session, user=found["user"]) if found else None


def claimed_session(headers: Iterable[tuple[bytes, bytes]], query: bytes = b"") -> str | None:
    """The session that a request says it is of, by header or by its bearer token, whether that is good or not."""
    token = b""
    for name, value in headers:
        if name == _SESSION_NAME:
            named = value.decode("latin-1")
            return named if SESSION_NAME.fullmatch(named) else None
        if name == b"authorization":
            token = value
    if not token and _TOKEN_PARAMETER in query:
        token = unquote_to_bytes(query.partition(_TOKEN_PARAMETER)[2].partition(b"&")[0]).replace(b"+", b" ")
    found = read_token(token.rpartition(b" ")[2].decode("latin-1"))
    return None if found is None or found.is_expired else found.session
