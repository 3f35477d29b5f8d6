"""A TCP proxy that behaves like a bad network: every request is late, and now and then a connection breaks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random
from typing import Final
from urllib.parse import urlsplit

LATEST: Final = 0.2
BROKEN: Final = 0.01
_CHUNK: Final = 65_536
_BEGINS_A_REQUEST: Final = b" HTTP/1.1\r\n"


@contextmanager
def rough_network(url: str, seed: int) -> Iterator[str]:
    """Yields the URL under which a server is reached through the rough network.

    A request is 0 to `LATEST` seconds late; connections are kept open over many requests, so `BROKEN` is the share of
    requests that break theirs: one half before the request arrived, the other half before its answer did.
    """
    parts = urlsplit(url)
    proxy = _Proxy(parts.hostname or "127.0.0.1", parts.port or 80, seed)
    thread = threading.Thread(target=asyncio.run, args=(proxy.run(),), daemon=True)
    thread.start()
    proxy.ready.wait(10)
    try:
        yield f"http://127.0.0.1:{proxy.port}"
    finally:
        proxy.stop()
        thread.join(10)


class _Proxy:
    def __init__(self, host: str, port: int, seed: int) -> None:
        self.ready = threading.Event()
        self.port = 0
        self._upstream = (host, port)
        self._random = Random(seed)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None

    async def run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await self._over.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def stop(self) -> None:
        if self._loop and self._over:
            self._loop.call_soon_threadsafe(self._over.set)

    async def _connected(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            server, to_server = await asyncio.open_connection(*self._upstream)
            back = asyncio.create_task(_pumped(server, to_client))
            with suppress(OSError, asyncio.CancelledError):
                await self._requests(client, to_server, to_client)
            back.cancel()
            to_server.transport.abort()
        to_client.transport.abort()

    async def _requests(
        self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter, to_client: asyncio.StreamWriter
    ) -> None:
        while chunk := await client.read(_CHUNK):
            fate = 1.0
            if _BEGINS_A_REQUEST in chunk:
                await asyncio.sleep(self._random.uniform(0, LATEST))
                fate = self._random.random()
            if fate < BROKEN / 2:
                return
            to_server.write(chunk)
            await to_server.drain()
            if fate < BROKEN:
                to_client.transport.abort()
                await asyncio.sleep(0.05)
                return


async def _pumped(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await source.read(_CHUNK):
            sink.write(chunk)
            await sink.drain()
        sink.close()
