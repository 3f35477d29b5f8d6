"""Clients that mean harm, on raw sockets: each gets the vendor's envelope or a closed connection, never a 500 and
never silence, and nobody else notices.
"""

import json
import socket
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from mockserver.app import build
from mockserver.connection.client_limits import MAX_HEAD_BYTES, MAX_HEADERS, MAX_PIPELINED, ClientLimits
from mockserver.connection.descriptors import take_all_descriptors
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.wire_faults.fault import delay_named

CALL = b"/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
TOKEN = b"Authorization: Bearer mock.default.12\r\n"
HEADERS = b"Host: localhost\r\n" + TOKEN
REFUSED = b'{"action":"UnPark","sendCallTo":"0003*024","waitForPickup":"0","phoneCallViewId":"01"}'
RETRIEVES = REFUSED.replace(b'"0"', b'"9"')
CHUNKED = b"Transfer-Encoding: chunked\r\n"
LONG_AGO = 30.0  # seconds; whoever waits for so long waits for ever


def asks(body=b"", *, method=b"GET", target=CALL, headers=HEADERS, more=b"", version=b"HTTP/1.1"):
    return method + b" " + target + b" " + version + b"\r\n" + headers + more + b"\r\n" + body


def puts(body=REFUSED, **other):
    length = b"Content-Length: %d\r\n" % len(body)
    return asks(body, **{"method": b"PUT", "more": length, **other})


class Client:
    """One connection, and what comes out of it, answer by answer."""

    def __init__(self, url):
        self.socket = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=LONG_AGO)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        with suppress(OSError):  # the mock has hung up, which `answer` tells
            self.socket.sendall(data)

    def answer(self):
        """Status, headers and JSON; None where the connection is closed."""
        try:
            line = self.stream.readline()
            if not line:
                return None
            headers = dict(
                pair.rstrip(b"\r\n").lower().split(b": ", 1) for pair in iter(self.stream.readline, b"\r\n")
            )
            body = self.stream.read(int(headers.get(b"content-length", 0)))
        except ConnectionError:
            return None
        return int(line.split(b" ")[1]), headers, json.loads(body) if body else None

    def refusal(self):
        """Status and code, of an answer in the vendor's envelope."""
        status, headers, body = self.answer()
        assert headers[b"content-type"] == b"application/json"
        assert body["error"]["message"]
        return status, body["error"]["code"]

    @property
    def is_closed(self):
        return self.answer() is None


@contextmanager
def served(limits=None, **settings):
    app = build(Settings(**{"clock": "manual", "limits": limits or ClientLimits(), **settings}))
    with running(app) as url:
        yield url


@pytest.fixture(scope="module")
def url():
    with served() as url:
        yield url


@pytest.fixture
def client(url):
    with Client(url) as client:
        yield client


def is_well(url):
    """Whether somebody else is served as ever: lists the documented call, which nobody retrieved."""
    call = httpx.get(f"{url}{CALL.decode()}", headers={"Authorization": "Bearer mock.default.12"}).json()
    return "parked" in call["entry"][0]["phoneCallView"][0]


UNREADABLE = {
    "length and chunks": puts(more=b"Content-Length: 86\r\n" + CHUNKED),
    "two lengths": puts(more=b"Content-Length: 86\r\nContent-Length: 3\r\n"),
    "the same length twice": puts(more=b"Content-Length: 86\r\nContent-Length: 86\r\n"),
    "a list of lengths": puts(more=b"Content-Length: 86, 86\r\n"),
    "a length with a sign": puts(more=b"Content-Length: +86\r\n"),
    "a negative length": puts(more=b"Content-Length: -1\r\n"),
    "a length beyond numbers": puts(more=b"Content-Length: " + b"9" * 40 + b"\r\n"),
    "an encoding that is none": puts(more=b"Transfer-Encoding: xchunked\r\n"),
    "an encoding besides": asks(b"0\r\n\r\n", method=b"PUT", more=b"Transfer-Encoding: identity, chunked\r\n"),
    "an encoding after chunked": asks(b"0\r\n\r\n", method=b"PUT", more=CHUNKED + b"Transfer-Encoding: gzip\r\n"),
    "a space before the colon": asks(b"0\r\n\r\n", method=b"PUT", more=b"Transfer-Encoding : chunked\r\n"),
    "an encoding behind a control": asks(b"0\r\n\r\n", method=b"PUT", more=b"Transfer-Encoding: \x0bchunked\r\n"),
    "a chunk without size": asks(b"zz\r\n", method=b"PUT", more=CHUNKED),
    "a chunk of negative size": asks(b"-1\r\n", method=b"PUT", more=CHUNKED),
    "a chunk beyond numbers": asks(b"f" * 17 + b"\r\n", method=b"PUT", more=CHUNKED),
    "a folded header": asks(more=b"X-A: b\r\n c: d\r\n"),
    "bare line feeds": asks().replace(b"\r\n", b"\n"),
    "one bare line feed": asks(more=b"X-A: b\n"),
    "a bare carriage return": asks(more=b"X-A: b\rX-B: c\r\n"),
    "NUL in a value": asks(more=b"X-A: a\0b\r\n"),
    "NUL in a name": asks(more=b"X\0: a\r\n"),
    "a header without a name": asks(more=b": a\r\n"),
    "a header without a colon": asks(more=b"whatever\r\n"),
    "two hosts": asks(more=b"Host: elsewhere\r\n"),
    "no method": asks(method=b""),
    "a method of one's own": asks(method=b"FOO"),
    "a method in small letters": asks(method=b"get"),
    "a method with NUL": asks(method=b"GE\0T"),
    "a target with a space": asks(target=CALL + b" x"),
    "a target with NUL": asks(target=CALL + b"\0"),
    "a target in raw UTF-8": asks(target=b"/uapi/\xc3\xa9"),
    "a target with backslashes": asks(target=b"\\uapi\\phoneCalls"),
    "an authority": asks(target=b"evil.example:80"),
    "an origin without a path": asks(target=b"http://evil.example"),
    "a tunnel": asks(method=b"CONNECT", target=b"evil.example:80"),
    "another version": asks(version=b"HTTP/9.9"),
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\xfc\x03\x03",
}  # fmt: skip


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_in_one_way_only_is_refused_in_the_envelope_and_hung_up(url, client, sent):
    client.send(sent)
    assert client.refusal() == (400, "request_invalid")
    assert client.is_closed
    assert is_well(url)


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused_too_where_something_was_answered_before(client, sent):
    client.send(asks(target=CALL + b"?count=1"))
    assert client.answer()[0] == 200
    client.send(sent)
    assert client.refusal() == (400, "request_invalid")
    assert client.is_closed


READ_AND_REFUSED = {
    "an encoded slash": (asks(target=b"/uapi%2FphoneCalls%2F12%2F@self"), 404),
    "dots": (asks(target=b"/uapi/../_mock/state"), 404),
    "encoded dots": (asks(target=b"/uapi/%2e%2e/_mock/state"), 404),
    "an encoded NUL": (asks(target=b"/uapi/phoneCalls/12/%00"), 400),
    "an encoded line": (asks(target=b"/uapi/phoneCalls/12/a%0d%0aX: y"), 400),
    "an encoding of nothing": (asks(target=b"/uapi/phoneCalls/12/%zz"), 400),
    "bytes that are no UTF-8": (asks(target=b"/uapi/phoneCalls/12/%ff"), 400),
    "another host behind slashes": (asks(target=b"//u:p@evil.example:99999999/x"), 404),
    "all there is": (asks(method=b"OPTIONS", target=b"*"), 404),
    "a tunnel with a path": (asks(method=b"CONNECT"), 405),
    "a token that is no UTF-8": (asks(headers=b"Host: x\r\nAuthorization: Bearer \xff\xfe\r\n"), 401),
    "a session that is no UTF-8": (asks(more=b"X-Callpark-Session: \xff\r\n"), 400),
    "a preference without sense": (asks(more=b'Prefer: code=\xff; wait=9999999999999, x="\\\r\n'), 400),
    "a query without sense": (asks(target=CALL + b"?%ff=%00&&=&accessRequestToken=%ff", headers=b"Host: x\r\n"), 401),
    "bad UTF-8": (puts(b'{"action":"\xff"}'), 400),
    "depth": (puts(b"[" * 100_000), 400),
    "a long number": (puts(REFUSED.replace(b'"0"', b"9" * 100_000)), 400),
    "a surrogate": (puts(b'{"action":"\\ud800"}'), 400),
    "members twice": (puts(REFUSED[:-1] + b',"action":"UnPark","waitForPickup":-1}'), 400),
    "a long payload": (puts(b" " * 1_048_577), 413),
    "a long payload in a chunk": (asks(b"100001\r\n" + b" " * 0x100001, method=b"PUT", more=CHUNKED), 413),
    "chunks of one byte": (asks(b"1\r\n \r\n" * 9_000 + b"0\r\n\r\n", method=b"PUT", more=CHUNKED), 400),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "status"), READ_AND_REFUSED.values(), ids=READ_AND_REFUSED)
def test_what_can_be_read_is_refused_in_the_envelope(url, client, sent, status):
    client.send(sent)
    assert client.refusal()[0] == status
    assert is_well(url)


@pytest.mark.parametrize(
    "how", [b"", b"/_mock%2Fnothing", b"/_mock//state", b"/_mock/%00", b"/%5Fmock/nothing"]
)
def test_the_control_plane_is_not_reached_by_a_path_that_is_not_its_own(client, how):
    client.send(asks(target=how or b"/x/../_mock/state"))
    assert client.refusal()[0] == 404


def test_a_url_with_another_origin_is_answered_by_its_path(client):
    client.send(asks(target=b"http://evil.example" + CALL))
    assert client.answer()[0] == 200


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_a_trailer_is_no_header(url, client, version):
    """Else who may not add a header to a request of somebody else's could add one behind its payload."""
    chunks = b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(RETRIEVES), RETRIEVES, TOKEN)
    client.send(asks(chunks, method=b"PUT", headers=b"Host: x\r\n", more=CHUNKED))
    assert client.refusal() == (401, "access_denied")
    assert is_well(url)


@pytest.mark.parametrize("asked", [asks, puts], ids=["without", "with"])
@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
def test_an_upgrade_that_is_not_offered_is_ignored_with_or_without_a_payload(client, asked, upgrade):
    """Java's client asks for one with whatever it sends first; what it sends next is answered too."""
    head = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: %s\r\nHTTP2-Settings: AAMA\r\n" % upgrade
    plain = asked()
    client.send(plain.replace(b"\r\nHost", b"\r\n" + head + b"Host") * 2 + plain)
    answers = [client.answer() for _ in range(3)]
    assert {status for status, _, _ in answers} == {400 if asked is puts else 200}
    assert len({json.dumps(body) for _, _, body in answers}) == 1


def test_pipelined_requests_are_answered_in_order(client):
    client.send(asks() + puts() + asks(method=b"DELETE", target=b"/nowhere") + asks())
    assert [client.answer()[0] for _ in range(4)] == [200, 400, 404, 200]


def test_what_cannot_be_read_does_not_answer_for_what_was_asked_before(url, client):
    client.send(asks() + puts() + b"\0\0\0")
    assert [client.answer()[0] for _ in range(2)] == [200, 400]
    assert client.refusal() == (400, "request_invalid")
    assert client.is_closed


def test_a_payload_that_cannot_be_read_is_refused_though_something_was_answered_before(client):
    """What was answered before went the whole way, and what cannot be read would have gone the fast one."""
    client.send(asks(target=CALL + b"?count=1"))
    assert client.answer()[0] == 200
    client.send(asks(b"5\r\nhello\r\nno number\r\n", method=b"PUT", more=CHUNKED))
    assert client.refusal() == (400, "request_invalid")
    assert client.is_closed


def test_a_flood_of_pipelined_requests_is_cut_off(url, client):
    client.send(asks(target=CALL + b"?count=1") * (MAX_PIPELINED + 50))
    answered = [client.answer()[0] for _ in range(MAX_PIPELINED + 1)]
    assert set(answered) == {200}
    assert client.refusal() == (429, "too_many_requests")
    assert client.is_closed
    assert is_well(url)


FLOODS = {
    "many headers": asks(more=b"X: y\r\n" * (MAX_HEADERS + 1)),
    "long headers": asks(more=b"".join(b"X-%d: %s\r\n" % (n, b"x" * 900) for n in range(90))),
    "one long header": asks(more=b"X: " + b"x" * MAX_HEAD_BYTES + b"\r\n"),
    "a header without end": asks()[:-2] + b"X: " + b"x" * 3 * MAX_HEAD_BYTES,
    "headers without end": asks()[:-2] + b"X: y\r\n" * MAX_HEAD_BYTES,
    "a target without end": b"GET /" + b"x" * 3 * MAX_HEAD_BYTES,
}


@pytest.mark.parametrize("sent", FLOODS.values(), ids=FLOODS)
def test_a_flood_of_headers_is_refused(url, client, sent):
    client.send(sent)
    found = client.answer()  # what still comes in when the mock hangs up may cost the answer on its way
    assert found is None or (found[0], found[2]["error"]["code"]) == (431, "headers_too_large")
    assert client.is_closed
    assert is_well(url)


@pytest.mark.parametrize("flood", [b"X-T: y\r\n" * 300_000, b"X-T: " + b"y" * 2_400_000])
def test_trailers_without_end_are_hung_up_on(url, client, flood):
    client.send(asks(b"0\r\n", method=b"PUT", more=CHUNKED))
    client.send(flood)
    assert client.answer() is None
    assert is_well(url)


def test_half_a_request_has_no_effect(url, client):
    """Its payload could be complete: only the length says that more was to come."""
    client.send(puts(RETRIEVES, more=b"Content-Length: 1000\r\n"))
    client.socket.shutdown(socket.SHUT_WR)
    assert client.is_closed
    assert is_well(url)


SLOW = ClientLimits(header_timeout=0.05, body_timeout=0.05)
HALVES = {
    "half a request line": b"GE",
    "half the headers": asks()[:60],
    "half a payload": puts()[:-20],
    "half a chunk": asks(b"99\r\nxxx", method=b"PUT", more=CHUNKED),
    "half a trailer": asks(b"1\r\n \r\n0\r\nX-T: y", method=b"PUT", more=CHUNKED),
    "half an upgrade": asks(b"", more=b"Connection: upgrade\r\nUpgrade: h2c\r\n") + b"GET",
}


@pytest.fixture(scope="module")
def impatient():
    with served(SLOW) as url:
        yield url


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_slow_request_is_answered_408_and_hung_up_on(impatient, half):
    with Client(impatient) as client:
        client.send(half)
        if half.endswith(b"GET"):
            assert client.answer()[0] == 200
        assert client.refusal() == (408, "request_timeout")
        assert client.is_closed
    assert is_well(impatient)


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"\r\n" * 100])
def test_a_connection_on_which_nothing_is_asked_is_closed(impatient, sent):
    with Client(impatient) as client:
        client.send(sent)
        assert client.is_closed


def test_what_is_too_long_and_does_not_end_is_answered_once(impatient):
    with Client(impatient) as client:
        client.send(puts(b" " * 1_100_000, more=b"Content-Length: 2000000\r\n"))
        assert client.refusal() == (413, "payload_too_large")
        assert client.is_closed


def test_whoever_waits_for_the_mock_is_not_hung_up_on():
    """A request that waits, and half of another behind it: the mock is to blame for the time that passes."""
    with served(SLOW, delay=delay_named("60000")) as url, Client(url) as client, Client(url) as slow:
        client.send(asks() + asks()[:60])
        slow.send(asks()[:60])
        assert slow.refusal()[0] == 408  # the limit is over by now
        httpx.post(f"{url}/_mock/clock/advance", json={"seconds": 60})
        assert client.answer()[0] == 200
        assert client.refusal() == (408, "request_timeout")


@pytest.fixture
def _many_descriptors():
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    take_all_descriptors()
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("_many_descriptors")
def test_two_thousand_idle_connections_leave_others_alone():
    with served() as url, ExitStack() as open_ones:
        idle = [open_ones.enter_context(Client(url)) for _ in range(2_000)]
        for each in idle[::20]:
            each.send(asks()[:40])
        assert is_well(url)
        for each in idle[::100]:
            each.send(asks()[40:])
            assert each.answer()[0] == 200


def test_the_connection_that_waited_longest_makes_room():
    with served(ClientLimits(max_connections=5)) as url, ExitStack() as open_ones:
        idle = [open_ones.enter_context(Client(url)) for _ in range(20)]
        assert is_well(url)
        assert idle[0].is_closed
        idle[-1].send(asks())
        assert idle[-1].answer()[0] == 200


def test_where_all_connections_are_busy_a_new_one_is_told_so():
    settings = {"limits": ClientLimits(max_connections=2), "delay": delay_named("60000")}
    with served(**settings) as url, Client(url) as first, Client(url) as second:
        for each in (first, second):
            each.send(puts(more=b"Expect: 100-continue\r\nContent-Length: %d\r\n" % len(REFUSED)))
            assert each.answer()[0] == 100  # the mock has seen it, and keeps it waiting from now on
        with Client(url) as third:
            status, headers, body = third.answer()
            assert (status, body["error"]["code"]) == (503, "service_unavailable")
            assert headers[b"retry-after"] == b"1"
            assert third.is_closed
