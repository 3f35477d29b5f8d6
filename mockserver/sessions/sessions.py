"""All sessions of one server: bounded in number and in age, and who had to go is told."""

import logging
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Final, Protocol

from mockserver.clock import system_time
from mockserver.journal.entry import MOST_BODY
from mockserver.journal.journal import Evicted
from mockserver.scenarios.scenario import Scenario
from mockserver.sessions.forgotten import Forgotten
from mockserver.sessions.session import Session
from mockserver.sessions.weight import Weight, gone_with, weight_of
from mockserver.store.seam import EventStore, StoreUnavailableError

DEFAULT_SESSION: Final = "default"
DEFAULT_LIMIT: Final = 1_000
DEFAULT_IDLE_SECONDS: Final = 86_400.0
MIB: Final = 1024 * 1024
DEFAULT_MOST_BYTES: Final = 256 * MIB
_ONE_REQUEST: Final = 6 * MOST_BODY
"""No request adds more: three payloads as far as they are kept, two heads, a call and a world."""
ONE_SCENARIO: Final = 20 * MIB
"""No scenario that is read from 100,000 keys and values takes more."""
_SELDOM: Final = 1_000, 4
"""After so many requests, and so many for each session, all are weighed: some grow without a request."""
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
    idle is forgotten.  Where all together keep more than `most_bytes`, the one that keeps most gives way: the oldest
    entries of its journal first, and the session itself where it has none.  That is looked at before a request, so
    that one request may be over.  A session that begins under the name of a forgotten one, without having been
    created, knows that there was more.
    Those that `store` has from before are opened when they are first looked for, and count as used when this began.
    """

    def __init__(
        self,
        make: MakeSession,
        *,
        limit: int = DEFAULT_LIMIT,
        max_idle: float = DEFAULT_IDLE_SECONDS,
        most_bytes: int = DEFAULT_MOST_BYTES,
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
        self._dormant_weights = [Weight(*each) for each in (store.weights() if store else ())]
        self._evictions: deque[Eviction] = deque(maxlen=_EVICTIONS_TOLD)
        self._most_bytes = most_bytes
        self._young_until = float("-inf")
        """Until then nobody can be too old: whoever is used moves on, and whoever is new begins later."""
        self._weighed = {each.session: each.whole for each in self._dormant_weights}
        """Bytes of each session when it was weighed last."""
        self._kept = sum(self._weighed.values())
        self._grown: set[str] = set()
        """Sessions that may have more than they were weighed with."""
        self._shared_directories: frozenset[int] = frozenset()
        self._reckoned = 0
        """Bytes that may have been added beside what requests add."""
        self._uncounted = self._granted = 0
        """How many requests there may be until what has grown has to be weighed again, and how many there might."""
        self._passed = 0
        """How many there were since all sessions were weighed."""
        self._forgotten = Forgotten(store.forgotten() if store else None)
        self._telling, self._telling_of_journals = Telling(source), Telling(source)

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

    @property
    def most_bytes(self) -> int:
        return self._most_bytes

    @property
    def bytes_kept(self) -> int:
        return sum(each.whole for each in self._weights())

    def open(self, name: str) -> Session:
        """Raise UnknownSessionError if it would have to be made and must not be."""
        now = self._source()
        self._make_room(now)
        session = self.find(name)
        if session is None:
            if self._strict and name != DEFAULT_SESSION:
                raise UnknownSessionError(name)
            return self._reopened(name)
        self.use(name, now)
        return session

    def use(self, name: str, now: float | None = None) -> None:
        """Count a session that is open as used, now unless another moment is given."""
        self._open.move_to_end(name)
        self._used[name] = self._source() if now is None else now

    def find(self, name: str) -> Session | None:
        """The session if it is open; looking is no use of it."""
        found = self._open.get(name)
        if found is not None:
            self._grown.add(name)
        elif name in self._dormant:
            found = self._open[name] = self._make(name, Setup())
            self._open.move_to_end(name, last=False)
            self._used[name] = self._dormant.pop(name)
            self._begun(found)
        return found

    def forget_aged(self) -> float:
        """What `open` and `create` begin with: sessions that are too old give way, and what is too much.

        Return the moment that counts as now for `use`.
        """
        now = self._source()
        self._make_room(now)
        return now

    def reckon_with(self, most_bytes: int) -> None:
        """What is asked next may add so much, where a request on a vendor path adds little."""
        self._reckoned += most_bytes
        self._uncounted -= most_bytes // _ONE_REQUEST

    def grew(self, name: str) -> None:
        """Weigh a session again that was added to some time after it was found."""
        self._grown.add(name)

    def create(self, name: str, setup: Setup) -> Session:
        """Raise SessionExistsError."""
        self.forget_aged()
        if self.find(name) is not None:
            raise SessionExistsError(name)
        self._forgotten.discard(name)
        return self._add(name, setup)

    def idle_seconds(self, name: str) -> float:
        return self._source() - self._used_last(name)

    def _used_last(self, name: str) -> float:
        return self._used[name] if name in self._used else self._dormant[name]

    def drop(self, name: str, gone: Evicted | None = None) -> None:
        """`gone`: it did not end by somebody's wish, and had that."""
        self._open[name].close(gone)
        del self._open[name]
        self._used.pop(name, None)
        self._unweigh(name)
        if gone is None:
            self._forgotten.discard(name)

    def clear(self) -> None:
        """Forget every session; each begins again on its next use."""
        for session in self:
            self.drop(session.name)
        self._forgotten = Forgotten()

    def _reopened(self, name: str) -> Session:
        session = self._add(name, Setup())
        if (gone := self._forgotten.of(name)) is not None:
            session.journal.go_on_after(gone)
            self._forgotten.discard(name)
        return session

    def _make_room(self, now: float) -> None:
        if now > self._young_until:
            self._forget_aged(now)
        self._uncounted -= 1
        if self._uncounted < 0:
            self._look()

    def _add(self, name: str, setup: Setup) -> Session:
        session = self._make(name, setup)
        while len(self) >= self._limit and (old := self._longest_idle()) is not None:
            self._evict(old, f"more than {self._limit} sessions", self._source())
        self._open[name] = session
        self._used[name] = self._source()
        self._begun(session)
        return session

    def _forget_aged(self, now: float) -> None:
        while (name := self._longest_idle()) is not None and now - self._used_last(name) > self._max_idle:
            self._evict(name, f"not used for more than {self._max_idle:g} s", now)
        self._young_until = (now if name is None else self._used_last(name)) + self._max_idle

    def _longest_idle(self) -> str | None:
        return next(iter(self._dormant or self._open), None)

    def _begun(self, session: Session) -> None:
        """It may begin with as much as many requests add."""
        self._weigh(session)
        self._grown.add(session.name)
        self._uncounted -= self._weighed[session.name] // _ONE_REQUEST

    def _look(self) -> None:
        """What was asked for is weighed again; all are where that may be too much, and now and then."""
        self._passed += self._granted + 1
        for name in self._grown:
            if (session := self._open.get(name)) is not None:
                self._weigh(session)
        self._grown.clear()
        room = self._most_bytes - self._kept - self._reckoned
        least, for_each = _SELDOM
        if room < 0 or self._passed > least + for_each * len(self._open):
            self._count()
        else:
            self._counted(room)

    def _weigh(self, session: Session) -> None:
        its_own = id(session.world.directory) not in self._shared_directories
        whole = weight_of(session, its_own=its_own).whole
        self._kept += whole - self._weighed.get(session.name, 0)
        self._weighed[session.name] = whole

    def _unweigh(self, name: str) -> None:
        self._kept -= self._weighed.pop(name, 0)

    def _count(self) -> None:
        now = self._source()
        weights = self._weights()
        self._weighed = {each.session: each.whole for each in weights}
        kept = sum(self._weighed.values())
        if kept > self._most_bytes:
            kept = self._lighten(weights, kept, now)
        reckoned, self._kept, self._reckoned, self._passed = self._reckoned, kept, 0, 0
        self._counted(self._most_bytes - kept)
        self._uncounted -= reckoned // _ONE_REQUEST  # whoever said so has not added it yet

    def _counted(self, room: int) -> None:
        self._uncounted = self._granted = max(0, room // _ONE_REQUEST)

    def _weights(self) -> list[Weight]:
        sharing = Counter(id(each.world.directory) for each in self._open.values())
        self._shared_directories = frozenset(each for each, sessions in sharing.items() if sessions > 1)
        return [
            *(each for each in self._dormant_weights if each.session in self._dormant),
            *(
                weight_of(each, its_own=sharing[id(each.world.directory)] == 1)
                for each in self._open.values()
            ),
        ]

    def _lighten(self, weights: Sequence[Weight], kept: int, now: float) -> int:
        """Down to an eighth below the limit, so that this is seldom done; return what is kept then."""
        goal = self._most_bytes - self._most_bytes // 8
        heaviest = [(-each.whole, each) for each in weights]
        heapify(heaviest)
        trimmed: set[str] = set()
        while kept > goal and heaviest:
            _, each = heappop(heaviest)
            kept -= each.whole
            if not each.journal:
                self._evict(each.session, self._too_much, now)
                continue
            next_one = -heaviest[0][0] if heaviest else 0
            entries = max(
                min(next_one - each.state, each.journal * 3 // 4),
                goal - kept - each.state,  # no more has to go
                0,
            )
            left = self._trim(each.session, entries)
            if left is None:
                self._evict(each.session, self._too_much, now)
                continue
            lighter = each._replace(journal=left)
            trimmed.add(each.session)
            self._weighed[each.session] = lighter.whole
            kept += lighter.whole
            heappush(heaviest, (-lighter.whole, lighter))
        for name in trimmed:
            self.grew(name)  # worlds went with their entries
        if trimmed:
            self._telling_of_journals.of(
                f"{self._too_much}: the oldest entries of {len(trimmed)} journals are forgotten"
            )
        return kept

    @property
    def _too_much(self) -> str:
        return f"more than {self._most_bytes / MIB:g} MiB in all sessions"

    def _trim(self, name: str, entries: int) -> int | None:
        """Bytes that are left; None for a session that cannot be read, and so cannot be made lighter."""
        try:
            session = self.find(name)
        except StoreUnavailableError as error:
            _log.warning("the journal of session %s cannot be trimmed: %s", name, error)
            return None
        if session is None:
            return 0
        session.journal.trim(entries)
        return session.journal.bytes_here

    def _evict(self, name: str, reason: str, unused_since: float) -> None:  # noqa: ARG002  # nobody else uses any
        if name in self._open:
            gone = gone_with(self._open[name])
            self.drop(name, gone)
        elif self._store is not None:
            gone = self._store.gone(name)  # it is not opened for that: it may be unreadable
            self._store.forget(name, gone)
            del self._dormant[name]
            self._unweigh(name)
        self._forgotten.add(name, gone)
        self._evictions.append(Eviction(session=name, at=self._source(), reason=reason))
        self._tell_forgotten(name, reason)

    def _tell_forgotten(self, name: str, reason: str) -> None:
        self._telling.of(f"session {name} is forgotten: {reason}; its next use begins a new one")


class Telling:
    """Lines of one kind in the log: one a second at the most, which counts those that were left out."""

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self._next = float("-inf")
        self._untold = 0

    def of(self, line: str) -> None:
        now = self._source()
        if now < self._next:
            self._untold += 1
            return
        more = f" (and {self._untold} others were since the last such line)" if self._untold else ""
        _log.warning("%s%s", line, more)
        self._next, self._untold = now + 1.0, 0
