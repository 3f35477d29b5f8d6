"""The mock's bearer tokens: `mock.<session>.<user>`."""

import re
from dataclasses import dataclass
from typing import Final

SESSION_HEADER: Final = "X-Callpark-Session"
SESSION_NAME: Final = re.compile(r"[A-Za-z0-9_-]{3,64}")
_TOKEN: Final = re.compile(r"mock\.(?P<session>[A-Za-z0-9_-]{3,64})\.(?P<user>[A-Za-z0-9_-]{1,64})")
_EXPIRED: Final = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    session: str
    user: str

    @property
    def is_expired(self) -> bool:
        """The session name `expired` is reserved: its tokens are past their time, always."""
        return self.session == _EXPIRED

    def __str__(self) -> str:
        return f"mock.{self.session}.{self.user}"


def read_token(text: str) -> Token | None:
    found = _TOKEN.fullmatch(text)
    return Token(session=found["session"], user=found["user"]) if found else None
