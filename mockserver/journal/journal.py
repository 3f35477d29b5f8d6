"""The journal of one session."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from msgspec import Struct

from mockserver.journal.entry import UNDER_WAY, Cause, Entry, Exchange, Happening
from mockserver.simulator.events import Event
from mockserver.simulator.world import World

LIMIT: Final = 1_048_576
_WORLDS: Final = 50
_AT_ONCE: Final = 64
"""Where entries have to go, this part of the limit goes with them, so that it is seldom done."""

Watcher = Callable[[Entry], None]


class Evicted(Struct, frozen=True, kw_only=True, gc=False):
    """What is no longer kept: so many entries, exchanges among them, all with numbers up to `last`."""

    entries: int = 0
    exchanges: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A journal as a keeper has it, the entries in the order in which they were kept."""

    entries: Sequence[Entry] = ()
    evicted: Evicted = field(default_factory=Evicted)
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Recalled):
    """What was added since; `kept` of all entries are left.  `starts_over`: those of before are gone."""

    starts_over: bool
    kept: int


class Keeper(Protocol):
    """Keeps a journal longer than the process lives.  What it could not keep, it has said itself."""

    is_shared: bool

    def recall(self) -> Recalled: ...

    def add(self, entry: Entry, *, limit: int, dropped: int, evicted: Evicted, last: int) -> None:
        """Keep an entry, for which the `dropped` oldest had to go; `last` is the highest number given so far."""

    def drop(self, *, limit: int, dropped: int, evicted: Evicted, last: int) -> None:
        """Let the `dropped` oldest entries go, without a new one."""

    def clear(self) -> None: ...


class SharedKeeper(Keeper, Protocol):
    """Others add to the journal too: the keeper numbers the entries, and drops the oldest beyond `limit` bytes."""

    def next_number(self, last: int) -> int: ...

    def news(self) -> News: ...

    def unread(self) -> None:
        """The next news are all there are."""


@dataclass(slots=True, kw_only=True)
class Journal:
    """Entries by number from 1, the oldest evicted as soon as all together have more than `limit` bytes, a few at once.

    The worlds that the latest refusals met are kept too, because they explain them; a keeper does not have those.
    """

    limit: int = LIMIT
    keeper: Keeper | None = None
    shared: SharedKeeper | None = None
    _evicted: Evicted = field(default_factory=Evicted)
    _entries: deque[Entry] = field(default_factory=deque)
    _sizes: deque[int] = field(default_factory=deque)
    _bytes: int = 0
    _last: int = 0
    _worlds: deque[tuple[int, World]] = field(default_factory=lambda: deque(maxlen=_WORLDS))
    _watchers: list[Watcher] = field(default_factory=list)
    _life: object = field(default_factory=object)
    _begun: dict[int, Exchange] = field(default_factory=dict)

    @property
    def entries(self) -> Sequence[Entry]:
        self._catch_up()
        return self._entries

    @property
    def evicted(self) -> Evicted:
        self._catch_up()
        return self._evicted

    @property
    def bytes_kept(self) -> int:
        self._catch_up()
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
        """Number an exchange as its answer begins; what happens until its `end` may be the end of the journal."""
        self.number(exchange, world=world, now=now)
        self._begun[exchange.number] = exchange

    def end(self, exchange: Exchange) -> None:
        """Keep an exchange whose answer is complete, unless the journal was cleared since the answer began."""
        if self._begun.get(exchange.number) is exchange and self.claims(exchange):
            del self._begun[exchange.number]
            self._keep(exchange, exchange.bytes_kept)

    def number(self, exchange: Exchange, *, world: World, now: float) -> None:
        """What `begin` does, of an answer that is complete as it begins; `keep` is its end."""
        exchange.number = number = self._next_number()
        exchange.answered = now
        if exchange.at is None:
            exchange.at = now
        reply = exchange.reply
        if reply is None or reply.status >= 400:
            self._worlds.append((number, world))

    def keep(self, exchange: Exchange, *, headers: int) -> None:
        """`headers` is what `length_of` says of those of request and answer."""
        if exchange.life is self._life:
            self._keep(exchange, exchange.bytes_with(headers))

    def elapsed(self, events: Sequence[Event]) -> None:
        """What time brought is nobody's, also where a request brought it to light."""
        self._happen(events, "time")

    def caused(self, events: Sequence[Event], by: Exchange | None = None) -> None:
        """`by` an exchange, or by the one under way."""
        exchange = UNDER_WAY.get() if by is None else by
        if exchange is None:
            self._happen(events, "control")
        else:
            exchange.events += events

    def _happen(self, events: Sequence[Event], cause: Cause) -> None:
        if events:
            happening = Happening(
                number=self._next_number(), at=events[-1].at, events=tuple(events), cause=cause
            )
            self._keep(happening, happening.bytes_kept)

    def find(self, number: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.number == number), None)

    def world_of(self, number: int) -> World | None:
        return next((world for each, world in self._worlds if each == number), None)

    def recall(self) -> None:
        """Be as the keeper has it, if there is one."""
        if self.keeper is None:
            return
        recalled = self.keeper.recall()
        self.begin_again()
        self._entries.extend(recalled.entries)
        self._sizes.extend(entry.bytes_kept for entry in recalled.entries)
        self._bytes = sum(self._sizes)
        self._last = recalled.last
        self._evicted = recalled.evicted

    @property
    def bytes_here(self) -> int:
        """What its entries take in this process, as far as they were looked at here."""
        return self._bytes

    @property
    def worlds_kept(self) -> int:
        return len(self._worlds)

    def trim(self, limit: int) -> None:
        """Let the oldest entries go until all together have at most so many bytes, and the worlds that go with them."""
        dropped = self._evict_beyond(limit) if self.shared is None else 0
        if self.keeper is not None:
            self.keeper.drop(limit=limit, dropped=dropped, evicted=self._evicted, last=self._last)
        kept = {entry.number for entry in self.entries}
        worlds = [each for each in self._worlds if each[0] in kept or each[0] in self._begun]
        self._worlds = deque(worlds, maxlen=_WORLDS)

    def let_go_of_copies(self) -> None:
        """What others keep too is read again when it is asked for."""
        if self.shared is not None:
            self.shared.unread()
            self._empty()

    def all_gone(self) -> Evicted:
        """What is no longer kept once the journal itself is not, exchanges under way among it."""
        gone = self._evicted
        return Evicted(
            entries=gone.entries + len(self._entries) + len(self._begun),
            exchanges=gone.exchanges
            + sum(entry.kind == "exchange" for entry in self._entries)
            + len(self._begun),
            last=self._last,
        )

    def go_on_after(self, gone: Evicted) -> None:
        """What an earlier session of the same name had is gone, and told to be; numbers go on from there."""
        self._evicted, self._last = gone, gone.last
        if self.keeper is not None:
            self.keeper.drop(limit=self.limit, dropped=0, evicted=gone, last=gone.last)

    def clear(self) -> None:
        """Begin again at number 1; watchers stay, and so do the requests whose answer has not begun."""
        if self.keeper is not None:
            self.keeper.clear()
        self.begin_again()

    def begin_again(self) -> None:
        """What `clear` does, where the keeper has done so already."""
        self._begun.clear()
        self._worlds.clear()
        self._last = 0
        self._empty()

    def _empty(self) -> None:
        self._entries.clear()
        self._sizes.clear()
        self._bytes = 0
        self._evicted = Evicted()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` with every entry as it is kept, until the function returned is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _keep(self, entry: Entry, size: int) -> None:
        dropped = 0
        if self.shared is None:
            self._entries.append(entry)
            self._sizes.append(size)
            self._bytes += size
            if self._bytes > self.limit:
                dropped = self._evict_beyond(self.limit - self.limit // _AT_ONCE)
        if self.keeper is not None:
            self.keeper.add(entry, limit=self.limit, dropped=dropped, evicted=self._evicted, last=self._last)
        if self._watchers:
            for watcher in tuple(self._watchers):
                watcher(entry)

    def _evict_beyond(self, limit: int) -> int:
        entries, sizes, gone = self._entries, self._sizes, self._evicted
        left, dropped, exchanges, last = self._bytes, 0, gone.exchanges, gone.last
        while left > limit and entries:
            old = entries.popleft()
            left -= sizes.popleft()
            dropped += 1
            if old.kind == "exchange":
                exchanges += 1
            if old.number > last:
                last = old.number
        if dropped:
            self._bytes = left
            self._evicted = Evicted(entries=gone.entries + dropped, exchanges=exchanges, last=last)
        return dropped

    def _next_number(self) -> int:
        self._last = self._last + 1 if self.shared is None else self.shared.next_number(self._last)
        return self._last

    def _catch_up(self) -> None:
        if self.shared is None:
            return
        news = self.shared.news()
        if news.starts_over:
            self._empty()
        self._entries.extend(news.entries)
        self._sizes.extend(entry.bytes_kept for entry in news.entries)
        while len(self._entries) > news.kept:
            self._entries.popleft()
            self._sizes.popleft()
        self._bytes = sum(self._sizes)
        self._evicted = news.evicted
