"""What a store offers a session, and how it says no."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mockserver.behaviour import BehaviourSet
from mockserver.clock import ClockSet
from mockserver.journal.journal import Evicted, Journal
from mockserver.simulator.events import Event
from mockserver.simulator.world import World
from mockserver.store.beginning import Begun
from mockserver.store.snapshot import WorldSet
from mockserver.wire_faults.arsenal import FaultsSet

SessionEvent = Event | Begun | ClockSet | BehaviourSet | WorldSet | FaultsSet


class StoreError(ValueError):
    """A store cannot be used at all; the message says why and what to do."""


class StoreUnavailableError(Exception):
    """What was asked of the store was not done, and nothing of it: it may be tried again.

    `is_open`: the store went away in the middle, and whether it was done is not known.
    """

    def __init__(self, message: str, *, is_open: bool = False) -> None:
        super().__init__(message)
        self.is_open = is_open


class VersionConflictError(Exception):
    """Somebody else appended first: read the tail, decide again."""

    def __init__(self, session: str, *, expected: int, actual: int) -> None:
        super().__init__(f"session {session!r} is at version {actual}, not {expected}")


class SessionForgottenError(Exception):
    """Somebody else has forgotten the session: what is known of it here goes no further."""


class TailForgottenError(Exception):
    """The events asked for are no longer kept: `standing` has what they came to, if anything does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the first `version` events of a session came to, so that nobody has to read them again."""

    version: int
    begun: Begun
    clock: ClockSet
    behaviour: BehaviourSet
    world: World
    faults: FaultsSet


class EventStore(Protocol):
    """A version is the number of events appended so far; it never goes back while the session is not forgotten.

    Every method may raise StoreUnavailableError; what it was asked for has not happened then.
    `writer` tells this opener of the store from others that write beside it; it is empty where there are none.
    `is_shared`: others may change a session too, and what is known of it has to be caught up with.
    `keeps_faults`: wire faults are kept as well, so each change of them is an event too.
    `standing_every` is after how many events a session should leave its standing; None is never.
    """

    writer: str
    is_shared: bool
    keeps_faults: bool
    standing_every: int | None

    def append(self, session: str, *, expected_version: int, events: Sequence[SessionEvent]) -> int:
        """Append all or nothing and return the new version; raise VersionConflictError.

        With a Begun among the events, the journal of the session is emptied in the same step.
        """

    def read(self, session: str, *, after: int) -> Sequence[SessionEvent]:
        """The events that follow version `after`; raise TailForgottenError or SessionForgottenError."""

    def standing(self, session: str) -> Standing | None:
        """The latest that was kept."""

    def keep(self, session: str, standing: Standing) -> None:
        """The events up to its version may be forgotten."""

    def forget(self, session: str, gone: Evicted | None = None) -> None:
        """Start the session over at version 0, without a journal; what that had is remembered where it is told."""

    def journal(self, session: str) -> Journal:
        """The session's journal, to be recalled before it is used."""

    def heed(self, session: str) -> None:
        """Somebody waits in this process until the session changes, whoever changes it."""

    def waits(self, session: str, count: int) -> None:
        """So many requests wait in this process now."""

    def waiting_elsewhere(self, session: str) -> int:
        """How many wait in other processes that live."""

    def names(self) -> Collection[str]:
        """The sessions that are kept."""

    def weights(self) -> Sequence[tuple[str, int, int]]:
        """Of each session that is kept elsewhere, the bytes of its journal, and of all the rest."""

    def gone(self, session: str) -> Evicted:
        """What would be gone, at most, with the journal of a session that nobody has opened."""

    def forgotten(self) -> Mapping[str, Evicted]:
        """What the latest that were forgotten had, the oldest first."""

    def close(self) -> None:
        """Nothing is asked of the store any more."""


class SharedStore(EventStore, Protocol):
    """What several processes have to agree on besides events.  Moments are epoch seconds of the servers.

    `on_change` is called in the loop of whoever heeds a session, after somebody else has changed it, and says whether
    anybody still waits for it.
    `is_full`: so much was added that what is kept has to be counted again.
    """

    on_change: Callable[[str], bool]
    is_full: bool

    def has(self, session: str) -> bool: ...

    def names(self) -> list[str]:
        """The longest idle first."""

    def used(self, session: str, at: float) -> None:
        """Somebody has used the session."""

    def last_used(self, session: str) -> float | None: ...

    def idle_since(self, moment: float) -> list[str]:
        """Those that nobody has used since."""

    def evict(self, session: str, *, told: bytes, unused_since: float) -> bool:
        """Forget the session and note `told`, unless somebody has done so or used it since; return whether."""

    def trim(self, session: str, limit: int) -> int:
        """Let the oldest entries of its journal go beyond `limit` bytes; return the bytes that are left."""

    def set_room(self, bytes_left: int) -> None:
        """So many may be added by everybody until `is_full`."""

    def evictions(self) -> list[bytes]:
        """The latest that were noted, the oldest first."""


def without_secret(named: str) -> str:
    """As a store may be shown: a URL without its user and password, which may also stand in its query."""
    scheme, mark, rest = named.partition("://")
    place, _, query = rest.partition("?")
    if "@" in query:
        place = "..."  # nobody can tell where the password ends
    return f"{scheme}://{place.rpartition('@')[2]}" if mark else named
