"""All sessions of one server: bounded in number and in age, and who had to go is told."""

import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from mockserver.clock import system_time
from mockserver.scenarios.scenario import Scenario
from mockserver.sessions.session import Session
from mockserver.store.seam import EventStore

DEFAULT_SESSION: Final = "default"
DEFAULT_LIMIT: Final = 1_000
DEFAULT_IDLE_SECONDS: Final = 86_400.0
_EVICTIONS_TOLD: Final = 100

_log = logging.getLogger(__name__)


class UnknownSessionError(LookupError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no session '{name}', and this mock makes none by itself: POST /_mock/sessions does."
        )


class SessionExistsError(Exception):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a session has of its own; None is what the server has for all."""

    scenario: Scenario | None = None
    clock: str | None = None
    start: float | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eviction:
    """`at` is in epoch seconds of the server, not of the session."""

    session: str
    at: float
    reason: str


class MakeSession(Protocol):
    def __call__(self, name: str, setup: Setup, /) -> Session: ...


class Sessions:
    """Made on first use; with `strict` only `create` makes them, and the default one is always there.

    More than `limit` sessions, or one that nobody has used for `max_idle` seconds of `source`, and the longest
    idle is forgotten.  Those that `store` has from before are opened when they are first looked for, and count as
    used when this began.
    """

    def __init__(
        self,
        make: MakeSession,
        *,
        limit: int = DEFAULT_LIMIT,
        max_idle: float = DEFAULT_IDLE_SECONDS,
        strict: bool = False,
        store: EventStore | None = None,
        source: Callable[[], float] = system_time,
    ) -> None:
        self._make = make
        self._limit = limit
        self._max_idle = max_idle
        self._strict = strict
        self._source = source
        self._open: OrderedDict[str, Session] = OrderedDict()
        self._used: dict[str, float] = {}
        self._store = store
        self._dormant = dict.fromkeys(store.names() if store else (), source())
        self._evictions: deque[Eviction] = deque(maxlen=_EVICTIONS_TOLD)

    def __len__(self) -> int:
        return len(self._open) + len(self._dormant)

    def __iter__(self) -> Iterator[Session]:
        """The longest idle first."""
        for name in tuple(self._dormant):
            self.find(name)
        return iter(tuple(self._open.values()))

    @property
    def evictions(self) -> Sequence[Eviction]:
        """The latest of them, the oldest first."""
        return self._evictions

    @property
    def limit(self) -> int:
        return self._limit

    def open(self, name: str) -> Session:
        """Raise UnknownSessionError if it would have to be made and must not be."""
        now = self._source()
        self._forget_aged(now)
        session = self.find(name)
        if session is None:
            if self._strict and name != DEFAULT_SESSION:
                raise UnknownSessionError(name)
            return self._add(name, Setup())
        self.use(name, now)
        return session

    def use(self, name: str, now: float | None = None) -> None:
        """Count a session that is open as used, now unless another moment is given."""
        self._open.move_to_end(name)
        self._used[name] = self._source() if now is None else now

    def find(self, name: str) -> Session | None:
        """The session if it is open; looking is no use of it."""
        found = self._open.get(name)
        if found is None and name in self._dormant:
            found = self._open[name] = self._make(name, Setup())
            self._open.move_to_end(name, last=False)
            self._used[name] = self._dormant.pop(name)
        return found

    def forget_aged(self) -> None:
        """What `open` and `create` begin with."""
        self._forget_aged(self._source())

    def create(self, name: str, setup: Setup) -> Session:
        """Raise SessionExistsError."""
        self.forget_aged()
        if self.find(name) is not None:
            raise SessionExistsError(name)
        return self._add(name, setup)

    def idle_seconds(self, name: str) -> float:
        return self._source() - self._used_last(name)

    def _used_last(self, name: str) -> float:
        return self._used[name] if name in self._used else self._dormant[name]

    def drop(self, name: str) -> None:
        self._open[name].close()
        del self._open[name]
        self._used.pop(name, None)

    def clear(self) -> None:
        """Forget every session; each begins again on its next use."""
        for session in self:
            self.drop(session.name)

    def _add(self, name: str, setup: Setup) -> Session:
        session = self._make(name, setup)
        while len(self) >= self._limit and (old := self._longest_idle()) is not None:
            self._evict(old, f"more than {self._limit} sessions")
        self._open[name] = session
        self._used[name] = self._source()
        return self._open[name]

    def _forget_aged(self, now: float) -> None:
        while (name := self._longest_idle()) is not None and now - self._used_last(name) > self._max_idle:
            self._evict(name, f"not used for more than {self._max_idle:g} s")

    def _longest_idle(self) -> str | None:
        return next(iter(self._dormant or self._open), None)

    def _evict(self, name: str, reason: str) -> None:
        if name in self._open:
            self.drop(name)
        elif self._store is not None:
            self._store.forget(name)
            del self._dormant[name]
        self._evictions.append(Eviction(session=name, at=self._source(), reason=reason))
        _log.warning("session %s is forgotten: %s; its next use begins a new one", name, reason)
