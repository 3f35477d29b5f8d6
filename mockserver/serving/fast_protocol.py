"""The fast way at the line itself: a request that came whole is answered before uvicorn has made a task of it.

Everything else is uvicorn's: what came in pieces, is to be upgraded, waits behind another request of its connection, or
is not the fast way's business.  Names of uvicorn's that are not public are used here and nowhere else.
"""

import re
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mockserver.connection.asgi import Scope
from mockserver.way.fast_path import FastPath

_METHODS: Final = frozenset({b"GET", b"PUT"})
_CONTENT_TYPE: Final = b"content-type"
_PLAIN_TARGET: Final = re.compile(rb"/[!$%&'()*+,.0-9:;=@A-Z_a-z~-][!$%&'()*+,./0-9:;=@A-Z_a-z~-]*")
"""A path and nothing beside it, in characters that mean the same to everybody."""


def fast_protocol(way: FastPath) -> type[HttpToolsProtocol]:
    """uvicorn takes a class, and makes one of it for each connection."""

    class Fast(HttpToolsProtocol):
        _held: list[bytes] | None = None
        """The body of a request that may be answered here, as far as it has come."""

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._held is not None:
                self._let_go()

        def on_headers_complete(self) -> None:
            if self._may_be_held():
                self._held = []
                self.cycle = None  # type: ignore[assignment]  # as before the first: nothing is being answered
            else:
                super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            if self._held is None:
                super().on_body(body)
            else:
                self._held.append(body)

        def on_message_complete(self) -> None:
            if self._held is None:
                super().on_message_complete()
            elif not self._is_answered(b"".join(self._held)):
                self._let_go()
                super().on_message_complete()

        def _may_be_held(self) -> bool:
            parser = self.parser
            return (
                (self.cycle is None or self.cycle.response_complete)
                and not self.expect_100_continue
                and not self.flow.write_paused
                and not self.root_path
                and self.limit_concurrency is None
                and parser.get_method() in _METHODS
                and parser.get_http_version() == "1.1"
                and parser.should_keep_alive()
                and not parser.should_upgrade()
                and _PLAIN_TARGET.fullmatch(self.url) is not None
            )

        def _is_answered(self, body: bytes) -> bool:
            self.scope["method"] = self.parser.get_method().decode("ascii")
            self.scope["raw_path"] = self.url
            asked = way.asked(cast(Scope, self.scope))
            if asked is None or not way.takes(asked, body):
                return False
            self._held = None
            told = way.at_once(asked)
            lines = [STATUS_LINE[told.status]]
            for name, value in (*self.server_state.default_headers, *told.headers):
                lines += (b"Content-Type" if name == _CONTENT_TYPE else name, b": ", value, b"\r\n")
            lines += (b"\r\n", told.content)
            self.transport.write(b"".join(lines))
            self.on_response_complete()
            return True

        def _let_go(self) -> None:
            """Give what was held to uvicorn, as if it had just come."""
            held: Any = self._held
            self._held = None
            super().on_headers_complete()
            for body in held:
                super().on_body(body)

    return Fast
