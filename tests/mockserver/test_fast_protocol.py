"""What goes over the line is the same with the fast way and without it, however a request comes."""

import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from mockserver.app import build
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
    "odd targets": [
        request(path=target)
        for target in ("//uapi" + PATH[5:], PATH + "/", PATH + "?", PATH + "?a=1", PATH + "#a", PATH + "%0A", "/", "*")
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
