"""The literal engineer's server behind front ends that frame and dress its answers in other ways than it does.

RFC 9110 and 9112 leave all of it open, and so does the page: how long a body is told to be, how headers are spelt,
which other headers and members there are, how JSON is written down.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from .base import JsonObject, LineHandler, Listener, Server
from .literal import LiteralServer

Answer = tuple[int, Any]
Write = Callable[[int, bytes], bytes]
WORDS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
}


class Framed(LiteralServer):
    """Answers are written down by `write`, byte for byte. `closes` says that each ends its connection."""

    def __init__(self, write: Write, *, closes: bool = False, pause: float = 0.0) -> None:
        super().__init__()
        self.write, self.closes, self.pause = write, closes, pause

    def listener(self) -> Any:
        outer = self

        class Handler(LineHandler):
            def handle(self) -> None:
                for method, target, headers, body in self.requests():
                    status, value = outer.handle(method, target, headers.get("authorization"), body)
                    payload = b"" if value is None else outer.encode(value)
                    time.sleep(outer.pause)
                    self.wfile.write(outer.write(status, payload))
                    if outer.closes or headers.get("connection", "").lower() == "close":
                        return

        return Listener(("127.0.0.1", 0), Handler)

    def encode(self, value: Any) -> bytes:
        return json.dumps(value).encode()


def _head(status: int, *lines: str, version: str = "1.1", word: str | None = None) -> bytes:
    first = f"HTTP/{version} {status} {WORDS.get(status, 'Other') if word is None else word}".rstrip()
    return "\r\n".join((first + (" " if word == "" else ""), *lines, "", "")).encode("latin-1")


def plain(status: int, payload: bytes) -> bytes:
    return _head(status, *([] if status == 204 else [f"Content-Length: {len(payload)}"])) + payload


def chunked(status: int, payload: bytes) -> bytes:
    """Chunks of seven bytes, with an extension and a trailer."""
    if status == 204:
        return _head(status)
    parts = [payload[place : place + 7] for place in range(0, len(payload), 7)]
    chunks = b"".join(b"%x;quality=1\r\n%s\r\n" % (len(part), part) for part in parts)
    head = _head(status, "transfer-encoding: chunked", "content-type: application/json", "trailer: x-end")
    return head + chunks + b"0\r\nX-End: yes\r\n\r\n"


def until_closed(status: int, payload: bytes) -> bytes:
    """HTTP/1.0: no length, the end of the connection is the end of the body."""
    return _head(status, "Content-Type: text/json", version="1.0") + payload


def shouting(status: int, payload: bytes) -> bytes:
    """Header names in capitals, no reason phrase, blanks around values, and headers that nobody asked for."""
    lines = [
        "SERVER:callpark-free/1.0",
        "X-REQUEST-ID:   7",
        "SET-COOKIE: a=b; Path=/",
        "SET-COOKIE: c=d",
        "VARY: *",
    ]
    if status == 401:
        lines.append('WWW-AUTHENTICATE: bearer realm="x", error="invalid_token"')
    if status != 204:
        lines += [f"CONTENT-LENGTH:  {len(payload)}  ", "CONTENT-TYPE: APPLICATION/JSON ; Charset=UTF-8"]
    return _head(status, *lines, word="") + payload


def informed(status: int, payload: bytes) -> bytes:
    """An interim answer goes before each."""
    return b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" + plain(status, payload)


class Spelt(Framed):
    """JSON in another spelling: blanks and line ends, escapes, members in another order, a final newline."""

    def __init__(self) -> None:
        super().__init__(plain)

    def encode(self, value: Any) -> bytes:
        turned = dict(reversed(value.items())) if isinstance(value, dict) else value
        text = json.dumps(turned, indent=4).replace("/", "\\/").replace("*", "\\u002a")
        return b"\r\n " + text.encode() + b"\n\n"


class Rich(LiteralServer):
    """Members that the page does not know, in answers, listings and error responses; links on other hosts."""

    def handle(self, method: str, target: str, authorization: str | None, body: bytes) -> Answer:
        status, value = super().handle(method, target, authorization, body)
        if target == "/hook" or value is None:
            return status, value
        if status >= 400:
            error = value["error"] | {
                "details": [{"field": "x"}],
                "id": 17,
                "status": status,
                "innererror": None,
            }
            return status, {"error": error, "requestId": "r-1", "success": False}
        for call in value.get("entry", [value]):
            self.enrich(call)
        return status, value | {"requestId": "r-1"}

    def enrich(self, call: JsonObject) -> None:
        address = f"phoneCalls/{call.get('ownerId')}/{call['extension']}/{call['id']}"
        call |= {
            "nonce": None,
            "custom": {"a": [1, 2.5, None]},
            "links": {
                "self": f"https://pbx-7.example.org:8443/tenant/3/uapi//{address}",
                "parent": None,
                "views": [],
            },
        }
        for view in call["phoneCallView"]:
            view |= {"codec": "opus", "recording": None, "holder": None, "flow": "2", "disposition": None}


class Enveloped(LiteralServer):
    """A retrieved call comes as an array of one, and listings as an `entry` that is keyed by the ids of calls."""

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        return status, [value] if status == 200 and call_id else value

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        status, value = super().listing(user, extension, call_id)
        if status == 204:
            return 200, {"entry": [], "totalResults": "0", "itemsPerPage": "20", "startIndex": "0"}
        calls = value.get("entry", [value])
        return 200, {"entry": {call["id"]: call for call in calls}, "totalResults": str(len(calls))}


class Terse(LiteralServer):
    """A call and nothing more: 201 with its id alone, which the page does not know and the domain file only notes."""

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        return (201, {"id": value["id"]}) if status == 200 and call_id else (status, value)


class TwoLegs(LiteralServer):
    """Both parties have a view of a retrieved call, in any order, and the parked one keeps the id of its own."""

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        status, value = super().listing(user, extension, call_id)
        if call_id and value and self.calls[call_id].phone:
            (view,) = value["phoneCallView"]
            other = view | {
                "extension": self.calls[call_id].extension,
                "source": [],
                "destination": [view["extension"]],
            }
            value["phoneCallView"] = [other, view | {"id": "02"}]
        return status, value


class Stack(LiteralServer):
    """Who came last has the first place in the lot, and everybody else moves on; listings tell how old they are."""

    def __init__(self) -> None:
        super().__init__()
        self.told = 0

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        waiting = [call.id for call in reversed(self.calls.values()) if call.parked]
        status, value = super().listing(user, extension, call_id)
        for call in value.get("entry", [value]) if value else []:
            self.told += 1
            call["duration"] = self.told
            if call["id"] in waiting:
                call["phoneCallView"][0] |= {"parkedPos": waiting.index(call["id"]) + 1, "parkedBy": None}
        return status, value


class Moves(LiteralServer):
    """A retrieved call belongs to whom it was sent: it is listed at that extension, and by @self."""

    def under(self, user: str, extension: str) -> list[Any]:
        named = extension in ("@self", "")
        return [
            c
            for c in self.calls.values()
            if c.user == user and (named or extension in (c.extension, c.phone))
        ]


class Relocates(Moves):
    """A retrieved call is found where it was sent and nowhere else; the link says where that is."""

    def under(self, user: str, extension: str) -> list[Any]:
        return [
            c
            for c in self.calls.values()
            if c.user == user and extension in ("@self", c.phone or c.extension)
        ]

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        if status == 200 and call_id:
            phone = self.calls[call_id].phone
            value["link"] = {
                "self": f"https://pbx.example.org/uapi/phoneCalls/{user}/{phone}/{call_id}?expand=views"
            }
        return status, value


class Remembers(LiteralServer):
    """Whom it knew once it knows by his cookie, whatever token he comes with then, as web frameworks do."""

    issued: ClassVar[dict[str, str]] = {}

    def listener(self) -> Any:
        outer = self

        class Handler(LineHandler):
            def handle(self) -> None:
                for method, target, headers, body in self.requests():
                    token, known = headers.get("authorization"), headers.get("cookie", "").partition("=")[2]
                    token = outer.issued.get(known, token)
                    status, value = outer.handle(method, target, token, body)
                    lines = []
                    if token and status not in (401, 403) and known not in outer.issued:
                        session = f"{len(outer.issued):04}-5e551011-0f-0ne-u5er"
                        outer.issued[session] = token
                        lines.append(f"Set-Cookie: session={session}; Path=/; HttpOnly")
                    payload = b"" if value is None else json.dumps(value).encode()
                    lines += [] if status == 204 else [f"Content-Length: {len(payload)}"]
                    self.wfile.write(_head(status, *lines) + payload)
                    if headers.get("connection", "").lower() == "close":
                        return

        return Listener(("127.0.0.1", 0), Handler)


FRAMED: dict[str, Callable[[], Server]] = {
    "chunked": partial(Framed, chunked),
    "until_closed": partial(Framed, until_closed, closes=True),
    "shouting": partial(Framed, shouting),
    "informed": partial(Framed, informed),
    "slow": partial(Framed, plain, pause=0.03),
    "spelt": Spelt,
    "rich": Rich,
    "enveloped": Enveloped,
    "terse": Terse,
    "two_legs": TwoLegs,
    "stack": Stack,
    "moves": Moves,
    "relocates": Relocates,
    "remembers": Remembers,
}
