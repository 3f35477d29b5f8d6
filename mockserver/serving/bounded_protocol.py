"""HTTP at the line, for clients that mean harm: uvicorn's protocol, with an end to everything a client may do slowly,
endlessly or ambiguously.

What uvicorn has no limit for is bounded here (times, head, pipelined requests, connections); what it refuses as text is
refused in the vendor's envelope; trailers do not become headers; an Upgrade that is not offered is ignored, as HTTP
wants it, where httptools would lose the payload and whatever comes after.
Names of uvicorn's that are not public are used here, as in the protocol beneath.
"""

import sys
from asyncio import TimerHandle, Transport
from dataclasses import replace
from typing import Any, Final, Literal

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from mockserver.connection.client_limits import (
    MAX_BODY_ON_THE_WIRE,
    MAX_HEAD_BYTES,
    MAX_HEADERS,
    MAX_PIPELINED,
    ClientLimits,
)
from mockserver.http_api.refusals import Fixed, Refusal, fixed
from mockserver.serving.crowd import Crowd

_NOT_HTTP: Final = "The request cannot be read as HTTP in one way, and one way only."
_LATE: Final = "The request did not come in time."
_HEAD_TOO_LARGE: Final = f"The headers are more than {MAX_HEADERS}, or longer than {MAX_HEAD_BYTES} bytes."
_TOO_MANY_PIPELINED: Final = f"More than {MAX_PIPELINED} requests wait on this connection."
_FULL: Final = "All connections that the mock takes are in use."
_VERSIONS: Final = frozenset({"1.0", "1.1"})
_FRAMING: Final = 8
"""How many bytes may go with each byte of a payload: it may come in chunks of one, each with its length."""

Stage = Literal["idle", "head", "body"]


class _Refused(Exception):
    """httptools hands it on as an error of the parser."""


def bounded(base: type[HttpToolsProtocol], limits: ClientLimits, crowd: Crowd) -> type[HttpToolsProtocol]:
    """uvicorn takes a class, and makes one of it for each connection."""
    waiting = crowd.waiting

    class Bounded(base):  # type: ignore[valid-type, misc]  # mypy wants to know the base beforehand
        headers: list[tuple[bytes, bytes]]
        expect_100_continue: bool
        _stage: Stage = "idle"
        _came = 0
        """Bytes of the head, or of the body as it is on the wire."""
        _body_bytes = 0
        _timer: TimerHandle | None = None
        _writing: TimerHandle | None = None
        _answering: RequestResponseCycle | None
        """Where requests wait behind one that is being answered, that one: uvicorn knows the last that came."""
        _refusal: Refusal | None
        """What the connection ends with, once the answers to earlier requests are out."""
        _data = b""
        _upgrading: tuple[bytes, list[tuple[bytes, bytes]]] | None = None
        _as_they_came: list[tuple[bytes, bytes]] | None = None

        def connection_made(self, transport: Transport) -> None:
            self._refusal = self._answering = None
            super().connection_made(transport)
            if not crowd.admits(self.connections):
                self._end(replace(fixed(Fixed.UNAVAILABLE, _FULL), headers={"Retry-After": "1"}))
                return
            waiting[self] = None
            self._timer = self.loop.call_later(limits.header_timeout, self._too_late)

        def connection_lost(self, exc: Exception | None) -> None:
            waiting.pop(self, None)
            self._stop(self._timer, self._writing)
            self._timer = self._writing = None
            super().connection_lost(exc)
            if self._answering is not None and not self._answering.response_complete:
                self._answering.disconnected = True
                self._answering.message_event.set()
            self._unset_keepalive_if_required()

        def data_received(self, data: bytes) -> None:
            if self._refusal is not None or self.transport.is_closing():
                return
            self._data = data
            self._came += len(data)
            super().data_received(data)
            self._data = b""
            if self._refusal is not None or self.transport.is_closing():
                return
            if self._stage == "idle":
                self._came = 0
                if self.timeout_keep_alive_task is None and not self._is_busy():
                    if self._timer is None:
                        self._begin_to_wait()
                elif self._timer is not None:
                    self._stop(self._timer)
                    self._timer = None
            elif self._stage == "head" and self._came > MAX_HEAD_BYTES:
                self._refuse(fixed(Fixed.HEAD_TOO_LARGE, _HEAD_TOO_LARGE))
            elif self._stage == "body" and self._is_beyond_measure():
                self._abort()
            elif self._timer is None:
                self._begin_to_wait()

        def on_message_begin(self) -> None:
            waiting.pop(self, None)
            self._stage = "head"
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            headers = self.headers
            may_be_long = max(self._came, len(self._data)) > MAX_HEAD_BYTES
            if len(headers) > MAX_HEADERS or (may_be_long and self._head() > MAX_HEAD_BYTES):
                self._refusing(fixed(Fixed.HEAD_TOO_LARGE, _HEAD_TOO_LARGE))
            if len(self.pipeline) >= MAX_PIPELINED:
                self._refusing(fixed(Fixed.BUSY_CONNECTION, _TOO_MANY_PIPELINED))
            names = [name for name, _ in headers]
            version = self.parser.get_http_version()
            if version not in _VERSIONS or b"#" in self.url:
                self._refusing(fixed(Fixed.REQUEST_INVALID, _NOT_HTTP))
            if (hosts := names.count(b"host")) != 1 and (hosts or version != "1.0"):
                self._refusing(fixed(Fixed.REQUEST_INVALID, "There is not exactly one Host."))
            if names.count(b"authorization") > 1:
                self._refusing(fixed(Fixed.REQUEST_INVALID, "There is more than one Authorization."))
            if b"transfer-encoding" in names and _encoding(headers) != [b"chunked"]:
                message = "Transfer-Encoding is not as expected. Allowed: chunked, and nothing else."
                self._refusing(fixed(Fixed.REQUEST_INVALID, message))
            if self.expect_100_continue and (version == "1.0" or not _has_payload(headers)):
                self.expect_100_continue = False  # there is nobody who waits for it
            is_connect = self.parser.get_method() == b"CONNECT"
            if self.parser.should_upgrade() and not is_connect:
                self._upgrading = (self._again(), list(headers))
                return
            if self._as_they_came is not None:
                headers[:] = self._as_they_came
                self._as_they_came = None
            before = self.cycle
            super().on_headers_complete()  # a target without a path fails here, and is no request yet
            self._stage = "body"
            self._came = self._body_bytes = 0
            self._stop(self._timer)
            self._timer = None
            if len(self.pipeline) == 1:
                self._answering = before
            self.headers = []  # trailers go there, and nobody looks: they come after all who had to look at headers
            if is_connect:
                self.cycle.keep_alive = False

        def on_body(self, body: bytes) -> None:
            self._body_bytes += len(body)
            super().on_body(body)

        def on_message_complete(self) -> None:
            if self._upgrading is not None:
                return
            self._stage = "idle"
            self._came = 0
            super().on_message_complete()

        def on_response_complete(self) -> None:
            if self._refusal is not None and not self.pipeline:
                if not self.transport.is_closing():
                    self._end(self._refusal)
                return
            if self._answering is not None:
                self._answering = self.pipeline[-1][0] if self.pipeline else None
            super().on_response_complete()
            if self._stage == "idle" and not self.pipeline and not self.transport.is_closing():
                waiting[self] = None
                waiting.move_to_end(self)

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # ours is told instead
            self._refuse(self._refusal or fixed(Fixed.REQUEST_INVALID, _NOT_HTTP))

        def pause_writing(self) -> None:
            super().pause_writing()
            self._writing = self.loop.call_later(limits.body_timeout, self._abort)

        def resume_writing(self) -> None:
            self._stop(self._writing)
            self._writing = None
            super().resume_writing()

        def _unsupported_upgrade_warning(self) -> None:
            """Called while HttpParserUpgrade is handled, which says where the parser stopped: begin again from there
            with a request that asks for no upgrade.
            """
            stopped: Any = sys.exception()
            rest = self._data
            while self._upgrading is not None and self._refusal is None:
                head, self._as_they_came = self._upgrading
                self._upgrading = None
                rest = rest[stopped.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                try:
                    self.parser.feed_data(head)
                    self.parser.feed_data(rest)
                except httptools.HttpParserUpgrade as error:
                    stopped = error
                except httptools.HttpParserError:
                    self.send_400_response("")

        def _again(self) -> bytes:
            version = self.parser.get_http_version().encode()
            lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)]
            lines += [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
            return b"\r\n".join((*lines, b"", b""))

        def _head(self) -> int:
            return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

        def _is_beyond_measure(self) -> bool:
            """Too long even to be thrown away; or next to nothing but chunk extensions and trailers."""
            framing = self._came - self._body_bytes
            return (
                self._came > MAX_BODY_ON_THE_WIRE
                or framing > 2 * MAX_HEAD_BYTES + _FRAMING * self._body_bytes
            )

        def _begin_to_wait(self) -> None:
            seconds = limits.header_timeout if self._stage == "head" else limits.body_timeout
            self._timer = self.loop.call_later(seconds, self._too_late)

        def _too_late(self) -> None:
            self._timer = None
            if self.transport.is_closing():
                return
            if self.flow.read_paused or self.pipeline:
                self._begin_to_wait()  # it is we who keep the client waiting
            elif self._stage == "idle":
                self.transport.close()
            else:
                self._refuse(fixed(Fixed.TIMED_OUT, _LATE))

        def _refusing(self, refusal: Refusal) -> None:
            self._refusal = refusal
            raise _Refused

        def _refuse(self, refusal: Refusal) -> None:
            """At once, or after the answers to what was asked before."""
            self._refusal = refusal
            self._stop(self._timer)
            self._timer = None
            if self._stage == "body" and self.pipeline:
                self.pipeline.popleft()  # the one that is not whole, and will not be
            elif self._stage == "body" and self.cycle is not None and self.cycle.response_started:
                self.transport.close()
            elif self._stage == "body" or not self._is_busy():
                self._end(refusal)

        def is_at_rest(self) -> bool:
            """Whether it waits among others for a request, as after an answer, and no bound of it is being watched."""
            return (
                self._stage == "idle"
                and self._timer is None
                and self._refusal is None
                and self.timeout_keep_alive_task is not None
                and self in waiting
            )

        def _is_busy(self) -> bool:
            return self.cycle is not None and not self.cycle.response_complete

        def _end(self, refusal: Refusal) -> None:
            self.transport.write(_written(refusal, self.server_state.default_headers))
            self.transport.close()

        def _abort(self) -> None:
            self.transport.abort()

        @staticmethod
        def _stop(*timers: TimerHandle | None) -> None:
            for timer in timers:
                if timer is not None:
                    timer.cancel()

    return Bounded


def _has_payload(headers: list[tuple[bytes, bytes]]) -> bool:
    named = dict(headers)
    return b"transfer-encoding" in named or named.get(b"content-length", b"0").strip(b"0") != b""


def _encoding(headers: list[tuple[bytes, bytes]]) -> list[bytes]:
    return [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]


def _written(refusal: Refusal, default_headers: list[tuple[bytes, bytes]]) -> bytes:
    body = orjson.dumps(refusal.body())
    headers = [
        *default_headers,
        (b"Content-Type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        *((name.encode(), value.encode()) for name, value in refusal.headers.items()),
        (b"connection", b"close"),
    ]
    lines = b"".join(b"%s: %s\r\n" % header for header in headers)
    return STATUS_LINE[refusal.status] + lines + b"\r\n" + body
