"""Requests that no client of good will writes, byte by byte, on both ways through the mock."""

import json
import socket

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.wire_faults.fault import delay_named

CALL = b"/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
TOKEN = b"Authorization: Bearer mock.default.12\r\n"
HEAD = b"Host: localhost\r\n" + TOKEN
REFUSED = b'{"action":"UnPark","sendCallTo":"0003*024","waitForPickup":"0","phoneCallViewId":"01"}'
UPGRADING = b"Connection: Upgrade\r\nUpgrade: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
EXPECTING = b"Expect: 100-continue\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(REFUSED)
WHOLE = b"%x\r\n%s\r\n0\r\n\r\n" % (len(REFUSED), REFUSED)
LONG_AGO = 30.0  # seconds; whoever waits for so long waits for ever


@pytest.fixture(scope="module", params=[True, False], ids=["fast way", "whole way"])
def url(request):
    with running(build(Settings(clock="manual", fast_path=request.param))) as url:
        yield url


def asks(body=b"", *, method=b"GET", target=CALL, headers=HEAD, more=b"", version=b"HTTP/1.1"):
    return method + b" " + target + b" " + version + b"\r\n" + headers + more + b"\r\n" + body


LAST = asks(target=b"/last", more=b"Connection: close\r\n")
"""After it the mock hangs up, and says nothing of what comes behind."""


def told(url, *pieces):
    """Every answer, as (status, code of the error), until the mock hangs up."""
    heard = b""
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=LONG_AGO) as line:
        for piece in pieces:
            line.sendall(piece)
        while chunk := line.recv(65536):
            heard += chunk
    answers = []
    while heard:
        head, _, heard = heard.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        fields = dict(each.split(b": ", 1) for each in lines[1:])
        size = int(fields.get(b"content-length", 0))
        body, heard = heard[:size], heard[size:]
        assert not body or fields[b"content-type"] == b"application/json"
        found = json.loads(body) if body else {}
        answers.append((int(lines[0].split()[1]), found["error"]["code"] if "error" in found else None))
    return answers


NOT_READ = {
    "HTTP of another generation": asks(version=b"HTTP/2.0"),
    "HTTP before there were versions": b"GET " + CALL + b"\r\n\r\n",
    "no host": asks(headers=TOKEN),
    "no host, and where it could be taken from": asks(target=b"http://localhost" + CALL, headers=TOKEN),
    "two tokens": asks(more=TOKEN.replace(b"12", b"13")),
    "a token twice": asks(more=TOKEN),
    "a fragment": asks(target=CALL + b"#/elsewhere"),
    "an empty fragment": asks(target=CALL + b"#"),
    "a fragment in a query": asks(target=CALL + b"?count=1#"),
    "chunked and a comma": asks(WHOLE, method=b"PUT", more=CHUNKED.replace(b"\r", b",\r")),
    "chunked in quotes": asks(WHOLE, method=b"PUT", more=CHUNKED.replace(b"chunked", b'"chunked"')),
    "chunked with a parameter": asks(WHOLE, method=b"PUT", more=CHUNKED.replace(b"\r", b";q=1\r")),
    "chunked twice": asks(WHOLE, method=b"PUT", more=CHUNKED * 2),
    "an encoding of nothing": asks(REFUSED, method=b"PUT", more=b"Transfer-Encoding:\r\n" + LENGTH),
    "an encoding that is the identity": asks(REFUSED, method=b"PUT", more=b"Transfer-Encoding: identity\r\n" + LENGTH),
    "a folded encoding": asks(WHOLE, method=b"PUT", more=b"Transfer-Encoding:\r\n chunked\r\n"),
    "a folded length": asks(REFUSED, method=b"PUT", more=b"Content-Length:\r\n 86\r\n"),
    "a length in hexadecimal": asks(REFUSED, method=b"PUT", more=b"Content-Length: 0x56\r\n"),
    "a length with an underscore": asks(REFUSED, method=b"PUT", more=b"Content-Length: 8_6\r\n"),
    "a length in two words": asks(REFUSED, method=b"PUT", more=b"Content-Length: 8 6\r\n"),
    "a length of nothing": asks(REFUSED, method=b"PUT", more=b"Content-Length:\r\n"),
    "a chunk with a space": asks(WHOLE.replace(b"\r", b" \r", 1), method=b"PUT", more=CHUNKED),
    "a chunk behind a space": asks(b" " + WHOLE, method=b"PUT", more=CHUNKED),
    "a chunk in another notation": asks(b"0x" + WHOLE, method=b"PUT", more=CHUNKED),
    "a chunk extension with a line": asks(WHOLE.replace(b"\r", b";a\nb\r", 1), method=b"PUT", more=CHUNKED),
    "a chunk extension with NUL": asks(WHOLE.replace(b"\r", b";\0\r", 1), method=b"PUT", more=CHUNKED),
    "a chunk longer than it says": asks(WHOLE.replace(b"}\r\n", b"}XX"), method=b"PUT", more=CHUNKED),
    "chunks in bare line feeds": asks(WHOLE.replace(b"\r\n", b"\n"), method=b"PUT", more=CHUNKED),
    "no chunk but an end in one line feed": asks(WHOLE[:-2] + b"\n", method=b"PUT", more=CHUNKED),
    "a length in a trailer": asks(WHOLE[:-2] + b"Content-Length: 5\r\n\r\n", method=b"PUT", more=CHUNKED),
    "chunks in a trailer": asks(WHOLE[:-2] + CHUNKED + b"\r\n", method=b"PUT", more=CHUNKED),
    "a trailer that is folded": asks(WHOLE[:-2] + b"X: a\r\n b\r\n\r\n", method=b"PUT", more=CHUNKED),
    "a trailer without a colon": asks(WHOLE[:-2] + b"X\r\n\r\n", method=b"PUT", more=CHUNKED),
    "a method of seventy thousand letters": asks(method=b"G" * 70_000),
    "a control in a header": asks(more=b"X: \x1b\r\n"),
    "a space before the request": b" " + asks(),
    "a tab in the line": asks().replace(b" ", b"\t", 1),
}  # fmt: skip


@pytest.mark.parametrize("sent", NOT_READ.values(), ids=NOT_READ)
def test_what_no_client_of_good_will_writes_is_refused_and_nothing_behind_it_read(url, sent):
    (only,) = told(url, sent + LAST)
    assert only == (400, "request_invalid")


READ = {
    "a payload where none is read": (asks(REFUSED, more=LENGTH), 200),
    "chunks where none are read": (asks(WHOLE, more=CHUNKED), 200),
    "a payload with a method of nothing": (asks(REFUSED, method=b"DELETE", target=b"/x", more=LENGTH), 404),
    "a payload with TRACE": (asks(REFUSED, method=b"TRACE", more=LENGTH), 405),
    "a payload with OPTIONS": (asks(REFUSED, method=b"OPTIONS", more=LENGTH), 405),
    "chunk extensions": (asks(WHOLE.replace(b"\r", b';a="b"\r', 1), method=b"PUT", more=CHUNKED), 400),
    "a chunk size with zeros": (asks(b"0" * 1_000 + WHOLE, method=b"PUT", more=CHUNKED), 400),
    "an end with zeros": (asks(WHOLE[:-5] + b"000\r\n\r\n", method=b"PUT", more=CHUNKED), 400),
    "no payload at all": (asks(method=b"PUT"), 400),
    "a payload of nothing": (asks(method=b"PUT", more=b"Content-Length: 0\r\n"), 400),
    "an alias of a length": (asks(REFUSED, method=b"PUT", more=b"Content_Length: 5\r\n" + LENGTH), 400),
    "a length to be dropped": (asks(REFUSED, method=b"PUT", more=b"Connection: content-length\r\n" + LENGTH), 400),
    "a token that is to be dropped": (asks(more=b"Connection: authorization\r\n"), 200),
    "a list of tokens": (asks(headers=HEAD.replace(b"12", b"12, Bearer mock.default.13")), 401),
    "another method in a header": (asks(more=b"X-HTTP-Method-Override: DELETE\r\n"), 200),
    "a type that is none": (asks(REFUSED, method=b"PUT", more=b"Content-Type: ;;\xff\r\n" + LENGTH), 400),
    "two types": (asks(REFUSED, method=b"PUT", more=b"Content-Type: a/b\r\nContent-Type: c/d\r\n" + LENGTH), 400),
    "a charset that is none": (asks(REFUSED, method=b"PUT", more=b"Content-Type: a/b; charset=idna\r\n" + LENGTH), 400),
    "a host that is none": (asks(headers=b"Host: x/_mock?@#\r\n" + TOKEN), 200),
    "an upgrade with chunks": (asks(WHOLE, method=b"PUT", more=CHUNKED + UPGRADING), 400),
    "two upgrades": (asks(more=UPGRADING + b"Upgrade: y\r\n"), 200),
    "an expectation of something else": (asks(REFUSED, method=b"PUT", more=b"Expect: 200-ok\r\n" + LENGTH), 400),
    "an expectation without a payload": (asks(more=EXPECTING), 200),
    "an expectation of a payload of nothing": (asks(method=b"PUT", more=EXPECTING + b"Content-Length: 0\r\n"), 400),
    "a preflight without sense": (
        asks(method=b"OPTIONS", more=b"Origin: http://localhost\r\nAccess-Control-Request-Method: \xff\r\n"), 400,
    ),
    "a preflight for a method that there is not": (
        asks(method=b"OPTIONS", more=b"Origin: http://localhost\r\nAccess-Control-Request-Method: PATCH\r\n"), 400,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "status"), READ.values(), ids=READ)
def test_what_is_odd_and_can_be_read_in_one_way_is_answered_and_what_is_behind_it_too(url, sent, status):
    answers = told(url, sent + LAST)
    assert [each[0] for each in answers] == [status, 404]


@pytest.mark.parametrize("more", [LENGTH, CHUNKED])
def test_whoever_expects_to_be_asked_for_a_payload_is(url, more):
    body = WHOLE if more == CHUNKED else REFUSED
    answers = told(url, asks(method=b"PUT", more=EXPECTING + more), body + LAST)
    assert [each[0] for each in answers] == [100, 400, 404]


def test_a_client_of_http_1_0_is_told_nothing_that_it_does_not_know(url):
    assert told(url, asks(REFUSED, method=b"PUT", more=EXPECTING + LENGTH, version=b"HTTP/1.0")) == [
        (400, "pc_timeout_invalid")
    ]


@pytest.mark.parametrize("more", [b"", UPGRADING], ids=["plain", "upgrade"])
def test_a_client_of_http_1_0_is_hung_up_on_after_its_answer(url, more):
    assert told(url, asks(version=b"HTTP/1.0", more=more) + LAST) == [(200, None)]


def test_a_client_of_http_1_0_needs_no_host(url):
    assert told(url, asks(version=b"HTTP/1.0", headers=TOKEN)) == [(200, None)]


def test_all_of_that_has_moved_nothing(url):
    call = httpx.get(f"{url}{CALL.decode()}", headers={"Authorization": "Bearer mock.default.12"}).json()
    assert "parked" in call["entry"][0]["phoneCallView"][0]


@pytest.mark.parametrize("behind", [0, 1, 3])
def test_whoever_leaves_is_not_waited_for_whatever_was_asked_behind(behind):
    settings = Settings(clock="manual", delay=delay_named("60000"))

    def are_waiting(url):
        return httpx.get(f"{url}/_mock/state").json()["waiting"]

    with running(build(settings)) as url:
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as line:
            line.sendall(asks() * (1 + behind))
            assert any(are_waiting(url) for _ in range(1_000))
            if behind == 3:
                httpx.post(f"{url}/_mock/clock/advance", json={"seconds": 60})
                assert line.recv(1)
                assert any(are_waiting(url) for _ in range(1_000))
        assert any(not are_waiting(url) for _ in range(1_000))
