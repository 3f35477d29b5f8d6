"""What every rung offers, and the contract that three of them share (design section 5).

In: `{"action": "setup"|"teardown", "state": NAME, "params": {...}}`.
Out: `{"calls": [{"userId", "extension", "phoneCallId", "phoneCallViewId"}]}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from contract_tests.redaction import Redaction
from contract_tests.world import KnownCall

MOST_SAID = 200
"""So many characters of an answer are told."""


class RungError(Exception):
    """A rung could not give what was asked of it; the message says what it tried and what came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Shell lines by which a reader gets calls as a rung does.

    `before` stands once at the head: what the others need, and a state to begin from. `again` gives lines that put a
    call like the given one into the lot again, or none where there is no such line.
    """

    again: Callable[[KnownCall], list[str]]
    before: Sequence[str] = ()


def said_in(body: bytes, secrets: Mapping[str, str]) -> str:
    """The beginning of an answer, without secrets."""
    return quoted(body.decode(errors="replace"), secrets)


def quoted(text: str, secrets: Mapping[str, str]) -> str:
    """The beginning of what a target or a hook said, without secrets."""
    return Redaction(secrets).excerpt(text, MOST_SAID)


def by_hand(call: KnownCall) -> list[str]:
    """What a reader is told where no line parks a call."""
    return [f"# park a call at {call.extension}, and put its id and view for {call.id} and {call.view}:"]


class Rung(Protocol):
    """A way to get calls in a known state. Every method may raise `RungError`."""

    @property
    def name(self) -> str:
        """How the record and the report call it."""

    @property
    def is_scarce(self) -> bool:
        """Whether calls are so few that several valid variations have to share one."""

    def parked(self, count: int, extension: str | None = None) -> list[KnownCall]:
        """That many fresh calls in the parking lot, of the world's extension or of another one of its user."""

    def witness(self) -> KnownCall:
        """A parked call that has, where the rung can arrange it, a view that the others lack."""

    def talking(self) -> KnownCall:
        """A call on the phone that was never parked."""

    def release(self, calls: Sequence[KnownCall]) -> None:
        """Ends calls that are needed no more. Calls that have ended already are no error."""

    @property
    def script(self) -> Script:
        """How a reader does what it does."""


@runtime_checkable
class TimedRung(Protocol):
    """A rung that can say how long calls may stay in the lot.

    With `keeps_apart` what it sets up stays as it is, whatever else it sets up or takes down meanwhile; there are
    scripts that begin afresh each time.
    """

    name: str
    keeps_apart: bool

    def parked_for(self, seconds: float, count: int) -> list[KnownCall]:
        """That many fresh calls that may stay for so long, counted from about now. May raise `RungError`."""


def timed(rung: Rung) -> TimedRung | None:
    """The rung, or the one that it wraps, if it can park for a time."""
    inner = getattr(rung, "rung", rung)
    return inner if isinstance(inner, TimedRung) else None


def calls_from(value: Any, *, parked: bool) -> list[KnownCall]:
    """The calls in an answer of the contract. Raises `RungError` naming the first thing that is wrong with it."""
    if not isinstance(value, dict) or not isinstance(value.get("calls"), list):
        raise RungError('the answer is not of the form {"calls": [...]}')
    return [_call_from(call, place, parked) for place, call in enumerate(value["calls"])]


def _call_from(value: Any, place: int, parked: bool) -> KnownCall:
    names = ("userId", "extension", "phoneCallId", "phoneCallViewId")
    missing = [name for name in names if not isinstance(value, dict) or not isinstance(value.get(name), str)]
    if missing:
        raise RungError(f"calls[{place}] has no text in {', '.join(missing)}")
    user, extension, identifier, view = (value[name] for name in names)
    return KnownCall(id=identifier, user=user, extension=extension, view=view, views=(view,), parked=parked)
