"""From what a user calls a store to the store."""

from pathlib import Path
from typing import Final

from mockserver.store.memory import MemoryStore
from mockserver.store.seam import EventStore, StoreError, without_secret

MEMORY: Final = "memory"
_REDIS: Final = ("redis://", "rediss://", "unix://")


def open_store(named: str) -> EventStore:
    """`memory`, the path of a file, which is made if it is not there, or a Redis server's URL; raise StoreError."""
    if named == MEMORY:
        return MemoryStore(tail=0)
    if is_shared(named):
        return _on_redis(named)
    path = Path(named)
    if "://" in named or not (path.suffix or len(path.parts) > 1):
        raise StoreError(
            f"store {without_secret(named)!r} is not known; allowed: memory, a file such as world.db, or "
            "redis://HOST:PORT/DATABASE"
        )
    from mockserver.store.sqlite_file import SqliteStore

    return SqliteStore(path)


def is_shared(named: str) -> bool:
    """Whether several processes can serve from it."""
    return named.startswith(_REDIS)


def _on_redis(url: str) -> EventStore:
    try:
        from mockserver.store.redis_server import RedisStore
    except ModuleNotFoundError as error:
        if error.name != "redis":
            raise
        raise StoreError(
            f"store {without_secret(url)!r} needs the Python package redis: pip install 'callpark[redis]'"
        ) from None
    return RedisStore(url)
