"""What a defect is: a named wrong behaviour, wrapped around one of three seams.

Simulator and handlers never know the word; the seams lie around them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.session import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request on its way in; header names are lower case, `path` is decoded."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The payload if it is an object, else nothing."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An answer on its way out."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Breaks exactly one clause.

    `request` rewrites what comes in, `effect` what a decision brings about, `response` what goes out.
    """

    slug: str
    clause: str
    summary: str
    request: Callable[[Received], Received] | None = None
    effect: Effect | None = None
    response: Callable[[Received, Sent], Sent] | None = None
