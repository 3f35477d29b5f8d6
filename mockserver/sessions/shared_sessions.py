"""Sessions that other processes serve too: each is caught up with before a request looks at it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from typing import Final

import msgspec
import orjson

from mockserver.clock import system_time
from mockserver.journal.journal import Evicted
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import (
    DEFAULT_IDLE_SECONDS,
    DEFAULT_LIMIT,
    DEFAULT_MOST_BYTES,
    Eviction,
    MakeSession,
    SessionExistsError,
    Sessions,
    Setup,
)
from mockserver.sessions.weight import Weight
from mockserver.store.seam import SharedStore

_LOOKED: Final[ContextVar[set[str] | None]] = ContextVar("_LOOKED", default=None)
"""The sessions that the request which is served has looked at already."""
_USE_TOLD: Final = 5.0
"""Seconds within which a further use of a session is not told to the others, nor are idle ones looked for."""


@contextmanager
def one_look() -> Iterator[None]:
    """Within, each session is caught up with once: what a request sees is what was there when it came, or later."""
    mark = _LOOKED.set(set())
    try:
        yield
    finally:
        _LOOKED.reset(mark)


@contextmanager
def every_look() -> Iterator[None]:
    """Within, each look catches up again: for what goes on for as long as its client listens."""
    mark = _LOOKED.set(None)
    try:
        yield
    finally:
        _LOOKED.reset(mark)


class SharedSessions(Sessions):
    """Which there are, when they were used last, and which had to go, is known to the store alone."""

    def __init__(
        self,
        make: MakeSession,
        *,
        store: SharedStore,
        limit: int = DEFAULT_LIMIT,
        max_idle: float = DEFAULT_IDLE_SECONDS,
        most_bytes: int = DEFAULT_MOST_BYTES,
        strict: bool = False,
        source: Callable[[], float] = system_time,
    ) -> None:
        super().__init__(
            make, limit=limit, max_idle=max_idle, most_bytes=most_bytes, strict=strict, source=source
        )
        self._shared = store
        self._told: dict[str, float] = {}
        self._looked_for_idle = source()
        store.on_change = self._changed

    def __len__(self) -> int:
        return len(self._shared.names())

    def __iter__(self) -> Iterator[Session]:
        found = (self.find(name) for name in self._shared.names())
        return iter([each for each in found if each is not None])

    @property
    def evictions(self) -> Sequence[Eviction]:
        return [msgspec.json.decode(each, type=Eviction) for each in self._shared.evictions()]

    def find(self, name: str) -> Session | None:
        looked = _LOOKED.get()
        found = self._open.get(name)
        if looked is not None and name in looked:
            return found
        if found is not None:
            found.catch_up()
            if found.is_over:
                del self._open[name]
                found = None
        if found is None and self._shared.has(name):
            found = self._open[name] = self._make(name, Setup())
        if looked is not None:
            looked.add(name)
        return found

    def open(self, name: str) -> Session:
        session = super().open(name)
        now = self._source()
        if now - self._told.get(name, 0.0) > _USE_TOLD:
            self._shared.used(name, now)
            self._told[name] = now
        return session

    def grew(self, name: str) -> None:
        """The store weighs what it has itself, and says when that may be too much."""

    def idle_seconds(self, name: str) -> float:
        used = self._shared.last_used(name)
        return 0.0 if used is None else max(0.0, self._source() - used)

    def drop(self, name: str, gone: Evicted | None = None) -> None:
        if name in self._open:
            super().drop(name, gone)
        else:
            self._shared.forget(name)
        self._told.pop(name, None)

    def clear(self) -> None:
        for name in self._shared.names():
            self.drop(name)

    def _add(self, name: str, setup: Setup) -> Session:
        session = self._make(name, setup)
        self._open[name] = session
        now = self._source()
        self._shared.used(name, now)
        names = self._shared.names()
        for old in names[: max(0, len(names) - self._limit)]:
            if old != name:
                self._evict(old, f"more than {self._limit} sessions", now)
        return session

    def create(self, name: str, setup: Setup) -> Session:
        session = super().create(name, setup)
        if not session.is_new:
            raise SessionExistsError(name)  # another process was quicker
        if session.journal.evicted.entries:
            session.journal.clear()  # who makes it knows that it is new
        return session

    def _make_room(self, now: float) -> None:
        self._forget_aged(now)
        if self._shared.is_full:
            self._count()

    def _weights(self) -> list[Weight]:
        return [Weight(*each) for each in self._shared.weights()]

    def _trim(self, name: str, entries: int) -> int:
        return self._shared.trim(name, entries)

    def _counted(self, room: int) -> None:
        self._shared.set_room(max(room, self._most_bytes // 64))

    def _forget_aged(self, now: float) -> None:
        if now - self._looked_for_idle < min(_USE_TOLD, self._max_idle):
            return
        self._looked_for_idle = now
        for name in self._shared.idle_since(now - self._max_idle):
            self._evict(name, f"not used for more than {self._max_idle:g} s", now - self._max_idle)
        for name in self._open.keys() - set(self._shared.names()):
            self._open[name].catch_up()  # whoever waits in it is let go
            del self._open[name]
            self._told.pop(name, None)
        if sum(each.journal.bytes_here for each in self._open.values()) > self._most_bytes:
            for each in self._open.values():
                each.journal.let_go_of_copies()

    def _evict(self, name: str, reason: str, unused_since: float) -> None:
        told = orjson.dumps(asdict(Eviction(session=name, at=self._source(), reason=reason)))
        if self._shared.evict(name, told=told, unused_since=unused_since):
            self._tell_forgotten(name, reason)
        if (session := self._open.get(name)) is not None:
            session.catch_up()
            if session.is_over:
                del self._open[name]
        self._told.pop(name, None)

    def _changed(self, name: str) -> bool:
        """Also while nobody listens: whoever was rung for a moment ago looks at the session next, not at the store."""
        session = self._open.get(name)
        if session is None:
            return False
        is_heard = session.bell.is_listened_to
        session.catch_up()
        session.bell.ring()
        return is_heard
