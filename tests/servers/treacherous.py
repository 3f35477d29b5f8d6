"""Servers that are not what they seem: they change in the middle, lie about who they are, or lead elsewhere.

As in `hostile.py`, each answers the hook properly, so that a check gets as far as the exchange.
"""

import functools
import gzip
import itertools
import json
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .base import Server
from .hostile import (
    Conduct,
    Exchange,
    HostileServer,
    agreeable,
    always_204,
    always_400,
    always_empty_object,
    hostile,
)

OURS = {"product": "callpark-mock", "version": "0.1.0", "status": "ready", "scenario": "documented"}
FEW = 6


class Turning(HostileServer):
    """Another conduct once it has answered `FEW` times, or with every connection."""

    def __init__(self, conducts: Iterator[Conduct]) -> None:
        super().__init__(lambda exchange: next(conducts)(exchange))


def turning(then: Conduct) -> Callable[[], Server]:
    return lambda: Turning(itertools.chain(itertools.repeat(agreeable, FEW), itertools.repeat(then)))


def by_turns() -> Server:
    return Turning(itertools.cycle((always_empty_object, always_400, always_204)))


def right_by_turns() -> Server:
    return Turning(itertools.cycle((agreeable, always_400, always_204)))


def failing(exchange: Exchange) -> None:
    exchange.answer(b"Traceback (most recent call last):", "500 Oops", Content_Type="text/plain")


def hanging(exchange: Exchange) -> None:
    exchange.wait()


def claims_to_be_ours(exchange: Exchange) -> None:
    if exchange.head.startswith(b"GET /_mock/health "):
        exchange.answer(json.dumps(OURS).encode())
    else:
        agreeable(exchange)


def many_early_hints(exchange: Exchange) -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\nX-Nasty: \x1b[2J\r\n\r\n"
    exchange.send(hint * 500)
    agreeable(exchange)


def switches_protocols(exchange: Exchange) -> None:
    exchange.send(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x02{}"
    )
    exchange.wait(1)


def trailers(exchange: Exchange) -> None:
    """Says in a trailer what no header said."""
    body = b'{"id": "h000000"}'
    exchange.send(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Content-Type\r\nConnection: close\r\n\r\n"
        + b"%x\r\n" % len(body) + body + b"\r\n0\r\nContent-Type: application/json\r\nX-Esc: \x1b[2J\r\n\r\n"
    )  # fmt: skip


def endless_trailers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
    while not exchange.stopping():
        exchange.send(b"X-More: and more\r\n" * 1000)


def drips_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    while not exchange.stopping():
        exchange.send(b"X-More: y\r\n")
        time.sleep(0.05)


def a_byte_each(exchange: Exchange) -> None:
    exchange.send(b"H")


def demands_its_cookie(exchange: Exchange) -> None:
    """Whoever comes back with it is let in, to what is no system either."""
    if b"\r\ncookie:" in exchange.head.lower():
        agreeable(exchange)
    else:
        exchange.answer(
            b'{"error": {"code": "access_denied", "message": "Where is your cookie?"}}',
            "401 Unauthorized",
            Set_Cookie="passed=yes; Path=/",
        )


@functools.cache
def squeezed(encoding: str) -> bytes:
    blank = b" " * 50_000_000
    if encoding == "deflate":
        return zlib.compress(blank)
    once = gzip.compress(blank)
    return gzip.compress(once) if encoding == "gzip, gzip" else once


def bomb(encoding: str) -> Conduct:
    return lambda exchange: exchange.answer(squeezed(encoding), Content_Encoding=encoding)


class Witness:
    """A server that is none of the target's: what it hears is what has leaked."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self._server = HostileServer(self._heard, hook=False)

    @property
    def url(self) -> str:
        return self._server.url

    def _heard(self, exchange: Exchange) -> None:
        self.heads.append(exchange.head + exchange.body)
        agreeable(exchange)

    def __enter__(self) -> "Witness":
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()


@contextmanager
def leading_to(witness: Witness, status: str) -> Iterator[Server]:
    """A target that sends whoever comes, for whatever, to the witness; its hook does so too."""

    def leads(exchange: Exchange) -> None:
        path = exchange.head.split(b" ")[1].decode("latin-1")
        exchange.answer(b"{}", status, Location=f"{witness.url}{path}", Refresh=f"0; url={witness.url}")

    with HostileServer(leads, hook=False) as server:
        yield server


@contextmanager
def linking_to(witness: Witness) -> Iterator[Server]:
    """Success, with every link that an answer may have leading to the witness; it lists no call itself."""

    def links(exchange: Exchange) -> None:
        method, target, _ = exchange.head.split(b" ", 2)
        path = target.decode("latin-1")
        if method == b"GET":
            exchange.answer(b'{"entry": [], "totalResults": 0}')
            return
        link = {"self": f"{witness.url}{path}"}
        call = {"id": path.rpartition("/")[2], "extension": "0003*210", "link": link, "links": link}
        exchange.answer(json.dumps(call).encode(), Link=f'<{witness.url}>; rel="self"')

    with HostileServer(links) as server:
        yield server


TREACHEROUS: dict[str, tuple[Callable[[], Server], str]] = {
    "turns_to_failure": (turning(failing), "Plays success six times, then fails for ever."),
    "turns_to_silence": (turning(hanging), "Plays success six times, then says nothing."),
    "by_turns": (by_turns, "Another answer on every connection: an empty object, refusal, nothing there."),
    "right_by_turns": (
        right_by_turns,
        "Another answer on every connection: success, refusal, nothing there.",
    ),
    "claims_to_be_ours": (hostile(claims_to_be_ours), "Says that it is callpark's mock, and is not."),
    "many_early_hints": (
        hostile(many_early_hints),
        "500 answers 103 with escapes before the one that counts.",
    ),
    "switches_protocols": (hostile(switches_protocols), "101 to who asked for no upgrade."),
    "trailers": (hostile(trailers), "Content-Type and escapes in trailers."),
    "endless_trailers": (hostile(endless_trailers), "Trailers without end."),
    "drips_headers": (hostile(drips_headers), "A header every 50 ms, without end."),
    "a_byte_each": (hostile(a_byte_each), "One byte, and the connection is closed."),
    "demands_its_cookie": (hostile(demands_its_cookie), "401 to everybody without the cookie that it sets."),
    "deflate_bomb": (hostile(bomb("deflate")), "50 kB that inflate to 50 MB."),
    "nested_bomb": (hostile(bomb("gzip, gzip")), "A few hundred bytes that unpack twice, to 50 MB."),
    "unknown_bomb": (hostile(bomb("br")), "A bomb that says it is packed otherwise than it is."),
}
