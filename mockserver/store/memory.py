"""Events in memory: what ends with the process."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from mockserver.journal.journal import Evicted, Journal
from mockserver.store.seam import SessionEvent, Standing, TailForgottenError, VersionConflictError

_TAIL: Final = 1_000


class MemoryStore:
    """Keeps a bounded tail, for sessions that are opened twice: one that is alone holds the fold of everything."""

    writer = ""
    is_shared = False
    keeps_faults = False
    standing_every: int | None = None

    def __init__(self, *, tail: int = _TAIL) -> None:
        self._tail = tail
        self._versions: dict[str, int] = {}
        self._events: dict[str, deque[SessionEvent]] = {}

    def append(self, session: str, *, expected_version: int, events: Sequence[SessionEvent]) -> int:
        actual = self._versions.get(session, 0)
        if actual != expected_version:
            raise VersionConflictError(session, expected=expected_version, actual=actual)
        kept = self._events.get(session)
        if kept is None:
            kept = self._events[session] = deque(maxlen=self._tail)
        kept.extend(events)
        version = self._versions[session] = actual + len(events)
        return version

    def read(self, session: str, *, after: int) -> Sequence[SessionEvent]:
        kept = self._events.get(session, deque())
        first = self._versions.get(session, 0) - len(kept)
        if after < first:
            raise TailForgottenError(session)
        return list(kept)[after - first :]

    def standing(self, session: str) -> Standing | None:  # noqa: ARG002  # the protocol's signature
        return None

    def keep(self, session: str, standing: Standing) -> None:
        """Nothing to keep: the session is what stands."""

    def forget(self, session: str, gone: Evicted | None = None) -> None:  # noqa: ARG002  # nothing outlives it here
        self._versions.pop(session, None)
        self._events.pop(session, None)

    def journal(self, session: str) -> Journal:  # noqa: ARG002  # the protocol's signature
        return Journal()

    def heed(self, session: str) -> None:
        """Nobody else changes anything."""

    def waits(self, session: str, count: int) -> None:
        """Nobody else wants to know."""

    def waiting_elsewhere(self, session: str) -> int:  # noqa: ARG002  # the protocol's signature
        return 0

    def names(self) -> Collection[str]:
        return ()

    def weights(self) -> Sequence[tuple[str, int, int]]:
        return ()

    def gone(self, session: str) -> Evicted:  # noqa: ARG002  # the protocol's signature
        return Evicted()

    def forgotten(self) -> Mapping[str, Evicted]:
        return {}

    def close(self) -> None:
        """Memory needs no goodbye."""
