"""What goes over the line is the same with the fast way and without it, however a request comes."""

import socket
from contextlib import ExitStack
from unittest.mock import Mock
from urllib.parse import urlsplit

import httpx
import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from mockserver.app import build
from mockserver.connection.client_limits import MAX_PIPELINED, ClientLimits
from mockserver.serving.bounded_protocol import bounded
from mockserver.serving.crowd import Crowd
from mockserver.serving.fast_protocol import at_once, fast_protocol
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.simulator.commands import End

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
UNPARK = b'{"action":"UnPark","sendCallTo":"0003*024","phoneCallViewId":"01"}'
PARK = b'{"action":"Park","phoneCallViewId":"01"}'
CHUNKS = b"5\r\n" + UNPARK[:5] + b"\r\n3d\r\n" + UNPARK[5:] + b"\r\n0\r\n\r\n"


def request(method="PUT", path=PATH, body=UNPARK, version="1.1", **headers: str) -> bytes:
    lines = [
        f"{method} {path} HTTP/{version}",
        "Host: phones.example",
        "Authorization: Bearer mock.default.12",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "Transfer_Encoding" not in headers and "Content_Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


LAST = request("GET", "/uapi/nowhere", b"", Connection="close")
"""Answered the whole way, and then the connection ends, so that everything before it has been read."""

GARBAGE = b"\x00\x01garbage\r\n\r\n"

KNOWN = request()
"""Its header lines have been read when those that follow it come."""

REQUESTS = {
    "one": [request()],
    "one after the other": [request(), request(body=PARK), request("GET", body=b""), request()],
    "all at once": [request() + request(body=PARK) + request("GET", body=b"") + request()],
    "fast behind slow": [request(Prefer="code=400") + request() + request(Prefer="code=204") + request(body=PARK)],
    "slow behind fast": [request() + request("DELETE", body=b"") + request()],
    "head and body apart": [request()[:-len(UNPARK)], UNPARK, request(body=PARK)],
    "byte by byte": [bytes([each]) for each in request()],
    "chunked": [request(body=CHUNKS, Transfer_Encoding="chunked")],
    "refused": [request(body=b"{}"), request(body=b"\xff"), request(body=b"")],
    "a target with a space": [request(path=PATH + "x y")],
    "a target with a fragment": [request(path=PATH + "#a")],
    "odd targets": [
        request(path=target)
        for target in ("//uapi" + PATH[5:], PATH + "/", PATH + "?", PATH + "?a=1", PATH + "%0A", "/", "*")
    ],
    "absolute target": [request(path="http://phones.example" + PATH)],
    "a target that is no ascii": [request(path=PATH + "\xe9")],
    "old version": [request(version="1.0")],
    "kept alive in an old version": [request(version="1.0", Connection="keep-alive")],
    "closed": [request(Connection="close")],
    "asks before it sends": [request(Expect="100-continue")],
    "wants another protocol": [request(Connection="Upgrade, close", Upgrade="h2c")],
    "a websocket": [request("GET", body=b"", Connection="Upgrade, close", Upgrade="websocket")],
    "garbage behind it": [request() + GARBAGE],
    "a body that is shorter than it says": [request(Content_Length=str(len(UNPARK) - 3))],
    "known lines": [KNOWN, request(), request(body=PARK), request("GET", body=b""), request("GET", PATH[:-21], b"")],
    "known lines and a body that is cut": [KNOWN, request()[:-3], request()[-3:], request(body=PARK)],
    "known lines and more than one request": [
        KNOWN, request() + request(), request() + request(body=PARK)[:40], request(body=PARK)[40:]
    ],
    "known lines and garbage behind a body": [KNOWN, request() + GARBAGE],
    "known lines behind blank ones": [KNOWN, b"\r\n" + request(), b"\r\n", request(body=PARK)],
    "known lines behind one that is slow": [
        KNOWN, request(Prefer="code=400"), request(), request(Prefer="code=204") + request()
    ],
    "known lines behind an odd request line": [
        KNOWN,
        *(request(*line) for line in (("POST",), ("DELETE", PATH, b""), ("PUT", PATH + "?a=1"), ("PUT", PATH + "%20"))),
        request().replace(b" HTTP/1.1", b"  HTTP/1.1"),
    ],
    "known lines that end the connection in another version": [KNOWN, request(version="1.0")],
    "lines that ask to close are never known": [KNOWN, request(Connection="close")],
    "through a proxy": [request(X_Forwarded_Proto="https", X_Forwarded_For="10.0.0.1"), request(body=PARK)],
}  # fmt: skip


@pytest.fixture(scope="module")
def urls():
    with ExitStack() as stack:
        yield [
            stack.enter_context(running(build(Settings(clock="manual", fast_path=fast))))
            for fast in (True, False)
        ]


@pytest.mark.parametrize("name", REQUESTS)
def test_the_bytes_on_the_line_are_the_same(urls, name):
    fast, whole = (told(url, REQUESTS[name]) for url in urls)
    assert fast == whole
    assert fast.startswith(b"HTTP/1.1 ")


def told(url: str, parts: list[bytes]) -> bytes:
    """All that a server says to a new connection, in a session that begins anew."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(b"POST /_mock/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n")
        while not line.recv(65_536).endswith(b"}"):
            pass
        heard = b""
        try:
            for part in parts if ends(parts[-1]) else (*parts, LAST):
                line.sendall(part)
            while chunk := line.recv(65_536):
                heard += chunk
        except ConnectionError:
            pass
        return heard


def test_whoever_sends_requests_without_end_in_one_go_is_cut_off(urls):
    """Until all of them were answered nobody else would be served."""
    asked = 3 * MAX_PIPELINED
    heard = told(urls[0], [request(body=b"{}"), request(body=b"{}") * asked])
    assert MAX_PIPELINED < heard.count(b"HTTP/1.1 400") < asked
    assert heard.count(b"HTTP/1.1 429") == 1


def test_of_a_payload_that_breaks_off_the_journals_have_the_same(urls):
    """What of it could be read came before the bytes that could not."""
    broken = request(body=CHUNKS[:8] + b"\r\nno number\r\n", Transfer_Encoding="chunked")
    fast, whole = (journal_after(url, broken) for url in urls)
    assert fast == whole
    (entry,) = fast
    assert (entry["request"]["body"]["text"], entry["response"]) == (UNPARK[:5].decode(), None)


def journal_after(url: str, sent: bytes) -> list[dict]:
    """What a session has that begins anew with it, once the server has hung up."""
    told(url, [sent])
    return httpx.get(f"{url}/_mock/journal").json()["entries"]


def test_header_lines_are_read_by_the_parser_once(monkeypatch):
    """Whatever the path and the method: only what comes between the request line and the payload is known."""
    read = []
    headers_complete = HttpToolsProtocol.on_header

    def counted(self, name, value):
        read.append(name)
        headers_complete(self, name, value)

    monkeypatch.setattr(HttpToolsProtocol, "on_header", counted)
    mock = build(Settings(clock="manual"))
    mock.sessions.open("default")
    with running(mock) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=20) as line:
            for each in (request(), request(), request(path=PATH[:-1] + "4")):
                line.sendall(each)
                assert line.recv(65_536).startswith(b"HTTP/1.1 ")
    assert read == [b"Host", b"Authorization", b"Content-Length"]
    assert [entry.status for entry in mock.sessions.open("default").journal.entries] == [200, 204, 400]


def test_a_connection_that_nobody_uses_ends_though_its_timer_was_set_before(monkeypatch):
    """What is looked at when the timer runs out is the last answer, not the one that set it."""
    protocol, closed, timers = a_connection()
    protocol.data_received(request())
    (moment, run_out), *_ = timers
    for _ in range(3):
        protocol.data_received(request())
    assert len(timers) == 1
    protocol.loop.now = moment
    protocol._last_told = moment - 1
    run_out()
    assert (closed, len(timers)) == ([], 2)
    protocol.loop.now = timers[1][0]
    timers[1][1]()
    assert closed == [True]


def test_a_connection_on_which_somebody_waits_for_an_answer_is_not_one_that_nobody_uses():
    """Also where another answer, to the same bytes, has just been complete."""
    protocol, _, timers = a_connection()
    protocol.data_received(request() + request(Prefer="respond-async"))
    assert len(timers) == 1
    assert protocol.timeout_keep_alive_task is None


def bounded_connection(*, is_at_once: bool):
    """A connection with bounds about it, what goes out, what was given to the bounds, and those that wait."""
    mock = build(Settings(clock="manual"))
    mock.sessions.open("default")
    config = Config(app=mock, log_config=None, ws="none", lifespan="off")
    config.load()
    crowd, told, passed = Crowd(10), [], []
    within = bounded(fast_protocol(mock.fast_path), ClientLimits(), crowd)

    class Passed(within):
        def data_received(self, data):
            passed.append(data)
            super().data_received(data)

    made = at_once(Passed, crowd) if is_at_once else Passed
    protocol = made(config=config, server_state=ServerState(), app_state={}, _loop=Loop())
    protocol.connection_made(
        Mock(write=told.append, is_closing=lambda: False, get_extra_info=lambda *_: None)
    )
    return protocol, told, passed, crowd


def left_by(part, protocol, crowd):
    other = Mock()
    crowd.waiting[other] = None
    protocol.data_received(part)
    is_last = next(reversed(crowd.waiting)) is protocol
    del crowd.waiting[other]
    return protocol._stage, protocol._came, protocol._timer is None, len(protocol.loop.timers), is_last


def test_a_request_that_is_whole_and_known_goes_around_the_bounds_and_leaves_everything_as_behind_them():
    first, second = (bounded_connection(is_at_once=each) for each in (True, False))
    parts = [
        KNOWN,
        KNOWN,
        request(body=PARK),
        KNOWN[:5],
        KNOWN[5:],
        KNOWN,
        KNOWN[:-3],
        KNOWN[-3:],
        KNOWN + KNOWN,
    ]
    for part in parts:
        left, right = (left_by(part, protocol, crowd) for protocol, _, _, crowd in (first, second))
        assert left == right
    assert first[1] == second[1]
    assert second[2] == parts
    assert first[2] == [KNOWN, request(body=PARK), *parts[3:5], *parts[6:]]


class Loop:
    """A clock that stands, and timers that nobody runs."""

    def __init__(self):
        self.now = 100.0
        self.timers = []

    def time(self):
        return self.now

    def call_later(self, seconds, run_out):
        self.timers.append((self.now + seconds, run_out))
        return Mock()

    def create_task(self, coroutine):
        coroutine.close()
        return Mock()


def a_connection():
    """A connection of the fast protocol, whether its end was asked for, and its timers."""
    mock = build(Settings(clock="manual"))
    mock.sessions.open("default")
    config = Config(app=mock, log_config=None, ws="none", lifespan="off")
    config.load()
    closed = []
    transport = Mock(
        close=lambda: closed.append(True), is_closing=lambda: bool(closed), get_extra_info=lambda *_: None
    )
    loop = Loop()
    protocol = fast_protocol(mock.fast_path)(
        config=config, server_state=ServerState(), app_state={}, _loop=loop
    )
    protocol.connection_made(transport)
    return protocol, closed, loop.timers


def ends(part: bytes) -> bool:
    """Whether the server hangs up after it by itself."""
    odd = part.endswith(GARBAGE) or b"Content-Length: %d\r\n" % (len(UNPARK) - 3) in part
    return odd or b"HTTP/1.0" in part or b"close\r\n" in part or b"x y" in part or b"\xe9" in part


def test_only_the_fast_way_answers_without_the_application(urls, monkeypatch):
    mock = build(Settings(clock="manual"))
    mock.sessions.open("default")
    asked = []
    whole = mock._vendor

    async def counted(scope, receive, send):
        asked.append(scope["path"])
        await whole(scope, receive, send)

    monkeypatch.setattr(mock, "_vendor", counted)
    with running(mock) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=20) as line:
            line.sendall(request() + request(body=PARK) + LAST)
            heard = b""
            while chunk := line.recv(65_536):
                heard += chunk
    assert heard.count(b"HTTP/1.1 200") == 2
    assert asked == ["/uapi/nowhere"]
    assert [entry.status for entry in mock.sessions.open("default").journal.entries] == [200, 200, 404]


def test_a_request_that_ends_a_session_over_age_is_answered_by_the_next_one(monkeypatch):
    """In the old one there was no call that a terminal could ring for."""
    mock = build(Settings(scenario="nobody-answers", clock="x60", session_max_idle=60))
    now = [0.0]
    monkeypatch.setattr(mock.sessions, "_source", lambda: now[0])
    mock.sessions.open("default").execute(End(call_id=CALL))
    now[0] = 61.0
    with running(mock) as url:
        answer = httpx.put(
            f"{url}{PATH}", content=UNPARK, headers={"Authorization": "Bearer mock.default.12"}, timeout=20
        )
    assert answer.status_code == 204
    assert len(mock.sessions.evictions) == 1
