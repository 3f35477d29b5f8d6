"""Serving an application: in the main thread until Ctrl-C, or in the background of a test."""

import asyncio
import gc
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.connection.asgi import App, Message, Receive, Scope, Send
from mockserver.connection.client_limits import ClientLimits
from mockserver.connection.descriptors import take_all_descriptors, within_descriptors
from mockserver.connection.line import with_line
from mockserver.serving.bounded_protocol import bounded
from mockserver.serving.crowd import Crowd
from mockserver.serving.fast_protocol import at_once, fast_protocol
from mockserver.serving.handshake import behind_tls
from mockserver.way.fast_path import FastPath

Ready = Callable[[str], None]
Beside = Callable[[], Coroutine[Any, Any, None]]


def serve(
    app: App,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Ready | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    beside: Beside | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM and return; raise OSError if the address cannot be bound.

    `on_ready` gets the base URL once requests are answered; `beside` runs in the same loop until the end.
    """
    listener = _bind(host, port)
    _settle()
    with listener:
        _Server(app, _base_url(host, listener, tls), on_ready, tls, beside).run(sockets=[listener])


def serve_on(
    app: App,
    listener: socket.socket,
    url: str,
    on_ready: Ready,
    *,
    tls: ssl.SSLContext | None,
    ends_with: int,
) -> None:
    """As `serve`, on a socket that others may serve too, and until the pipe `ends_with` is closed at its other end."""

    async def watch() -> None:
        over = asyncio.Event()
        asyncio.get_running_loop().add_reader(ends_with, over.set)
        await over.wait()
        server.stop()

    _settle()
    server = _Server(app, url, on_ready, tls, watch)
    server.run(sockets=[listener])


@contextmanager
def bound(host: str, port: int, tls: ssl.SSLContext | None) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens, and the base URL of what is served on it."""
    with _bind(host, port) as listener:
        yield listener, _base_url(host, listener, tls)


@contextmanager
def running(
    app: App,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    tls: ssl.SSLContext | None = None,
    beside: Beside | None = None,
) -> Iterator[str]:
    """Serve in a background thread while the block runs; yield the base URL."""
    with _bind(host, port) as listener:
        ready = threading.Event()
        server = _Server(app, _base_url(host, listener, tls), lambda _url: ready.set(), tls, beside)
        thread = threading.Thread(target=_run, args=(server, listener, ready), daemon=True)
        thread.start()
        ready.wait()
        if not server.started:
            raise RuntimeError("the server could not start; its log says why")
        try:
            yield server.url
        finally:
            server.stop()
            thread.join()


def _settle() -> None:
    """For a process that does nothing but serve from now on."""
    gc.freeze()  # all that is made by now stays: looking through it for garbage would only hold requests up
    take_all_descriptors()


def protocol_of(way: FastPath | None, limits: ClientLimits, crowd: Crowd) -> type[HttpToolsProtocol]:
    """What is made for each connection, where there is a fast way and where there is none."""
    if way is None:
        return bounded(HttpToolsProtocol, limits, crowd)
    return at_once(bounded(fast_protocol(way), limits, crowd), crowd)


class _Server(uvicorn.Server):
    """Ends at the first signal: open connections are not waited for, and the signal is not raised again."""

    def __init__(
        self,
        app: App,
        url: str,
        on_ready: Ready | None,
        tls: ssl.SSLContext | None,
        beside: Beside | None = None,
    ) -> None:
        way: FastPath | None = getattr(app, "fast_path", None)
        limits: ClientLimits = within_descriptors(getattr(app, "limits", ClientLimits()))
        crowd = Crowd(limits.max_connections)
        protocol: Any = protocol_of(way, limits, crowd)
        if tls:
            protocol = behind_tls(protocol, tls, limits, crowd)
        super().__init__(
            uvicorn.Config(
                with_line(_with_cased_header(app)),
                http=protocol,
                access_log=False,
                server_header=False,
                date_header=False,
                log_level="error",
                ws="none",
                lifespan="off",
            )
        )
        self.url = url
        self._on_ready = on_ready
        self._beside = beside
        self._running: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._beside:
            self._running = asyncio.create_task(self._beside())
        if self.started and self._on_ready:
            self._on_ready(self.url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._running:
            self._running.cancel()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # uvicorn's signature
        self.stop()

    def stop(self) -> None:
        self.should_exit = True
        self.force_exit = True


class _AsWritten(bytes):
    """A header name whose case survives uvicorn, which lowers every name it sends."""

    def lower(self) -> bytes:
        return self


def _with_cased_header(app: App) -> App:
    """One of the vendor's demo apps looks for `Content-Type` in this very case."""
    cased = _AsWritten(b"Content-Type")

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (cased if name.lower() == b"content-type" else name, value)
                    for name, value in message.get("headers", ())
                ]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, sent)

    return wrapped


def _run(server: _Server, listener: socket.socket, ready: threading.Event) -> None:
    try:
        server.run(sockets=[listener])
    finally:
        ready.set()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while")[0]  # the address, a second time
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {reason}") from None


def _base_url(host: str, listener: socket.socket, tls: ssl.SSLContext | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{listener.getsockname()[1]}"
