"""Servers that implement nothing: each gives one answer to whatever it is asked. No `must` clause holds on them.

A hook at `/hook` pretends that calls are parked, so that the checker has something to ask for.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import unquote, urlsplit

HOOK: Final = "/hook"
DOCUMENTED_CODES: Final = (
    "pc_timeout_invalid",
    "pc_callerid_invalid",
    "pc_phonecall_invalid",
    "pc_phonecallview_invalid",
)
_LONGEST_BODY: Final = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as an empty server sees it."""

    method: str
    url: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes = b""


Answerer = Callable[[Asked], Answer | None]
"""None hangs up."""


def _said(status: int, value: Any) -> Answer:
    return Answer(status=status, body=json.dumps(value).encode())


def _always(answer: Answer | None) -> Answerer:
    return lambda asked: answer


def _refusal(status: int, code: str) -> Answerer:
    return _always(_said(status, {"error": {"code": code, "message": "The request is refused."}}))


def _call(call_id: str, extension: str, link: str) -> dict[str, Any]:
    """A call as the page describes it after a retrieval."""
    view = {
        "id": "01",
        "extension": "0003*024",
        "source": ["42420042"],
        "destination": ["0003*024"],
        "flow": 1,
        "status": 5,
        "callerId": "John Doe <42420042>",
        "answered": "2026-01-01T10:00:05Z",
    }
    return {
        "id": call_id,
        "extension": extension,
        "published": "2026-01-01T10:00:00Z",
        "phoneCallView": [view],
        "links": {"self": link},
    }


def _plausible(asked: Asked) -> Answer:
    path = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
    return _said(200, _call("b817d2618fe6f1804333", "0003*210", asked.url + path))


def _invented(asked: Asked) -> Answer:
    """The call that the path names, as if it had been retrieved, whatever the request asks for."""
    *_, extension, call_id = ["", "", *unquote(asked.path).strip("/").split("/")]
    return _said(200, _call(call_id, extension, asked.url + asked.path))


def _echo(asked: Asked) -> Answer:
    return Answer(status=200, body=asked.body)


EMPTY_SERVERS: Final[Mapping[str, Answerer]] = {
    "always-200-nothing": _always(_said(200, {})),
    "always-200-call": _plausible,
    "always-204": _always(Answer(status=204)),
    **{f"always-400-{code}": _refusal(400, code) for code in DOCUMENTED_CODES},
    "always-401": _refusal(401, "access_denied"),
    "echo-body": _echo,
    "invented-call": _invented,
    "hang-up": _always(None),
}


@contextmanager
def serving(name: str) -> Iterator[str]:
    """Serves an empty server while the block runs; yields its URL. KeyError for a name that there is not."""
    handler = partial(_Handler, EMPTY_SERVERS[name], itertools.count(1))
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=partial(server.serve_forever, poll_interval=0.05), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that went away is none of the terminal's business."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30.0
    disable_nagle_algorithm = True

    def __init__(self, answerer: Answerer, numbers: Iterator[int], *args: Any) -> None:
        self._answerer = answerer
        self._numbers = numbers
        super().__init__(*args)

    def do_ANY(self) -> None:  # http.server asks for methods named like this
        asked = Asked(
            method=self.command,
            url=f"http://{self.headers.get('Host', '')}",
            path=urlsplit(self.path).path,
            body=self._body(),
        )
        if asked.path == HOOK:
            answer: Answer | None = _parked(asked.body, self._numbers)
        else:
            answer = self._answerer(asked)
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        if answer.status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_QUERY = do_ANY  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the one who asks sees every answer."""

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdecimal() or int(length) > _LONGEST_BODY:
            self.close_connection = True
            return b""
        return self.rfile.read(int(length))


def _parked(question: bytes, numbers: Iterator[int]) -> Answer:
    """Calls that are nowhere, by the contract of a hook."""
    params = json.loads(question).get("params", {})
    calls = [
        {
            "userId": params.get("userId", "12"),
            "extension": params.get("extension", "0003*210"),
            "phoneCallId": f"b817d2618fe6f{next(numbers):07d}",
            "phoneCallViewId": params.get("phoneCallViewId", "01"),
        }
        for _ in range(int(params.get("count", 1)))
    ]
    return _said(200, {"calls": calls})
