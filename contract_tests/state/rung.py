"""What every rung offers, and the contract that three of them share (design section 5).

In: `{"action": "setup"|"teardown", "state": NAME, "params": {...}}`.
Out: `{"calls": [{"userId", "extension", "phoneCallId", "phoneCallViewId"}]}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from contract_tests.world import KnownCall


class RungError(Exception):
    """A rung could not give what was asked of it; the message says what it tried and what came back."""


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

    def preamble(self) -> list[str]:
        """Shell lines that stand once at the head of a script: what the others need, and a state to begin from."""

    def reproduction(self, call: KnownCall) -> list[str]:
        """Shell lines that put a call like this one into the lot again, or none where there is no such line."""


@runtime_checkable
class TimedRung(Protocol):
    """A rung that can say how long calls may stay in the lot."""

    name: str

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
