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

    def ask(self, question: Callable[[], Any], *, writes: bool = False) -> Any: ...


class RedisJournalKeeper:
    """What cannot be written is in no journal: an exchange is not undone for want of its entry.

    `head` and `entries` are the keys of the session's hash and of its list, `channel` is where changes are told.
    """

    is_shared = True

    def __init__(
        self, store: Asking, server: "redis.Redis", session: str, *, head: str, entries: str, channel: str
    ) -> None:
        self._store = store
        self._session = session
        self._head = head
        self._keys = [head, entries]
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
        self._chapters[number] = chapter
        return int(number)

    def add(self, entry: Entry, *, limit: int, dropped: int, evicted: Evicted, last: int) -> None:  # noqa: ARG002  # the protocol's signature
        chapter = self._chapters.pop(entry.number, b"-")
        data = b"%d %d %d " % (entry.bytes_kept, entry.kind == "exchange", entry.number)
        arguments: list[bytes | str | int] = [self._life(), chapter, limit, self._channel, self._store.writer]
        try:
            coded, tries = data + entry_as_bytes(entry), count()
            self._store.ask(lambda: self._add(self._keys, [*arguments, next(tries), coded]))
        except StoreUnavailableError as error:
            _log.warning("entry %d of session %s is not kept: %s", entry.number, self._session, error)

    def clear(self) -> None:
        self._store.ask(lambda: self._clear(self._keys, [self._channel, self._store.writer]), writes=True)

    def recall(self) -> News:
        self._chapter, self._seen = b"", 0
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
