"""Requests to the mock, and what may happen between them, drawn from one stream of chance."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

import msgspec

from mockserver.app import Mock
from mockserver.connection.asgi import Message, Scope
from mockserver.simulator.commands import PickUp, SetAnswering, Stage
from mockserver.simulator.directory import Answering, Pickup
from mockserver.wire_faults.fault import WireFault

Happening = Callable[[Mock], object]

METHODS: Final = ("GET",) * 5 + ("DELETE", "POST", "HEAD", "OPTIONS", "PATCH", "put", "BREW")
CALL: Final = "b817d2618fe6f1804333"
CALLS: Final = (CALL, "aa1", "aa2", "aa3", "aa4", "aa5")
USERS: Final = (
    "12",
    "12",
    "12",
    "12",
    "@me",
    "@viewer",
    "@owner",
    "13",
    "99",
    "%40me",
    "1%32",
    "",
    "é",
    "a b",
    "x" * 65,
)
EXTENSIONS: Final = (
    "0003*210", "0003*210", "0003*210", "0003*210", "@self", "@self", "0003%2A210", "210", "0003*211",
    "0003*310",
    "0003*500", "0003*999", "%40self", "@SELF", "0003*210%0A", "0003*210%2F", "0003*210%00", "%C3%A9",
    "%FF", "+1", "1" * 33,
    "simple", "..", ".", "0003*210;a=b",
)  # fmt: skip
ODD_CALLS: Final = (
    "nobody", "%61a1", "aa1%20", "aa1/", "aa1//", "", "simple", "aa1%0A", "%E2%82%AC", "%", "%zz",
    "a" * 200, "aa1;v=1", "AA1",
)  # fmt: skip
NAMES: Final = ("default", "default", "default", "one", "two", "three-3")
TERMINALS: Final = ("0003*024", "0003*211", "0003*210")
FIELDS: Final[Mapping[str, tuple[Any, ...]]] = {
    "action": ("UnPark", "Park", "unpark", "Transfer", "", 1, None, ["UnPark"], {}),
    "sendCallTo": (
        "0003*024", "0003*211", "024", "0003*500", "0003*310", "0003*999", "0003*486", "0003*408",
        "0003*802", "0003*480",
        "802", "", None, 24, "0003*024\n", "٠٢٤", "x",
    ),
    "callerId": ("John Doe <42420042>", "Zoë <1>", "<1>", "", None, "John", 5, "a" * 300, "\u0000 <1>",
    "\U0001f600 <12>"),
    "waitForPickup": ("20", 20, 1, 0, -1, "0", "", None, "abc", 1.5, 2.0, 1e3, True, 10**30, "1" * 5000, [],
    "٣", " 20"),
    "phoneCallViewId": ("01", "02", "1", 1, "", None, "abc", "99999999999999999999", "0١", {}),
    "maxInParking": ("600", 600, 10, 9, 3600, 3601, "0010", "", None, "x", 10.0, 1e400),
    "waitForPickUp": ("20", 0, "x"),
    "unknown": (1, None, {"a": [1]}),
}  # fmt: skip
RIGHT_UNPARK: Final = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
RIGHT_PARK: Final = {"action": "Park", "phoneCallViewId": "01"}
ODD_BODIES: Final = (
    b"", b" ", b"null", b"[]", b"{}", b'"UnPark"', b"1", b"{", b"\xff\xfe", b'{"action": "UnPark\xff"}',
    b"\xef\xbb\xbf{}", b"NaN",
    b'{"action": NaN}', b'{"action":"UnPark","action":"Park","phoneCallViewId":"01"}',
    b'{"action":"UnPark",}', b"[" * 3000,
    b'{"action":"UnPark","waitForPickup":' + b"9" * 5000 + b"}", '{"action":"UnPark"}'.encode("utf-16"),
    b'{"action":"\\ud800"}',
    b"action=UnPark&sendCallTo=0003*024",
)  # fmt: skip
ODD_HEADERS: Final = (
    (b"content-type", b"application/json"), (b"content-type", b"text/plain; charset=nope"),
    (b"content-type", b""),
    (b"content-type", b"multipart/form-data"), (b"accept", b"application/xml"), (b"accept", b"\xff"),
    (b"cookie", b"a=b; session=one"),
    (b"x-forwarded-host", b"evil.example"), (b"forwarded", b"host=evil.example"),
    (b"transfer-encoding", b"chunked"),
    (b"content-length", b"7"), (b"content-length", b"x"), (b"expect", b"100-continue"),
    (b"connection", b"close"),
    (b"x-http-method-override", b"DELETE"), (b"origin", b"http://localhost:3000"),
    (b"origin", b"https://evil.example"),
    (b"origin", b"null"), (b"origin", b""), (b"access-control-request-method", b"PUT"),
    (b"prefer", b"code=400"),
    (b"prefer", b"respond-async"), (b"prefer", b"wait=1"), (b"prefer", b"example=documented"),
    (b"prefer", b"return=minimal"),
    (b"x-callpark-session", b"one"), (b"x-callpark-session", b"?"), (b"x-callpark-session", b""),
    (b"date", b"yesterday"),
    (b"host", b"phones.example:81"), (b"host", b"a b"), (b"host", b"[::1]:8080"), (b"host", b"\xff"),
    (b"user-agent", b"x" * 300),
    (b"if-none-match", b"*"), (b"range", b"bytes=0-1"), (b"content-encoding", b"gzip"),
    (b"authorization", b"Bearer mock.one.13"),
    (b"upgrade", b"h2c"), (b"x-callpark-explain", b"no"),
)  # fmt: skip
ODD_QUERIES: Final = (
    b"count=2", b"count=2&startIndex=1", b"sortOrder=descending", b"filterBy=published&filterOp=present",
    b"fields=extension", b"count=x",
    b"accessRequestToken=Bearer%20mock.default.12", b"accessRequestToken=mock.one.13", b"__code=400",
    b"__example=documented", b"a=1&a=2",
    b"%FF=%00", b"?", b"&", b"filterBy=id&filterValue=a%20b",
)  # fmt: skip
SCENARIO: Final = """
organizations:
  - id: "3"
    name: Default Organization
    slots: 4
    users:
      - id: "12"
        extensions:
          - {number: 0003*210}
          - {number: 0003*211, answers: after 3 s}
          - {number: 0003*024}
          - {number: 0003*500, kind: queue}
      - id: "13"
        extensions:
          - {number: 0003*310}
calls:
  - {id: b817d2618fe6f1804333, extension: 0003*210}
  - {id: aa1, extension: 0003*210}
  - {id: aa2, extension: 0003*210, state: talking}
  - {id: aa3, extension: 0003*211, state: talking}
"""


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    chunks: tuple[bytes, ...]
    cut: bool = False
    scheme: str = "http"
    root_path: str = ""
    with_raw_path: bool = True
    server: tuple[str, int] | None = ("127.0.0.1", 8080)

    def scope(self) -> Scope:
        scope: Scope = {
            "type": "http", "http_version": "1.1", "method": self.method, "scheme": self.scheme,
            "root_path": self.root_path,
            "path": unquote_to_bytes(self.path).decode("utf-8", "replace"), "query_string": self.query,
            "headers": list(self.headers), "server": self.server, "client": ("127.0.0.1", 50000),
        }  # fmt: skip
        if self.with_raw_path:
            scope["raw_path"] = self.path
        return scope

    def messages(self) -> list[Message]:
        chunks = self.chunks or (b"",)
        messages: list[Message] = [
            {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1 or self.cut}
            for index, chunk in enumerate(chunks)
        ]
        return messages


class Draw:
    """Requests and what happens between them, drawn from one stream."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.ends = 1340802535.0
        self.ending: deque[bytes] = deque(maxlen=4)
        """Tokens that end, the latest that were drawn: a client sends its own until it is refused, and then again."""

    def request(self) -> Request:
        draw = self.random
        method = "PUT" if draw.random() < 0.7 else draw.choice(METHODS)
        headers = self._headers()
        body = self._body() if method in ("PUT", "POST", "put") or draw.random() < 0.05 else b""
        return Request(
            method=method,
            path=self._path(method),
            query=draw.choice(ODD_QUERIES) if draw.random() < 0.06 else b"",
            headers=tuple(headers),
            chunks=self._chunks(body),
            cut=draw.random() < 0.01,
            scheme="https" if draw.random() < 0.03 else "http",
            root_path="/root" if draw.random() < 0.005 else "",
            with_raw_path=draw.random() > 0.03,
            server=None if draw.random() < 0.02 else ("127.0.0.1", 8080),
        )

    def _path(self, method: str) -> bytes:
        draw = self.random
        if draw.random() < 0.01:
            return draw.choice(
                (
                    b"/",
                    b"/uapi",
                    b"/uapi/",
                    b"*",
                    b"/oauth/token.php",
                    b"/uapi/oauth/token.php",
                    b"/uapi/phoneCalls",
                )
            )
        base = (
            "/uapi"
            if draw.random() < 0.93
            else draw.choice(("//uapi", "/unifiedapi", "/UAPI", "", "/uapi/uapi", "/uapi/"))
        )
        odd = draw.random() < 0.25
        user = draw.choice(USERS) if odd and draw.random() < 0.4 else "12"
        extension = draw.choice(EXTENSIONS) if odd and draw.random() < 0.6 else draw.choice(EXTENSIONS[:6])
        path = f"{base}/phoneCalls/{user}/{extension}"
        if draw.random() < (0.5 if method == "GET" else 0.93):
            path += "/" + (draw.choice(ODD_CALLS) if odd and draw.random() < 0.4 else draw.choice(CALLS))
        if draw.random() < 0.03:
            path += "/"
        return quote(path, safe="/%@*;=+.").encode() if draw.random() < 0.97 else path.encode()

    def _headers(self) -> list[tuple[bytes, bytes]]:
        draw = self.random
        headers = [(b"host", b"127.0.0.1:8080")]
        if draw.random() < 0.97:
            headers.append((b"authorization", self._authorization()))
        headers.append((b"content-type", b"application/json"))
        headers.extend(draw.choice(ODD_HEADERS) for _ in range(draw.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 3))))
        if draw.random() < 0.02:
            headers = headers[1:]
        if draw.random() < 0.2:
            draw.shuffle(headers)
        return headers

    def _authorization(self) -> bytes:
        draw = self.random
        name = draw.choice(NAMES)
        if self.ending and draw.random() < 0.1:
            return draw.choice(self.ending)
        if draw.random() < 0.85:
            return f"Bearer mock.{name}.12".encode()
        until = int(self.ends + draw.choice((-100, -1, 0, 1, 5, 60, 600)))
        self.ending.append(f"Bearer mock.{name}.{until}.12".encode())
        return draw.choice(
            (
                f"Bearer mock.{name}.{until}.12", f"Bearer mock.{name}.{until}.13",
                f"bearer mock.{name}.12", f"Bearer  mock.{name}.12",
                f"Bearer mock.{name}.12 ", f"Bearer\tmock.{name}.12", f"Bearer\xa0mock.{name}.12",
                f"BEARER mock.{name}.13",
                f"Bearer mock.{name}.13", "Bearer mock.expired.12", f"Bearer mock.{name}.77",
                "Bearer nonsense", "Bearer", "Bearer ", "",
                "Basic MTI6eA==", f"mock.{name}.12", "Bearer mock.ab.12",
                "Bearer mock.default.12, Bearer mock.one.12",
                "Bearer mock.default.\u0661\u0662".encode().decode("latin-1"),
                f"Bearer mock.new-{draw.randrange(6)}.12",
            )
        ).encode("latin-1")  # fmt: skip

    def _body(self) -> bytes:
        draw = self.random
        chance = draw.random()
        if chance < 0.08:
            return draw.choice(ODD_BODIES)
        if chance < 0.082:
            return (
                b'{"action":"UnPark","unknown":"' + b"x" * draw.choice((70_000, 1_048_000, 1_048_600)) + b'"}'
            )
        body: dict[str, Any] = dict(RIGHT_UNPARK if draw.random() < 0.6 else RIGHT_PARK)
        if draw.random() < 0.3:
            body["callerId"] = "John Doe <42420042>"
        if draw.random() < 0.3:
            body["waitForPickup" if body["action"] == "UnPark" else "maxInParking"] = draw.choice(
                ("20", 20, "600", 600)
            )
        if chance < 0.45:
            for _ in range(draw.choice((1, 1, 1, 2, 3))):
                name = draw.choice(tuple(FIELDS))
                if draw.random() < 0.2:
                    body.pop(name, None)
                else:
                    body[name] = draw.choice(FIELDS[name])
        text = json.dumps(body, ensure_ascii=draw.random() < 0.5)
        return text.encode("utf-8", "surrogatepass")

    def _chunks(self, body: bytes) -> tuple[bytes, ...]:
        draw = self.random
        if draw.random() > 0.08 or not body:
            return (body,)
        cuts = sorted(draw.randrange(len(body) + 1) for _ in range(draw.choice((1, 1, 2, 3))))
        return tuple(body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True))

    def happening(self) -> Happening | None:
        """Something that is done to both mocks before the next request."""
        draw = self.random
        name = draw.choice(NAMES)
        chance = draw.random()
        if chance < 0.06:
            seconds = draw.choice((0.5, 1.0, 3.0, 12.0, 30.0, 200.0))
            return lambda mock: mock.sessions.open(name).move_by(seconds)
        if chance < 0.065:
            return lambda mock: mock.sessions.open(name).reset()
        if chance < 0.068:
            return lambda mock: mock.sessions.find(name) and mock.sessions.drop(name)
        if chance < 0.075:
            call = draw.choice(CALLS)
            parked, age = draw.random() < 0.6, draw.choice((0.0, 5.25, 3600.0))
            limit = draw.choice((None, 5.0, 60.0))
            stage = Stage(
                call_id=call, user="12", extension="0003*210", parked=parked, age=age, max_in_parking=limit
            )
            return lambda mock: mock.sessions.open(name).execute(stage)
        if chance < 0.08:
            number = draw.choice(TERMINALS)
            answering = draw.choice(
                (
                    Answering(),
                    Answering(),
                    Answering(),
                    Answering(),
                    Answering(),
                    Answering(after=3.0),
                    Answering(pickup=Pickup.BUSY),
                    Answering(pickup=Pickup.NEVER),
                    Answering(pickup=Pickup.UNREGISTERED),
                )
            )
            return lambda mock: mock.sessions.open(name).execute(
                SetAnswering(extension=number, answering=answering)
            )
        if chance < 0.085:
            return lambda mock: mock.sessions.open(name).execute(PickUp(extension="0003*211"))
        if chance < 0.087:
            fault = msgspec.convert(draw.choice(FAULTS), WireFault)
            return lambda mock: mock.sessions.open(name).faults.set(
                fault, now=mock.sessions.open(name).clock.now()
            )
        if chance < 0.110:
            return lambda mock: mock.sessions.open(name).faults.clear()
        if chance < 0.112:
            variants, defect = draw.choice(BEHAVIOURS)
            return lambda mock: mock.sessions.open(name).behave(variants, defect)
        if chance < 0.135:
            return lambda mock: mock.sessions.open(name).behave((), None)
        if chance < 0.136:
            return lambda mock: mock.sessions.clear()
        return None


FAULTS: Final = (
    {"fault": "EMPTY_RESPONSE"},
    {"fault": "EMPTY_RESPONSE", "request": {"action": "Park"}},
    {"fault": "MALFORMED_JSON", "times": 2},
    {"fault": "SERVICE_UNAVAILABLE", "probability": 0.5},
)
BEHAVIOURS: Final = (
    (("accepted-202",), None),
    (("numbers-as-strings",), None),
    ((), "unknown-call-200"),
    (("not-parked-conflict",), None),
)
