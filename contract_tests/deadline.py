"""Connections whose reads and writes all end at one moment, however many there are of them."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

from contract_tests.addresses import addresses

SHORTEST = 0.001
SLICE = 64 * 1024
"""Bytes that are handed over at once, so that a peer that takes them one by one is left in time."""


class TooLate(Exception):
    """The moment has come."""


class Deadline:
    """A moment on the machine's own clock by which all that is sent and received has to be over."""

    def __init__(self) -> None:
        self._moment = 0.0

    def set(self, seconds: float) -> None:
        """So many seconds from now."""
        self._moment = time.monotonic() + seconds

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """What the block takes does not count: connecting has a bound of its own."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._moment += time.monotonic() - began

    def bounded(self, timeout: float | None) -> float:
        """What is left of a timeout, in seconds. Raises `TooLate` where nothing is."""
        left = self._moment - time.monotonic()
        if left <= 0:
            raise TooLate
        return left if timeout is None else min(timeout, left)


class BoundedBackend(httpcore.NetworkBackend):
    """Opens connections that keep a deadline. The timeout for opening one holds for all addresses of its host."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        with self._deadline.stopped():
            stream = self._connected(host, port, timeout, local_address, socket_options)
        return _BoundedStream(stream, self._deadline)

    def _connected(
        self,
        host: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.NetworkStream:
        """To the first address that takes it, each of which has its share of what is left of the time."""
        late_at = None if timeout is None else time.monotonic() + timeout
        found = addresses(host, port, timeout)
        for place, address in enumerate(found, start=1):
            left = None if late_at is None else max(0.0, late_at - time.monotonic())
            share = None if left is None else max(SHORTEST, left / (len(found) - place + 1))
            try:
                return self._backend.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(found):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")


class _BoundedStream(httpcore.NetworkStream):
    """httpcore bounds each read alone: of an answer that drips on, and of 1xx after 1xx, there would be no end.

    What is written goes out as one when the answer is waited for; a head and its body in two parts cost two.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._unsent = bytearray()
        self._patience: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            self._send()
        bounded = self._deadline.bounded(timeout)
        try:
            return self._stream.read(max_bytes, bounded)
        except httpcore.ReadTimeout as error:
            raise _whose(error, bounded, timeout) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent += buffer
        self._patience = timeout

    def _send(self) -> None:
        """Sends what was written. A peer that takes no more of it may have answered already."""
        unsent, self._unsent = bytes(self._unsent), bytearray()
        for start in range(0, len(unsent), SLICE):
            bounded = self._deadline.bounded(self._patience)
            try:
                self._stream.write(unsent[start : start + SLICE], bounded)
            except httpcore.WriteTimeout as error:
                raise _whose(error, bounded, self._patience) from error
            except httpcore.WriteError:
                return

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._deadline.stopped():
            stream = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _BoundedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _whose(error: Exception, bounded: float, timeout: float | None) -> Exception:
    """A timeout of its own, or the deadline's."""
    return error if bounded == timeout else TooLate()
