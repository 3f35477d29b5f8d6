"""Hears of changes that other processes make to the sessions that somebody waits for here."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import redis
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

ALIVE_SECONDS: Final = 15
_MISSED_AT_MOST: Final = 100
_PATIENCE: Final = 5.0
"""Seconds that the server may take to accept a connection, or to answer."""
_AGAIN: Final = 0.25
"""Seconds until a connection that broke is tried again."""
_log = logging.getLogger(__name__)


class _BehindError(Exception):
    """A session was changed, and whoever waits for it does not know: that word must not be lost."""


_BROKEN: Final = (redis.RedisError, OSError, _BehindError)


class Listening:
    """A task in the loop of whoever heeds first, and in the next loop if that one is over.

    `changed` is called with the name of a session once it is heard, and whenever a change may have been missed; it
    returns whether anybody still waits for the session.  `alive` is the key that says that this process lives.
    """

    def __init__(
        self,
        url: str,
        writer: str,
        channel_of: Callable[[str], str],
        changed: Callable[[str], bool],
        alive: str,
    ) -> None:
        self._url = url
        self._alive = alive
        self._writer = writer.encode()
        self._channel_of = channel_of
        self._changed = changed
        self._heeded: dict[str, str] = {}
        self._subscribed: set[str] = set()
        self._missed: dict[str, int] = {}
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def heed(self, session: str) -> None:
        """Hear of the session until nobody waits for it; to be called in the loop of whoever waits."""
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._wanted = asyncio.Event()
            self._task = loop.create_task(self._listen())
        channel = self._channel_of(session)
        self._missed.pop(channel, None)
        if channel not in self._heeded:
            self._heeded[channel] = session
            self._wanted.set()

    def stop(self) -> None:
        """From any thread."""
        if self._task is not None and not self._task.get_loop().is_closed():
            with suppress(RuntimeError):
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    async def _listen(self) -> None:
        this = asyncio.current_task()
        while True:
            try:
                # In a task of its own, for a group counts its own cancelling as one of its task's (Python 3.11).
                await asyncio.create_task(self._until_it_breaks())
            except* _BROKEN as broken:
                _log.debug("the listening for changes begins again: %s", broken.exceptions)
            if this is not None and this.cancelling():
                return  # that broke at the same moment, and hid it
            await asyncio.sleep(_AGAIN)

    async def _until_it_breaks(self) -> None:
        connected = asyncio.Event()
        async with (
            self._connecting() as server,
            server.pubsub() as channels,
            asyncio.TaskGroup() as parts,
        ):
            parts.create_task(self._live(server))
            parts.create_task(self._subscribe(channels, connected))
            parts.create_task(self._hear(channels, connected))

    def _connecting(self) -> redis.asyncio.Redis:
        """Without a timeout of the client's own, under which it may not hear that it is cancelled (Python 3.11)."""
        return redis.asyncio.Redis.from_url(
            self._url, socket_timeout=None, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0)
        )

    async def _live(self, server: Any) -> None:
        """Whoever has not said so for a while has died, and nobody waits there any more.

        It tells a server that hangs, or a network that drops everything, from one that has nothing to say.
        """
        while True:
            async with asyncio.timeout(_PATIENCE):
                await server.set(self._alive, 1, ex=ALIVE_SECONDS)
            await asyncio.sleep(ALIVE_SECONDS / 3)

    async def _hear(self, channels: Any, connected: asyncio.Event) -> None:
        await connected.wait()
        while True:
            message = await channels.get_message(timeout=None)
            if message is not None and not self._is_heeded(message):
                self._unheard(message["channel"].decode())

    async def _subscribe(self, channels: Any, connected: asyncio.Event) -> None:
        """One after the other, so that the server hears of the last wish last; nobody else connects."""
        self._subscribed.clear()
        while True:
            self._wanted.clear()
            if gone := self._subscribed - self._heeded.keys():
                self._subscribed -= gone
                await channels.unsubscribe(*gone)
            if new := self._heeded.keys() - self._subscribed:
                await channels.subscribe(*new)
                self._subscribed |= new
                connected.set()
            await self._wanted.wait()

    def _unheard(self, channel: str) -> None:
        """Whoever was just rung for is about to listen again; only what goes on unheard is given up."""
        self._missed[channel] = self._missed.get(channel, 0) + 1
        if self._missed[channel] > _MISSED_AT_MOST:
            self._heeded.pop(channel, None)
            del self._missed[channel]
            self._wanted.set()

    def _is_heeded(self, message: dict[str, Any]) -> bool:
        """A change of our own is known; one that came before the subscription was heard is not."""
        session = self._heeded.get(message["channel"].decode())
        if session is None or message["type"] not in ("message", "subscribe"):
            return True
        if message["type"] == "message" and message["data"] == self._writer:
            return True
        try:
            return self._changed(session)
        except Exception as error:
            _log.warning("session %s could not be caught up with: %s", session, error)
            self._unheard(message["channel"].decode())
            raise _BehindError from error  # a new connection begins with another look
