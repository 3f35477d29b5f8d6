"""Requests and answers byte for byte, over kept connections to one address. The only module that opens connections."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import h11
import httpcore

from contract_tests.deadline import BoundedBackend, Deadline, TooLate
from contract_tests.exchange import Headers, Response
from contract_tests.kept_connection import KeptConnection
from contract_tests.proxy import pool_through, proxy_for

if TYPE_CHECKING:
    from contract_tests.cookies import Cookies

MAX_BODY = 1024 * 1024
KEPT_FOR = 5.0
"""Seconds that a connection is kept without a request."""
USUAL: Headers = (
    ("Accept", "*/*"),
    ("Connection", "keep-alive"),
    ("User-Agent", "callpark"),
    ("Accept-Encoding", "identity"),
)
"""Headers that go along unless the request has its own."""
_WITH_A_LENGTH = ("POST", "PUT", "PATCH")
_PORTS = {"http": 80, "https": 443}


class NoAnswer(Exception):
    """What came back is no answer, or nothing did; the message says why, `timed_out` whether it took too long."""

    def __init__(self, reason: str, *, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.timed_out = timed_out


class NotConnected(NoAnswer):
    """There is nobody to send a request to."""


@dataclass(kw_only=True)
class Wire:
    """Connections to the address of `url`, whose path goes before every target. Not to be used by two threads at once.

    `connect` and `answer` are bounds in seconds: the one of finding the address and opening a connection, and of the
    handshake of TLS; the other from the first byte that is sent to the last that comes back. Of a certificate that
    `verify` is held against, True takes the usual ones and False takes any. A proxy that the environment names is used,
    though never for this machine. May raise `UnusableProxy`, or ValueError for a host that has no name in the DNS.

    Cookies go back with requests of whom they were set for, and with no others: a server that knows a user by his
    cookie would know him without his token too. A request of nobody has no cookies.
    """

    url: str
    connect: float
    answer: float
    verify: ssl.SSLContext | bool = True
    _line: KeptConnection | httpcore.ConnectionPool = field(init=False, repr=False)
    _deadline: Deadline = field(init=False, default_factory=Deadline, repr=False)
    _cookies: dict[str, Cookies] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self._scheme, self._port, host = parts.scheme, parts.port, parts.hostname or ""
        self._host, self._prefix = _in_the_dns(host), parts.path
        name = f"[{host}]".encode() if ":" in host else self._host
        is_usual = parts.port in (None, _PORTS[parts.scheme])
        self._name = name if is_usual else b"%s:%d" % (name, parts.port or 0)
        settings: dict[str, Any] = {
            "ssl_context": self._tls() if self._scheme == "https" else None,
            "keepalive_expiry": KEPT_FOR,
            "network_backend": BoundedBackend(self._deadline),
        }
        proxy = None if _is_loopback(host) else proxy_for(self._scheme, host)
        origin = httpcore.Origin(self._scheme.encode(), self._host, parts.port or _PORTS[parts.scheme])
        self._line = (
            pool_through(proxy, **settings)
            if proxy
            else KeptConnection(opened=partial(httpcore.HTTPConnection, origin, **settings))
        )

    @property
    def is_open(self) -> bool:
        """Whether the next request finds an open connection; of those through a proxy nobody knows."""
        return isinstance(self._line, KeptConnection) and self._line.is_open

    def close(self) -> None:
        """Closes the kept connections; what is sent after that opens another one."""
        self._line.close()

    def send(
        self, method: str, target: str, headers: Headers, body: bytes | None, *, who: str = ""
    ) -> Response:
        """What a request of `who` is answered. Raises `NoAnswer`, and ValueError for what cannot be sent."""
        request = httpcore.Request(
            method=method,
            url=httpcore.URL(
                scheme=self._scheme.encode(),
                host=self._host,
                port=self._port,
                target=(self._prefix + target).encode("ascii"),
            ),
            headers=self._headers(method, target, headers, body, who),
            content=body or b"",
            extensions={
                "timeout": {
                    "connect": self.connect,
                    "read": self.answer,
                    "write": self.answer,
                    "pool": self.answer,
                }
            },
        )
        self._deadline.set(self.answer)
        with self._trouble_told():
            answer = self._line.handle_request(request)
            try:
                content, size = self._read(answer)
            finally:
                answer.close()
        received = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers)
        self._keep_cookies(target, who, received)
        return Response(status=answer.status, headers=received, body=content, body_size=size)

    def _headers(
        self, method: str, target: str, headers: Headers, body: bytes | None, who: str
    ) -> list[tuple[bytes, bytes]]:
        """All headers in the order in which they are sent."""
        named = {name.lower() for name, _ in headers}
        has_length = "content-length" in named
        sent = [] if "host" in named else [(b"Host", self._name)]
        if not (body or has_length or "transfer-encoding" in named) and method in _WITH_A_LENGTH:
            sent.append((b"Content-Length", b"0"))
        for name, value in USUAL:
            if name.lower() not in named:
                sent.append((name.encode("ascii"), value.encode("ascii")))
        sent += [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
        if (cookie := self._cookie(target, headers, who)) is not None:
            sent.append((b"Cookie", cookie.encode("latin-1")))
        if body and not has_length:
            sent.append((b"Content-Length", b"%d" % len(body)))
        return sent

    @contextmanager
    def _trouble_told(self) -> Iterator[None]:
        try:
            yield
        except TooLate as error:
            raise self._too_late() from error
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise NotConnected(reason(error), timed_out=isinstance(error, httpcore.ConnectTimeout)) from error
        except httpcore.TimeoutException as error:
            raise NoAnswer(reason(error), timed_out=True) from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
            h11.LocalProtocolError,
        ) as error:
            raise NoAnswer(reason(error)) from error

    def _read(self, answer: httpcore.Response) -> tuple[bytes, int]:
        """The body and its length; of one that is longer than `MAX_BODY` bytes the beginning, and what it announced."""
        body = bytearray()
        for chunk in answer.iter_stream():
            body += chunk
            if len(body) > MAX_BODY:
                return bytes(body[:MAX_BODY]), max(len(body), _announced(answer))
        return bytes(body), len(body)

    def _too_late(self) -> NoAnswer:
        return NoAnswer(f"the answer took longer than {self.answer:g} seconds", timed_out=True)

    def _keep_cookies(self, target: str, who: str, received: Headers) -> None:
        """Balancers that tie a client to one of many servers do so by a cookie."""
        said = [value for name, value in received if name.lower() == "set-cookie"]
        if said and who:
            from contract_tests.cookies import Cookies

            self._cookies.setdefault(who, Cookies(self.url)).keep(target, said)

    def _cookie(self, target: str, headers: Headers, who: str) -> str | None:
        cookies = self._cookies.get(who)
        if cookies is None or any(name.lower() == "cookie" for name, _ in headers):
            return None
        return cookies.due(target)

    def _tls(self) -> ssl.SSLContext:
        if isinstance(self.verify, ssl.SSLContext):
            return self.verify
        import httpx

        return httpx.create_ssl_context(verify=self.verify)


def reason(error: Exception) -> str:
    """What an error says, which may be all that a server sent; its name where it says nothing."""
    return str(error) or type(error).__name__


def _announced(answer: httpcore.Response) -> int:
    length = b""
    for name, value in answer.headers:
        if name.lower() == b"content-length":
            length = value
    return int(length) if length.isdigit() and len(length) < 19 else 0


def _in_the_dns(host: str) -> bytes:
    """The name of a host as the DNS has it. Raises ValueError where it has none."""
    if host.isascii() and not host.startswith("xn--") and ".xn--" not in host:
        return host.encode("ascii")
    import httpx

    try:
        return httpx.URL(f"http://{host}").raw_host
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost")
