"""A journal on a Redis server: several processes add to it, and each reads on when it is asked."""

import logging
from collections.abc import Callable
from itertools import count
from typing import Any, Final, Protocol

import redis

from mockserver.journal.entry import Entry
from mockserver.journal.journal import Evicted, News
from mockserver.store import redis_scripts as scripts
from mockserver.store.coding import UnreadableError, entry_as_bytes, entry_from
from mockserver.store.seam import StoreUnavailableError

_log: Final = logging.getLogger(__name__)


class Asking(Protocol):
    writer: str
    lives: dict[str, bytes]

    def trim(self, session: str, limit: int) -> int: ...

    def has_room(self, bytes_left: int) -> None: ...

    def ask(self, question: Callable[[], Any], *, writes: bool = False) -> Any: ...


class RedisJournalKeeper:
    """What cannot be written is in no journal: an exchange is not undone for want of its entry.

    `head` and `entries` are the keys of the session's hash and of its list, `room` is that of what may still be added,
    `channel` is where changes are told.
    """

    is_shared = True

    def __init__(
        self,
        store: Asking,
        server: "redis.Redis",
        session: str,
        *,
        head: str,
        entries: str,
        room: str,
        channel: str,
    ) -> None:
        self._store = store
        self._session = session
        self._head = head
        self._keys = [head, entries]
        self._room = room
        self._channel = channel
        self._chapter, self._seen = b"", 0
        self._chapters: dict[int, bytes] = {}
        register = server.register_script
        self._add, self._news = register(scripts.ADD), register(scripts.NEWS)
        self._clear, self._number = register(scripts.CLEAR), register(scripts.NUMBER)

    def next_number(self, last: int) -> int:
        try:
            number, chapter = self._store.ask(lambda: self._number([self._head], [self._life()]))
        except StoreUnavailableError as error:
            _log.warning("the journal of session %s has no number to give: %s", self._session, error)
            number, chapter = last + 1, b"-"
        if chapter not in self._chapters.values():
            self._chapters.clear()  # what was numbered before is in no journal any more
        self._chapters[number] = chapter
        return int(number)

    def add(self, entry: Entry, *, limit: int, dropped: int, evicted: Evicted, last: int) -> None:  # noqa: ARG002  # the protocol's signature
        chapter = self._chapters.pop(entry.number, b"-")
        data = b"%d %d %d " % (entry.bytes_kept, entry.kind == "exchange", entry.number)
        arguments: list[bytes | str | int] = [self._life(), chapter, limit, self._channel, self._store.writer]
        try:
            coded, tries = data + entry_as_bytes(entry), count()
            keys = [*self._keys, self._room]
            self._store.has_room(self._store.ask(lambda: self._add(keys, [*arguments, next(tries), coded])))
        except StoreUnavailableError as error:
            _log.warning("entry %d of session %s is not kept: %s", entry.number, self._session, error)

    def drop(self, *, limit: int, dropped: int, evicted: Evicted, last: int) -> None:  # noqa: ARG002  # the protocol's signature
        self._store.trim(self._session, limit)

    def unread(self) -> None:
        self._chapter, self._seen = b"", 0

    def clear(self) -> None:
        self._store.ask(lambda: self._clear(self._keys, [self._channel, self._store.writer]), writes=True)

    def recall(self) -> News:
        self.unread()
        return self.news()

    def news(self) -> News:
        found, kept, coded = self._store.ask(lambda: self._news(self._keys, [self._chapter, self._seen]))
        chapter, last, added, _, entries, exchanges, evicted_last = found
        starts_over = chapter != self._chapter
        self._chapter, self._seen = chapter, int(added)
        try:
            read = [entry_from(each.split(b" ", 3)[3]) for each in coded]
        except UnreadableError as error:
            raise StoreUnavailableError(f"the journal of {self._session!r} cannot be read: {error}") from None
        return News(
            entries=read,
            evicted=Evicted(entries=int(entries), exchanges=int(exchanges), last=int(evicted_last)),
            last=int(last),
            starts_over=starts_over,
            kept=kept,
        )

    def _life(self) -> bytes:
        return self._store.lives.get(self._session, b"")
