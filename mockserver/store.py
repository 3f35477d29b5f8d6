"""Where a session's events are kept.  Only this seam knows whether that is memory, a file or a server."""

from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol

from mockserver.behaviour import BehaviourSet
from mockserver.clock import ClockSet
from mockserver.simulator.events import Event
from mockserver.snapshot import WorldSet

SessionEvent = Event | ClockSet | BehaviourSet | WorldSet

_TAIL: Final = 10_000


class VersionConflictError(Exception):
    """Somebody else appended first: read the tail, decide again."""

    def __init__(self, session: str, *, expected: int, actual: int) -> None:
        super().__init__(f"session {session!r} is at version {actual}, not {expected}")


class TailForgottenError(Exception):
    """The events asked for are no longer kept."""


class EventStore(Protocol):
    """A version is the number of events appended so far."""

    def append(self, session: str, *, expected_version: int, events: Sequence[SessionEvent]) -> int:
        """Append all or nothing and return the new version; raise VersionConflictError."""

    def read(self, session: str, *, after: int) -> Sequence[SessionEvent]:
        """The events that follow version `after`; raise TailForgottenError."""

    def forget(self, session: str) -> None:
        """Start the session over at version 0."""


class MemoryStore:
    """Keeps a bounded tail: in one process the session itself already holds the fold of everything."""

    def __init__(self, *, tail: int = _TAIL) -> None:
        self._tail = tail
        self._versions: dict[str, int] = {}
        self._events: dict[str, deque[SessionEvent]] = {}

    def append(self, session: str, *, expected_version: int, events: Sequence[SessionEvent]) -> int:
        actual = self._versions.get(session, 0)
        if actual != expected_version:
            raise VersionConflictError(session, expected=expected_version, actual=actual)
        self._events.setdefault(session, deque(maxlen=self._tail)).extend(events)
        self._versions[session] = actual + len(events)
        return self._versions[session]

    def read(self, session: str, *, after: int) -> Sequence[SessionEvent]:
        kept = self._events.get(session, deque())
        first = self._versions.get(session, 0) - len(kept)
        if after < first:
            raise TailForgottenError(session)
        return list(kept)[after - first :]

    def forget(self, session: str) -> None:
        self._versions.pop(session, None)
        self._events.pop(session, None)
