"""What a defect is: a named wrong behaviour, wrapped around one of three seams.

Simulator and handlers never know the word; the seams lie around them.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

import orjson

from mockserver.behaviour import Effect
from mockserver.simulator.world import World


class Kind(StrEnum):
    """The class of a defect: what a programmer would have got wrong."""

    WRONG_STATUS = "wrong status"
    WRONG_CODE = "wrong code"
    SWAPPED_CODES = "swapped codes"
    SERVER_ERROR = "server error"
    BROKEN_ENVELOPE = "broken error envelope"
    BROKEN_BODY = "broken success body"
    ACCEPTS_INVALID = "accepts invalid"
    REJECTS_VALID = "rejects valid"
    BOUNDARY = "boundary"
    DEFAULT = "default"
    IGNORED_FIELD = "ignored field"
    WRONG_ECHO = "wrong echo"
    STATE = "state"
    SIDE_EFFECT = "side effect of a refusal"
    ACCESS = "access"
    ALIAS = "alias"
    RACE = "race"
    INTERMITTENT = "intermittent"
    COMBINATION = "only in combination"
    EXAMPLE = "differs from the example"


@dataclass(slots=True)
class Meeting:
    """Requests about one call that are under way at the same time.

    `answers` are those already given, `size` counts all that came; `world` is what the first of them found.
    """

    answers: "list[Sent]" = field(default_factory=list)
    size: int = 0
    world: World | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request on its way in; header names are lower case, `path` is decoded and `raw_path` is not.

    `tally` is the session's own, for defects that count; `meeting` is with requests at the same time.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    raw_path: str = ""
    tally: Counter[str] = field(default_factory=Counter)
    meeting: Meeting = field(default_factory=Meeting)

    def json(self) -> dict[str, Any]:
        """The payload if it is an object, else nothing."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def is_unpark(self) -> bool:
        return self.method == "PUT" and self.json().get("action") == "UnPark"

    @property
    def segments(self) -> list[str]:
        """User, extension and call id, as far as the path has them."""
        return self.path.split("/")[3:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An answer on its way out."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body) if self.body else None

    @property
    def code(self) -> str | None:
        """The error code, None for what is no refusal."""
        return str(self.json()["error"]["code"]) if self.status >= 400 and self.body else None


CRASHED: Final = Sent(
    status=500,
    headers={"content-type": "application/json"},
    body=b'{"error": {"code": "internal_server_error", "message": "Something went wrong on our side."}}',
)


class CrashError(Exception):
    """Raised by a request seam: the answer is `CRASHED`, before anything has happened."""


SERVING: Final[ContextVar[Received]] = ContextVar("SERVING")
"""The request that is being served, for an effect that has to know which; unset under the control plane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Breaks exactly one clause.

    `request` rewrites what comes in, `effect` what a decision brings about, `response` what goes out.
    `shows` is what a checker owes it: a finding, or a deviation where the clause is an example only.
    `lane` is the cheapest lane that can see it.  `seeded` is its name in the table of bugs that other tools
    were measured with.  `holds` keeps every request back for so many seconds, so that two at once do meet.
    """

    slug: str
    kind: Kind
    clause: str
    summary: str
    shows: Literal["finding", "deviation"] = "finding"
    lane: Literal["conform", "explore"] = "conform"
    seeded: str | None = None
    holds: float = 0.0
    request: Callable[[Received], Received] | None = None
    effect: Effect | None = None
    response: Callable[[Received, Sent], Sent] | None = None
