"""Hears of changes that other processes make to the sessions that somebody waits for here."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import redis
import redis.asyncio

ALIVE_SECONDS: Final = 15
_MISSED_AT_MOST: Final = 100
_UNTIL_SUBSCRIBED: Final = 0.02
_AGAIN: Final = 0.25
"""Seconds until a connection that broke is tried again."""

_log = logging.getLogger(__name__)


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
        if self._task is not None and not self._task.get_loop().is_closed():
            with suppress(RuntimeError):
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    async def _listen(self) -> None:
        while True:
            with suppress(redis.RedisError, OSError):
                async with redis.asyncio.Redis.from_url(self._url) as server, server.pubsub() as channels:
                    living = asyncio.create_task(self._live(server))
                    try:
                        await self._hear(channels)
                    finally:
                        await _over(living)
            await asyncio.sleep(_AGAIN)

    async def _live(self, server: Any) -> None:
        """Whoever has not said so for a while has died, and nobody waits there any more."""
        while True:
            await server.set(self._alive, 1, ex=ALIVE_SECONDS)
            await asyncio.sleep(ALIVE_SECONDS / 3)

    async def _hear(self, channels: Any) -> None:
        self._subscribed.clear()
        subscribing = asyncio.create_task(self._subscribe(channels))
        try:
            while True:
                if not channels.subscribed:
                    # Only the subscribing connects: two who do at once would get a connection each.
                    await asyncio.wait((subscribing,), timeout=_UNTIL_SUBSCRIBED)
                    if subscribing.done():
                        await subscribing
                    continue
                message = await channels.get_message(timeout=None)
                if message is not None and not self._is_heeded(message):
                    self._unheard(message["channel"].decode())
        finally:
            await _over(subscribing)

    async def _subscribe(self, channels: Any) -> None:
        """One after the other, so that the server hears of the last wish last."""
        while True:
            self._wanted.clear()
            if gone := self._subscribed - self._heeded.keys():
                self._subscribed -= gone
                await channels.unsubscribe(*gone)
            if new := self._heeded.keys() - self._subscribed:
                await channels.subscribe(*new)
                self._subscribed |= new
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
        except Exception as error:  # noqa: BLE001  # whoever waits looks again at the next word
            _log.warning("session %s could not be caught up with: %s", session, error)
            return True


async def _over(task: asyncio.Task[None]) -> None:
    """A client that is about to connect may not hear of its end the first time."""
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=_AGAIN)
    if not task.cancelled():
        task.exception()
