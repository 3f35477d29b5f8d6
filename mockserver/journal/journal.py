"""The journal of one session."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from mockserver.journal.entry import UNDER_WAY, Cause, Entry, Exchange, Happening
from mockserver.simulator.events import Event
from mockserver.simulator.world import World

LIMIT: Final = 1_048_576
_WORLDS: Final = 50

Watcher = Callable[[Entry], None]


class Evicted(Struct, frozen=True, kw_only=True):
    """What is no longer kept: so many entries, exchanges among them, all with numbers up to `last`."""

    entries: int = 0
    exchanges: int = 0
    last: int = 0


@dataclass(slots=True, kw_only=True)
class Journal:
    """Entries by number from 1, the oldest evicted as soon as all together have more than `limit` bytes.

    The worlds that the latest refusals met are kept too, because they explain them.
    """

    limit: int = LIMIT
    evicted: Evicted = field(default_factory=Evicted)
    _entries: deque[Entry] = field(default_factory=deque)
    _sizes: deque[int] = field(default_factory=deque)
    _bytes: int = 0
    _last: int = 0
    _worlds: deque[tuple[int, World]] = field(default_factory=lambda: deque(maxlen=_WORLDS))
    _watchers: list[Watcher] = field(default_factory=list)
    _life: object = field(default_factory=object)
    _begun: set[int] = field(default_factory=set)

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    @property
    def bytes_kept(self) -> int:
        return self._bytes

    def claim(self, exchange: Exchange) -> None:
        """It is of the life that the session has now: what comes after a reset has nothing to do with it."""
        exchange.life = self._life

    def claims(self, exchange: Exchange) -> bool:
        return exchange.life is self._life

    def end_life(self) -> None:
        """The session was reset or closed; exchanges under way are of no journal from now on."""
        self._life = object()

    def begin(self, exchange: Exchange, *, world: World, now: float) -> None:
        """Number an exchange as its answer begins."""
        self._last += 1
        exchange.number = self._last
        self._begun.add(self._last)
        exchange.answered = now
        if exchange.at is None:
            exchange.at = now
        if exchange.status is None or exchange.status >= 400:
            self._worlds.append((exchange.number, world))

    def end(self, exchange: Exchange) -> None:
        """Keep an exchange whose answer is complete, unless the journal was cleared since the answer began."""
        if exchange.number in self._begun and self.claims(exchange):
            self._begun.remove(exchange.number)
            self._keep(exchange)

    def elapsed(self, events: Sequence[Event]) -> None:
        """What time brought is nobody's, also where a request brought it to light."""
        self._happen(events, "time")

    def caused(self, events: Sequence[Event]) -> None:
        exchange = UNDER_WAY.get()
        if exchange is None:
            self._happen(events, "control")
        else:
            exchange.events += events

    def _happen(self, events: Sequence[Event], cause: Cause) -> None:
        if events:
            self._last += 1
            self._keep(Happening(number=self._last, at=events[-1].at, events=tuple(events), cause=cause))

    def find(self, number: int) -> Entry | None:
        return next((entry for entry in self._entries if entry.number == number), None)

    def world_of(self, number: int) -> World | None:
        return next((world for each, world in self._worlds if each == number), None)

    def clear(self) -> None:
        """Begin again at number 1; watchers stay, and so do the requests whose answer has not begun."""
        self._entries.clear()
        self._sizes.clear()
        self._worlds.clear()
        self._begun.clear()
        self._bytes = self._last = 0
        self.evicted = Evicted()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` with every entry as it is kept, until the function returned is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _keep(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._sizes.append(entry.bytes_kept)
        self._bytes += self._sizes[-1]
        while self._bytes > self.limit and self._entries:
            self._evict()
        if self._watchers:
            for watcher in tuple(self._watchers):
                watcher(entry)

    def _evict(self) -> None:
        old = self._entries.popleft()
        self._bytes -= self._sizes.popleft()
        self.evicted = Evicted(
            entries=self.evicted.entries + 1,
            exchanges=self.evicted.exchanges + (old.kind == "exchange"),
            last=max(self.evicted.last, old.number),
        )
