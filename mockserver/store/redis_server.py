"""Sessions on a Redis or Valkey server, which several processes share.

Every step is one script, so that it happens whole or not at all; an append whose answer got lost is asked for again
under a mark of its own, and not done twice.  Calls block until the server has answered, for at most `PATIENCE`: on
a network near by that is less than what a request costs otherwise.  How durable all this is, the server's
configuration decides.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any, Final, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mockserver.clock import system_time
from mockserver.journal.journal import Evicted, Journal
from mockserver.store import redis_scripts as scripts
from mockserver.store.beginning import Begun
from mockserver.store.coding import (
    FORMAT,
    UnreadableError,
    event_as_bytes,
    event_from,
    standing_as_bytes,
    standing_from,
)
from mockserver.store.redis_journal import RedisJournalKeeper
from mockserver.store.redis_listening import ALIVE_SECONDS, Listening
from mockserver.store.seam import (
    SessionEvent,
    SessionForgottenError,
    Standing,
    StoreError,
    StoreUnavailableError,
    TailForgottenError,
    VersionConflictError,
    without_secret,
)

PATIENCE: Final = 2.0
"""Seconds that an answer of the server is waited for."""
_CALM: Final = 1.0
"""Seconds in which a server that did not answer in time is not asked again."""
_STANDING_EVERY: Final = 500
_TAIL: Final = 2_000
_NAMES: Final = "callpark:names"
_LIVES: Final = "callpark:lives"
_ALIVE: Final = "callpark:alive:"
_FORMAT: Final = "callpark:format"
_EVICTED: Final = "callpark:evicted"
_EVICTIONS_TOLD: Final = 100
_ROOM: Final = "callpark:room"
_FORGOTTEN: Final = ("callpark:forgotten", "callpark:order", "callpark:older", "callpark:oldest")
_FORGOTTEN_BY_NAME: Final = 10_000
_SESSIONS: Final = "callpark:session:"
_Read = TypeVar("_Read")
_Argument = bytes | str | int


class RedisStore:
    """Raise StoreError for a server that cannot be reached, or whose sessions are of another version.

    `on_change` is called in the loop of whoever heeds a session, after somebody else has changed it, and says whether
    anybody still waits for it.
    """

    is_shared = True
    keeps_faults = True

    def __init__(
        self,
        url: str,
        *,
        standing_every: int = _STANDING_EVERY,
        tail: int = _TAIL,
        patience: float = PATIENCE,
        source: Callable[[], float] = system_time,
        forgotten_by_name: int = _FORGOTTEN_BY_NAME,
    ) -> None:
        self._shown = without_secret(url)
        self.writer = secrets.token_hex(8)
        self.standing_every: int | None = standing_every
        self.on_change: Callable[[str], bool] = lambda _session: False
        self.lives: dict[str, bytes] = {}
        self.is_full = True
        self._forgotten_by_name = forgotten_by_name
        self._tail = tail
        self._marks = count(1)
        self._patience = patience
        self._source = source
        self._calm_until = 0.0
        try:
            self._redis = redis.Redis.from_url(
                url,
                socket_timeout=patience,
                socket_connect_timeout=patience,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError:  # whose words may have a part of the password in them
            raise StoreError(
                f"store {self._shown!r} is no address of a Redis server; allowed: "
                "redis://USER:PASSWORD@HOST:PORT/DATABASE, with user and password encoded as in every URL"
            ) from None
        self._check_kind()
        self._check_format()
        register = self._redis.register_script
        self._append, self._read = register(scripts.APPEND), register(scripts.READ)
        self._keep, self._forget = register(scripts.KEEP), register(scripts.FORGET)
        self._waits, self._elsewhere = register(scripts.WAITS), register(scripts.ELSEWHERE)
        self._evict, self._used = register(scripts.EVICT), register(scripts.USED)
        self._weights, self._trim = register(scripts.WEIGHTS), register(scripts.TRIM)
        self._listening = Listening(
            url, self.writer, channel_of, lambda name: self.on_change(name), f"{_ALIVE}{self.writer}"
        )

    def append(self, session: str, *, expected_version: int, events: Sequence[SessionEvent]) -> int:
        mark = b"%s:%d " % (self.writer.encode(), next(self._marks))
        keys = [*_keys(session, "head", "events", "journal"), _LIVES, _NAMES, _ROOM, *_FORGOTTEN]
        begins = int(any(isinstance(event, Begun) for event in events))
        about = (self.lives.get(session, b""), expected_version, mark, begins)
        coded = [mark + event_as_bytes(event) for event in events]
        told = (channel_of(session), self.writer, session, repr(self._source()))
        arguments: list[_Argument] = [*about, *told, *coded]
        is_done, life, version, room = self.ask(lambda: self._append(keys, arguments), writes=True)
        self.has_room(room)
        if not is_done:
            raise VersionConflictError(session, expected=expected_version, actual=version)
        self.lives[session] = life
        return int(version)

    def read(self, session: str, *, after: int) -> Sequence[SessionEvent]:
        known = self.lives.get(session, b"")
        keys = _keys(session, "head", "events")
        life, version, first, *coded = self.ask(lambda: self._read(keys, [known, after]))
        if known not in (b"", life):
            del self.lives[session]
            raise SessionForgottenError(session)
        if not life:
            return ()
        self.lives[session] = life
        if after < first:
            raise TailForgottenError(session)
        if after + len(coded) != max(after, version):
            raise StoreUnavailableError(f"session {session!r} cannot be read: events are missing")
        return [self._decoded(session, event_from, each.partition(b" ")[2]) for each in coded]

    def standing(self, session: str) -> Standing | None:
        found = self.ask(lambda: self._redis.get(_key(session, "standing")))
        return None if found is None else self._decoded(session, standing_from, found)

    def keep(self, session: str, standing: Standing) -> None:
        keys = _keys(session, "head", "events", "standing")
        arguments: list[_Argument] = [
            self.lives.get(session, b""),
            standing.version,
            standing_as_bytes(standing),
            self._tail,
        ]
        self.ask(lambda: self._keep(keys, arguments), writes=True)

    def forget(self, session: str, gone: Evicted | None = None) -> None:  # noqa: ARG002  # `evict` finds out itself
        arguments = [session, channel_of(session), self.writer]
        self.ask(lambda: self._forget(_all_keys(session), arguments), writes=True)
        self.lives.pop(session, None)

    def evict(self, session: str, *, told: bytes, unused_since: float) -> bool:
        keys = [*_all_keys(session), _EVICTED, *_FORGOTTEN]
        about: list[_Argument] = [session, channel_of(session), self.writer, repr(unused_since), told]
        arguments = [*about, _EVICTIONS_TOLD, self._forgotten_by_name]
        return bool(self.ask(lambda: self._evict(keys, arguments), writes=True))

    def weights(self) -> Sequence[tuple[str, int, int]]:
        said = self.ask(lambda: self._weights([_NAMES], [_SESSIONS]))
        return [(name.decode(), int(journal), int(rest)) for name, journal, rest in said]

    def trim(self, session: str, limit: int) -> int:
        arguments: list[_Argument] = [limit, channel_of(session), self.writer]
        keys = _keys(session, "head", "journal")
        return int(self.ask(lambda: self._trim(keys, arguments), writes=True))

    def set_room(self, bytes_left: int) -> None:
        self.ask(lambda: self._redis.set(_ROOM, bytes_left), writes=True)
        self.is_full = False

    def has_room(self, bytes_left: int) -> None:
        if bytes_left < 0:
            self.is_full = True

    def gone(self, session: str) -> Evicted:  # noqa: ARG002  # `evict` finds out itself
        return Evicted()

    def forgotten(self) -> Mapping[str, Evicted]:
        """It is the server that knows."""
        return {}

    def journal(self, session: str) -> Journal:
        self.lives.pop(session, None)  # it is being opened: whichever life it has is the one meant
        head, entries = _keys(session, "head", "journal")
        keeper = RedisJournalKeeper(
            self, self._redis, session, head=head, entries=entries, room=_ROOM, channel=channel_of(session)
        )
        return Journal(keeper=keeper, shared=keeper)

    def heed(self, session: str) -> None:
        self._listening.heed(session)

    def idle_since(self, moment: float) -> list[str]:
        found = self.ask(lambda: self._redis.zrangebyscore(_NAMES, "-inf", moment))
        return [name.decode() for name in found]

    def names(self) -> list[str]:
        """The longest idle first."""
        return [name.decode() for name in self.ask(lambda: self._redis.zrange(_NAMES, 0, -1))]

    def waits(self, session: str, count: int) -> None:
        """Where that cannot be told, those who ask count too few: whoever waits is served all the same."""
        keys = [_key(session, "waiting"), f"{_ALIVE}{self.writer}"]
        arguments: list[_Argument] = [self.writer, count, ALIVE_SECONDS, channel_of(session)]
        with suppress(StoreUnavailableError):
            self.ask(lambda: self._waits(keys, arguments))

    def waiting_elsewhere(self, session: str) -> int:
        keys = [_key(session, "waiting")]
        return int(self.ask(lambda: self._elsewhere(keys, [self.writer, _ALIVE])))

    def has(self, session: str) -> bool:
        return bool(self.ask(lambda: self._redis.exists(_key(session, "head"))))

    def used(self, session: str, at: float) -> None:
        """Somebody has used the session, in epoch seconds; one that is forgotten stays so."""
        keys = [_key(session, "head"), _NAMES]
        self.ask(lambda: self._used(keys, [session, repr(at)]), writes=True)

    def last_used(self, session: str) -> float | None:
        found: float | None = self.ask(lambda: self._redis.zscore(_NAMES, session))
        return found

    def evictions(self) -> list[bytes]:
        """The oldest first."""
        return list(reversed(self.ask(lambda: self._redis.lrange(_EVICTED, 0, -1))))

    def close(self) -> None:
        self._listening.stop()
        self._redis.close()

    def ask(self, question: Callable[[], Any], *, writes: bool = False) -> Any:
        """Ask twice if the connection breaks: it may have been an old one.  Raise StoreUnavailableError."""
        if self._source() < self._calm_until:
            raise StoreUnavailableError(f"the Redis server at {self._shown} does not answer")
        try:
            try:
                return question()
            except redis.ConnectionError as error:
                reached = writes and "connecting to" not in str(error)
                with self._lost(reached):
                    return question()
        except redis.TimeoutError:
            self._calm_until = self._source() + _CALM
            message = f"the Redis server at {self._shown} has not answered within {self._patience:g} s"
            raise StoreUnavailableError(message, is_open=writes) from None
        except redis.RedisError as error:
            raise StoreUnavailableError(f"the Redis server at {self._shown} refuses: {error}") from None

    @contextmanager
    def _lost(self, reached: bool) -> Iterator[None]:
        try:
            yield
        except redis.ConnectionError as error:
            message = f"the Redis server at {self._shown} cannot be reached: {error}".rstrip(".")
            raise StoreUnavailableError(message, is_open=reached) from None

    def _check_kind(self) -> None:
        """What is known of all sessions together cannot be changed in one step with one of them across a cluster."""
        try:
            is_part = bool(self._redis.info("cluster").get("cluster_enabled"))
        except redis.RedisError as error:
            # All else the next question says, or it may not be asked here.
            is_part = "cluster mode" in str(error)
        if is_part:
            raise StoreError(
                f"the server at {self._shown} is part of a cluster, where no step is whole across its parts; give one "
                "that stands alone, with replicas if need be (Redis or Valkey, cluster-enabled no)"
            )

    def _check_format(self) -> None:
        def check() -> Any:
            self._redis.setnx(_FORMAT, FORMAT)
            return self._redis.get(_FORMAT)

        try:
            found = self.ask(check)
        except StoreUnavailableError as error:
            hint = "start one (Debian: apt-get install redis-server), or give the address of one that runs"
            raise StoreError(f"{error}; {hint}") from None
        if found != str(FORMAT).encode():
            raise StoreError(
                f"the sessions at {self._shown} are in format {found.decode('utf-8', 'replace')}, and this callpark "
                f"reads {FORMAT}: give the number of another database behind the last slash"
            )

    def _decoded(self, session: str, read: Callable[[bytes], _Read], data: bytes) -> _Read:
        try:
            return read(data)
        except UnreadableError as error:
            raise StoreUnavailableError(f"session {session!r} cannot be read: {error}") from None


def channel_of(session: str) -> str:
    """Where it is told that a session has changed, and by whom."""
    return f"callpark:changed:{session}"


def _key(session: str, part: str) -> str:
    return f"{_SESSIONS}{session}:{part}"


def _all_keys(session: str) -> list[str]:
    return [*_keys(session, "head", "events", "standing", "journal", "waiting"), _NAMES]


def _keys(session: str, *parts: str) -> list[str]:
    return [_key(session, part) for part in parts]
