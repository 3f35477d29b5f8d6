"""Sessions in one SQLite file, which one process owns for as long as it serves.

An append is one transaction, written to the write-ahead log before it returns: what was acknowledged survives the
death of the process at any moment.  `synchronous` is NORMAL: after a power cut the file is whole, and the last
transactions before it may be gone.
"""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from mockserver.journal.entry import Entry
from mockserver.journal.journal import Evicted, Journal, Recalled
from mockserver.store.beginning import Begun
from mockserver.store.coding import (
    FORMAT,
    UnreadableError,
    entry_as_bytes,
    entry_from,
    event_as_bytes,
    event_from,
    standing_as_bytes,
    standing_from,
)
from mockserver.store.seam import (
    SessionEvent,
    Standing,
    StoreError,
    StoreUnavailableError,
    TailForgottenError,
    VersionConflictError,
)

_APPLICATION: Final = 0x63706B31  # "cpk1": how SQLite's header tells our files from others'
_STANDING_EVERY: Final = 500
_TABLES: Final = """
CREATE TABLE session (
  name TEXT PRIMARY KEY, version INTEGER NOT NULL, stood_at INTEGER NOT NULL DEFAULT 0, standing BLOB,
  last INTEGER NOT NULL DEFAULT 0, evicted TEXT NOT NULL DEFAULT '0 0 0'
) WITHOUT ROWID;
CREATE TABLE event (
  session TEXT NOT NULL, version INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (session, version)
) WITHOUT ROWID;
CREATE TABLE entry (position INTEGER PRIMARY KEY, session TEXT NOT NULL, data BLOB NOT NULL);
CREATE INDEX entry_of_session ON entry (session, position);
"""
_LATER_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS forgotten (session TEXT NOT NULL UNIQUE, evicted TEXT NOT NULL)"
)
"""Files that an earlier callpark has made have it from now on; that one does not mind."""
_FORGOTTEN: Final = 100_000
_TIDIED_EVERY: Final = 1_000
"""So many may be there beyond those: all of them are counted to find the oldest."""
_WEIGHTS: Final = """
SELECT name,
  (SELECT coalesce(sum(length(data)), 0) FROM entry WHERE entry.session = name),
  coalesce(length(standing), 0)
    + (SELECT coalesce(sum(length(data)), 0) FROM event WHERE event.session = name)
FROM session
"""

_Read = TypeVar("_Read")

_log = logging.getLogger(__name__)


class SqliteStore:
    """`path` is made if it is not there.  Raise StoreError where it is not ours, of another version, broken, served by
    another process, or not to be written.
    """

    writer = ""
    is_shared = False
    keeps_faults = True

    def __init__(self, path: Path, *, standing_every: int = _STANDING_EVERY) -> None:
        self.path = path
        self.standing_every: int | None = standing_every
        self._database = _opened(path)

    def append(self, session: str, *, expected_version: int, events: Sequence[SessionEvent]) -> int:
        with self._change() as ask:
            actual = self._version(session)
            if actual != expected_version:
                raise VersionConflictError(session, expected=expected_version, actual=actual)
            version = actual + len(events)
            ask(
                "INSERT INTO session (name, version) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET version = ?2",
                (session, version),
            )
            for number, event in enumerate(events, start=actual + 1):
                ask("INSERT INTO event VALUES (?, ?, ?)", (session, number, event_as_bytes(event)))
                if isinstance(event, Begun):
                    self._empty_journal(ask, session)
        return version

    def read(self, session: str, *, after: int) -> Sequence[SessionEvent]:
        with self._asking() as ask:
            version = self._version(session)
            rows = ask(
                "SELECT version, data FROM event WHERE session = ? AND version > ? ORDER BY version",
                (session, after),
            ).fetchall()
        if not rows and after >= version:
            return ()
        if not rows or rows[0][0] != after + 1:
            raise TailForgottenError(session)
        if [number for number, _ in rows] != list(range(after + 1, version + 1)):
            raise self._broken(session, "events are missing")
        return [self._read(session, event_from, data) for _, data in rows]

    def standing(self, session: str) -> Standing | None:
        with self._asking() as ask:
            row = ask("SELECT standing FROM session WHERE name = ?", (session,)).fetchone()
        return None if row is None or row[0] is None else self._read(session, standing_from, row[0])

    def keep(self, session: str, standing: Standing) -> None:
        with self._change() as ask:
            ask(
                "UPDATE session SET stood_at = ?, standing = ? WHERE name = ?",
                (standing.version, standing_as_bytes(standing), session),
            )
            ask("DELETE FROM event WHERE session = ? AND version <= ?", (session, standing.version))

    def forget(self, session: str, gone: Evicted | None = None) -> None:
        with self._change() as ask:
            ask("DELETE FROM forgotten WHERE session = ?", (session,))
            if gone is not None:
                row = ask("INSERT INTO forgotten VALUES (?, ?)", (session, _told(gone))).lastrowid or 0
                if row % _TIDIED_EVERY == 0:
                    ask(
                        "DELETE FROM forgotten WHERE rowid IN (SELECT rowid FROM forgotten ORDER BY rowid DESC"
                        " LIMIT -1 OFFSET ?)",
                        (_FORGOTTEN,),
                    )
            ask("DELETE FROM session WHERE name = ?", (session,))
            ask("DELETE FROM event WHERE session = ?", (session,))
            ask("DELETE FROM entry WHERE session = ?", (session,))

    def journal(self, session: str) -> Journal:
        return Journal(keeper=_JournalKeeper(self, session))

    def heed(self, session: str) -> None:
        """Nobody else changes anything."""

    def waits(self, session: str, count: int) -> None:
        """Nobody else wants to know."""

    def waiting_elsewhere(self, session: str) -> int:  # noqa: ARG002  # the protocol's signature
        return 0

    def names(self) -> Collection[str]:
        with self._asking() as ask:
            return [name for (name,) in ask("SELECT name FROM session ORDER BY name")]

    def weights(self) -> Sequence[tuple[str, int, int]]:
        with self._asking() as ask:
            return ask(_WEIGHTS).fetchall()

    def gone(self, session: str) -> Evicted:
        with self._asking() as ask:
            row = ask("SELECT last FROM session WHERE name = ?", (session,)).fetchone()
        last = 0 if row is None else row[0]
        return Evicted(entries=last, exchanges=last, last=last)

    def forgotten(self) -> Mapping[str, Evicted]:
        with self._asking() as ask:
            rows = ask("SELECT session, evicted FROM forgotten ORDER BY rowid").fetchall()
        return {session: _evicted(told) for session, told in rows}

    def close(self) -> None:
        self._database.close()

    def recall(self, session: str) -> Recalled:
        with self._asking() as ask:
            row = ask("SELECT last, evicted FROM session WHERE name = ?", (session,)).fetchone()
            if row is None:
                return Recalled()
            rows = ask("SELECT data FROM entry WHERE session = ? ORDER BY position", (session,)).fetchall()
        return Recalled(
            entries=[self._read(session, entry_from, data) for (data,) in rows],
            evicted=_evicted(row[1]),
            last=row[0],
        )

    def add_entry(
        self, session: str, entry: Entry | None, *, dropped: int, evicted: Evicted, last: int
    ) -> None:
        with self._change() as ask:
            if not self._version(session):
                return  # it was dropped while this exchange was under way
            if entry is not None:
                ask("INSERT INTO entry (session, data) VALUES (?, ?)", (session, entry_as_bytes(entry)))
            ask(
                "DELETE FROM entry WHERE position IN "
                "(SELECT position FROM entry WHERE session = ? ORDER BY position LIMIT ?)",
                (session, dropped),
            )
            ask("UPDATE session SET last = ?, evicted = ? WHERE name = ?", (last, _told(evicted), session))

    def clear_journal(self, session: str) -> None:
        with self._change() as ask:
            self._empty_journal(ask, session)

    def _empty_journal(self, ask: Callable[..., sqlite3.Cursor], session: str) -> None:
        ask("DELETE FROM entry WHERE session = ?", (session,))
        ask("UPDATE session SET last = 0, evicted = '0 0 0' WHERE name = ?", (session,))

    def _version(self, session: str) -> int:
        row = self._database.execute("SELECT version FROM session WHERE name = ?", (session,)).fetchone()
        return 0 if row is None else row[0]

    def _read(self, session: str, read: Callable[[bytes], _Read], data: bytes) -> _Read:
        try:
            return read(data)
        except UnreadableError as error:
            raise self._broken(session, str(error)) from None

    def _broken(self, session: str, why: str) -> StoreUnavailableError:
        return StoreUnavailableError(f"{self.path}: session {session!r} cannot be read: {why}")

    @contextmanager
    def _asking(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        try:
            yield self._database.execute
        except sqlite3.Error as error:
            raise StoreUnavailableError(f"{self.path}: {error}") from error

    @contextmanager
    def _change(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """All that is asked within, or nothing of it."""
        with self._asking() as ask:
            ask("BEGIN IMMEDIATE")
            try:
                yield ask
                ask("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    ask("ROLLBACK")
                raise


class _JournalKeeper:
    """What cannot be written stays in the process's own memory: an exchange is not undone for want of its entry."""

    is_shared = False

    def __init__(self, store: SqliteStore, session: str) -> None:
        self._store = store
        self._session = session

    def recall(self) -> Recalled:
        return self._store.recall(self._session)

    def add(self, entry: Entry, *, limit: int, dropped: int, evicted: Evicted, last: int) -> None:  # noqa: ARG002  # the protocol's signature
        try:
            self._store.add_entry(self._session, entry, dropped=dropped, evicted=evicted, last=last)
        except StoreUnavailableError as error:
            _log.warning("entry %d of session %s is not kept: %s", entry.number, self._session, error)

    def drop(self, *, limit: int, dropped: int, evicted: Evicted, last: int) -> None:  # noqa: ARG002  # the protocol's signature
        try:
            self._store.add_entry(self._session, None, dropped=dropped, evicted=evicted, last=last)
        except StoreUnavailableError as error:
            _log.warning("entries of session %s that gave way stay in the file: %s", self._session, error)

    def clear(self) -> None:
        self._store.clear_journal(self._session)


def _told(evicted: Evicted) -> str:
    return f"{evicted.entries} {evicted.exchanges} {evicted.last}"


def _evicted(told: str) -> Evicted:
    entries, exchanges, last = (int(number) for number in told.split())
    return Evicted(entries=entries, exchanges=exchanges, last=last)


def _opened(path: Path) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
    except sqlite3.Error as error:
        raise StoreError(_why(path, error)) from None
    try:
        _own(database, path)
    except sqlite3.Error as error:
        database.close()
        raise StoreError(_why(path, error)) from None
    except StoreError:
        database.close()
        raise
    return database


def _own(database: sqlite3.Connection, path: Path) -> None:
    """From here on no other process can open the file, until this one closes it or dies."""
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    application = _number(database, "PRAGMA application_id")
    is_new = not _number(database, "SELECT count(*) FROM sqlite_master")
    if not is_new and application != _APPLICATION:
        raise StoreError(f"{path} is a database of something else; give a file of callpark's, or a new one")
    if not is_new and (found := _number(database, "PRAGMA user_version")) != FORMAT:
        raise StoreError(
            f"{path} was written in format {found}, and this callpark reads {FORMAT}: serve it with the callpark that "
            "wrote it, take its worlds out with /_mock/state/export, and put them into a new file"
        )
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("BEGIN EXCLUSIVE")
    if is_new:
        for statement in filter(str.strip, _TABLES.split(";")):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
    database.execute(_LATER_TABLE)
    database.execute(f"PRAGMA user_version = {FORMAT}")
    database.execute("COMMIT")


def _number(database: sqlite3.Connection, question: str) -> int:
    return int(database.execute(question).fetchone()[0])


_HINTS: Final = {
    sqlite3.SQLITE_BUSY: "another process serves from it; end that one, or give another file",
    sqlite3.SQLITE_CANTOPEN: "its folder is not there, or may not be written to",
    sqlite3.SQLITE_CORRUPT: "it is broken; put a copy in its place, or begin with a new file",
    sqlite3.SQLITE_FULL: "there is no room left on its disk",
    sqlite3.SQLITE_NOTADB: "it is no SQLite file; give one of callpark's, or a new one",
    sqlite3.SQLITE_READONLY: "it, or its folder, may not be written to",
}


def _why(path: Path, error: sqlite3.Error) -> str:
    hint = _HINTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return f"{path} cannot be used as a store: {error}" + (f" ({hint})" if hint else "")
