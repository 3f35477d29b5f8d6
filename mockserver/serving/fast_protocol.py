"""The fast way at the line itself: a request that came whole is answered by the fast way before uvicorn has made a task
of it, and header lines that the parser has read before are not read again.

Everything else is uvicorn's: what came in pieces, is to be upgraded, waits behind another request of its connection, or
is not the fast way's business.  Names of uvicorn's that are not public are used here, as in `bounded_protocol`.
"""

import re
from asyncio import Transport
from functools import lru_cache
from typing import Any, Final, cast

from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mockserver.connection.asgi import Scope
from mockserver.connection.client_limits import MAX_PIPELINED
from mockserver.http_api.rendering import Headers
from mockserver.serving.crowd import Crowd
from mockserver.way.fast_path import FastPath, Head, head_of

_METHODS: Final = frozenset({b"GET", b"PUT"})
_CONTENT_TYPE: Final = b"content-type"
_TARGET: Final = rb"/[!$%&'()*+,.0-9:;=@A-Z_a-z~-][!$%&'()*+,./0-9:;=@A-Z_a-z~-]*"
"""A path and nothing beside it, in characters that mean the same to everybody."""
_PLAIN_TARGET: Final = re.compile(_TARGET)
_PLAIN_LINE: Final = re.compile(rb"(GET|PUT) (" + _TARGET + rb") HTTP/1\.1")
_END_OF_HEAD: Final = b"\r\n\r\n"
_LINES_KEPT: Final = 256
_LONGEST_KEPT: Final = 2_048
_LONGEST_LINE_KEPT: Final = 512


class HeaderLines(Struct, frozen=True, kw_only=True):
    """What the parser made of the lines between a request line and its payload; `length` is the payload's."""

    head: Head
    length: int


def fast_protocol(way: FastPath) -> type[HttpToolsProtocol]:
    """uvicorn takes a class, and makes one of it for each connection."""
    known: dict[bytes, HeaderLines] = {}
    """By the lines themselves: they mean the same behind every request line that is `_PLAIN_LINE`."""

    def keep(lines: bytes, meaning: HeaderLines) -> None:
        if len(lines) > _LONGEST_KEPT:
            return
        if len(known) >= _LINES_KEPT:
            del known[next(iter(known))]
        known[lines] = meaning

    class Fast(HttpToolsProtocol):
        _held: list[bytes] | None = None
        """The body of a request that may be answered here, as far as it has come."""
        _is_between = True
        """Whether the parser stands between two requests."""
        _begun_with: bytes | None = None
        """The bytes at hand, if they began where a request begins."""
        _answered = 0
        """How many requests of the bytes at hand are answered already."""
        _last_told = 0.0
        """When an answer was complete, on the clock of the loop."""

        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            super().connection_made(transport)
            added = self.server_state.default_headers
            self._scheme = cast(str, self.scheme)
            self._is_plain = not (self.root_path or added) and self.limit_concurrency is None

        def data_received(self, data: bytes) -> None:
            if self._is_between:
                answer = self.answer_to(data)
                if answer is not None:
                    self.transport.write(answer)
                    self.on_response_complete()
                    return
                self._begun_with = data
            self._answered = 0
            super().data_received(data)
            self._begun_with = None
            if self._held is not None:
                self._let_go()

        def on_message_begin(self) -> None:
            self._is_between = False
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            if self._may_be_held():
                self._held = []
                self.cycle = None  # type: ignore[assignment]  # as before the first: nothing is being answered
            else:
                self._begin_the_whole_way()

        def on_body(self, body: bytes) -> None:
            if self._held is None:
                super().on_body(body)
            else:
                self._held.append(body)

        def on_message_complete(self) -> None:
            self._is_between = True
            if self._held is None:
                super().on_message_complete()
            elif not self._is_answered(b"".join(self._held)):
                self._let_go()
                super().on_message_complete()

        def on_response_complete(self) -> None:
            """A timer that runs already is left to run, and looks then when the last answer was."""
            if self.timeout_keep_alive_task is None:
                self._last_told = self.loop.time()
                super().on_response_complete()
            else:
                self.answered_at_once()

        def answered_at_once(self) -> None:
            """All that is left of `on_response_complete` where the connection was at rest, and is again."""
            self._last_told = self.loop.time()
            self.server_state.total_requests += 1

        def timeout_keep_alive_handler(self) -> None:
            left = self._last_told + self.timeout_keep_alive - self.loop.time()
            if left > 0 and not self.transport.is_closing():
                self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
            else:
                super().timeout_keep_alive_handler()

        def answer_to(self, data: bytes) -> bytes | None:
            """The answer to one whole request, with header lines that were read before; None to anything else."""
            parts = _apart(data) if self._is_free() else None
            if parts is None:
                return None
            (method, target), lines, body = parts
            meaning = known.get(lines)
            if meaning is None or len(body) != meaning.length:
                return None
            return self._answer(meaning.head, method, target, body)

        def _is_free(self) -> bool:
            """Whether nothing is being answered on this connection, and all that was answered is on its way."""
            return (
                self._is_plain
                and (self.cycle is None or self.cycle.response_complete)
                and not self.flow.write_paused
                and not self.transport.is_closing()
            )

        def _may_be_held(self) -> bool:
            parser = self.parser
            return (
                self._is_free()
                and self._answered < MAX_PIPELINED  # whoever sends more at once lets others have a turn
                and not self.expect_100_continue
                and parser.get_method() in _METHODS
                and parser.get_http_version() == "1.1"
                and parser.should_keep_alive()
                and not parser.should_upgrade()
                and _PLAIN_TARGET.fullmatch(self.url) is not None
            )

        def _is_answered(self, body: bytes) -> bool:
            head = head_of(cast(Scope, self.scope))
            if head is None:
                return False
            answer = self._answer(head, self.parser.get_method().decode("ascii"), self.url, body)
            if answer is None:
                return False
            self.transport.write(answer)
            self.on_response_complete()
            self._held = None
            self._answered += 1
            self._remember(head, body)
            return True

        def _answer(self, head: Head, method: str, target: bytes, body: bytes) -> bytes | None:
            told = way.told(head, method, target, body, scheme=self._scheme, server=self.server)
            if told is None:
                return None
            lines = _head(told.status, told.headers)
            return b"".join((lines, b"date: ", told.date, _END_OF_HEAD, told.content))

        def _remember(self, head: Head, body: bytes) -> None:
            """That these lines were read, where nothing but one request with a payload of a told length came."""
            parts = _apart(self._begun_with) if self._begun_with is not None else None
            if parts is None:
                return
            _, lines, rest = parts
            if rest == body and _tells_length(head, len(body)):
                keep(lines, HeaderLines(head=head, length=len(body)))

        def _let_go(self) -> None:
            """Give what was held to uvicorn, as if it had just come."""
            held: Any = self._held
            self._held = None
            self._begin_the_whole_way()
            for body in held:
                super().on_body(body)

        def _begin_the_whole_way(self) -> None:
            """An answer before it, to the same bytes, has made the connection one that nobody uses."""
            self._unset_keepalive_if_required()
            super().on_headers_complete()

    return Fast


def at_once(base: Any, crowd: Crowd) -> type[HttpToolsProtocol]:
    """Around `fast_protocol` and its bounds, which are for what is slow: a request that is whole and known is not."""
    waiting = crowd.waiting

    class AtOnce(base):  # type: ignore[misc]  # whatever is around the fast one
        def data_received(self, data: bytes) -> None:
            answer = self.answer_to(data) if self.is_at_rest() else None
            if answer is None:
                super().data_received(data)
                return
            self.transport.write(answer)
            self.answered_at_once()
            waiting.move_to_end(self)

        def send_400_response(self, msg: str) -> None:
            """What was held of a payload came before the bytes that cannot be read, and is in the journal."""
            if self._held is not None:
                self._let_go()
            super().send_400_response(msg)

    return AtOnce


@lru_cache(maxsize=512)
def _head(status: int, headers: Headers) -> bytes:
    """The lines of an answer that are before its Date."""
    cased = ((b"Content-Type" if name == _CONTENT_TYPE else name, value) for name, value in headers)
    return STATUS_LINE[status] + b"".join([b"%b: %b\r\n" % header for header in cased])


def _apart(data: bytes) -> tuple[tuple[str, bytes], bytes, bytes] | None:
    """Method and target, header lines, and whatever comes behind them; None where that is not all there.

    The request line has to be a plain one.
    """
    line, _, rest = data.partition(b"\r\n")
    plain = _line(line) if len(line) <= _LONGEST_LINE_KEPT else _read_line(line)
    lines, is_whole, content = rest.partition(_END_OF_HEAD)
    return (plain, lines, content) if plain is not None and is_whole else None


def _read_line(line: bytes) -> tuple[str, bytes] | None:
    found = _PLAIN_LINE.fullmatch(line)
    return None if found is None else (found[1].decode("ascii"), found[2])


_line: Final = lru_cache(maxsize=4_096)(_read_line)
"""The same lines come again and again."""


def _tells_length(head: Head, length: int) -> bool:
    """Whether the headers say this of the payload; where they say nothing there is none."""
    named = dict(head.headers)
    return b"transfer-encoding" not in named and named.get(b"content-length", b"0") == b"%d" % length
