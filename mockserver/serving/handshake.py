"""TLS before HTTP: a handshake counts as a connection from its first moment, and has an end.

asyncio's own server counts it once it is done, and gives it a minute; what that is made of is used here, and is not
public.
"""

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from mockserver.connection.client_limits import ClientLimits
from mockserver.serving.crowd import Crowd

MakeProtocol = Callable[..., asyncio.Protocol]


def behind_tls(
    make: MakeProtocol, context: ssl.SSLContext, limits: ClientLimits, crowd: Crowd
) -> MakeProtocol:
    """What uvicorn calls for each connection in place of `make`."""

    def made(**given: Any) -> asyncio.Protocol:
        connections = given["server_state"].connections
        return Handshake(partial(make, **given), context, limits, crowd, connections)

    return made


class Handshake(asyncio.Protocol):
    """Stands among the server's `connections` until the protocol that `make` makes does."""

    transport: asyncio.Transport

    def __init__(
        self,
        make: MakeProtocol,
        context: ssl.SSLContext,
        limits: ClientLimits,
        crowd: Crowd,
        connections: set[Any],
    ) -> None:
        self._make = make
        self._context = context
        # asyncio takes fractions too, of which its types know nothing
        self._seconds: Any = limits.header_timeout
        self._crowd = crowd
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        if not self._crowd.admits(self._connections):
            self._connections.discard(self)
            self.transport.abort()
            return
        self._crowd.waiting[self] = None
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()
        over.add_done_callback(self._come_to_nothing)
        below = SSLProtocol(
            loop,
            _Finished(self),
            self._context,
            over,
            server_side=True,
            ssl_handshake_timeout=self._seconds,
            ssl_shutdown_timeout=self._seconds,
        )
        self.transport.set_protocol(below)
        below.connection_made(self.transport)

    def shutdown(self) -> None:
        """As uvicorn asks of every connection."""
        self.transport.abort()

    def succeed(self, secure: asyncio.Transport) -> None:
        self._leave()
        protocol = self._make()
        secure.set_protocol(protocol)
        protocol.connection_made(secure)

    def _come_to_nothing(self, over: asyncio.Future[None]) -> None:
        if not over.cancelled():
            over.exception()  # why, nobody asks
        self._leave()

    def _leave(self) -> None:
        self._connections.discard(self)
        self._crowd.waiting.pop(self, None)


class _Finished(asyncio.Protocol):
    """What the layer of TLS tells first that its handshake is done."""

    def __init__(self, handshake: Handshake) -> None:
        self._handshake = handshake

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._handshake.succeed(cast(asyncio.Transport, transport))
