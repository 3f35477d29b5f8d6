"""What goes over the wire, and what is made of an answer that is none."""

import socket
import threading
from dataclasses import replace

import pytest

from contract_tests import wire as wire_module
from contract_tests.exchange import LONGEST_BODY, Request
from contract_tests.target import MORE_TRIES, Limits, TargetUnreachable, UnusableTarget, origin_and_prefix

ODD = Request(method="PUT", target="/uapi/phoneCalls/@me/0003*210/a%2Fb%zz//;x", body=b"\xff\x00")
AS_USER = (("Authorization", "Bearer ${token}"),)
IMPATIENT = Limits(connect=0.2, answer=0.3, busy_tries=2, busy_wait=0.01)


def test_target_and_body_are_sent_byte_for_byte(raw_server, target_at):
    server = raw_server()
    target_at(server.url).exchange(ODD)

    ((head, body),) = server.requests
    assert head.startswith(b"PUT /uapi/phoneCalls/@me/0003*210/a%2Fb%zz//;x HTTP/1.1\r\n")
    assert body == b"\xff\x00"


def test_a_prefix_of_the_url_goes_before_the_target(raw_server, target_at):
    server = raw_server()
    target_at(server.url + "/pbx/uapi/").exchange(Request(method="GET", target="/uapi/x"))

    assert server.requests[0][0].startswith(b"GET /pbx/uapi/x ")


def test_secrets_are_revealed_on_the_wire_only(raw_server, target_at):
    server, seen = raw_server(), []
    target = target_at(server.url, watch=seen.append, headers=(("X-Key", "${token}"),))
    exchange = target.exchange(
        Request(method="GET", target="/", headers=(("Authorization", "Bearer ${token}"),))
    )

    assert b"Authorization: Bearer s3cret" in server.requests[0][0]
    assert b"X-Key: s3cret" in server.requests[0][0]
    assert seen == [exchange]
    assert "s3cret" not in repr(exchange)
    assert exchange.request.header("x-key") == "${token}"


def test_an_answer_is_kept_as_it_came(raw_server, target_at, answered):
    server = raw_server(answered(418, b"\xfftea", X_Twice="a\r\nX-Twice: b"))
    response = target_at(server.url).exchange(ODD).response

    assert (response.status, response.body, response.body_size) == (418, b"\xfftea", 4)
    assert [value for name, value in response.headers if name == "X-Twice"] == ["a", "b"]


def test_a_head_is_sent_as_it_always_was(raw_server, target_at):
    """Order and spelling of headers too: there are servers that mind."""
    server = raw_server()
    target = target_at(server.url + "/p", headers=(("X-Key", "1"), ("x-key", "2")))
    target.exchange(Request(method="PUT", target="/a", headers=(("accept", "text/x"),), body=b"b"))
    target.exchange(Request(method="PUT", target="/a"))
    target.exchange(Request(method="GET", target="/a", headers=(("X-A", "1"),)))
    name = server.url.removeprefix("http://").encode()
    usual = b"Connection: keep-alive\r\nUser-Agent: callpark\r\nAccept-Encoding: identity\r\n"

    assert [head for head, _ in server.requests] == [
        b"PUT /p/a HTTP/1.1\r\nHost: " + name + b"\r\n" + usual
        + b"accept: text/x\r\nX-Key: 1\r\nx-key: 2\r\nContent-Length: 1\r\n",
        b"PUT /p/a HTTP/1.1\r\nHost: " + name + b"\r\nContent-Length: 0\r\nAccept: */*\r\n" + usual
        + b"X-Key: 1\r\nx-key: 2\r\n",
        b"GET /p/a HTTP/1.1\r\nHost: " + name + b"\r\nAccept: */*\r\n" + usual
        + b"X-A: 1\r\nX-Key: 1\r\nx-key: 2\r\n",
    ]  # fmt: skip


def test_cookies_come_back_to_who_set_them(raw_server, target_at, answered):
    server = raw_server(answered(200, b"{}", Set_Cookie="node=7; Path=/"))
    target = target_at(server.url)
    for headers in ((), (), (("Cookie", "own=1"),)):
        target.exchange(Request(method="GET", target="/", headers=(*AS_USER, *headers)))

    first, second, third = (head for head, _ in server.requests)
    assert b"Cookie" not in first
    assert b"\r\nCookie: node=7" in second
    assert b"\r\nCookie: own=1" in third
    assert b"node" not in third


def test_two_cookies_of_an_answer_stay_two(raw_server, target_at):
    """Folded by commas they could not be told apart: the moment at which one ends has a comma, too (RFC 6265, 3)."""
    said = ["node=7; Expires=Fri, 21 Oct 2033 07:28:00 GMT", "lang=x, y; Path=/"]
    lines = "".join(f"Set-Cookie: {one}\r\n" for one in said)
    server = raw_server(lambda request: f"HTTP/1.1 200 OK\r\n{lines}Content-Length: 2\r\n\r\n{{}}".encode())
    target = target_at(server.url)
    answers = [target.exchange(Request(method="GET", target="/", headers=AS_USER)).response for _ in range(2)]
    assert [value for name, value in answers[0].headers if name == "Set-Cookie"] == said
    came = server.requests[1][0].partition(b"Cookie: ")[2].partition(b"\r")[0]
    assert set(came.split(b"; ")) == {b"node=7", b"lang=x, y"}


def test_cookies_go_with_the_credentials_that_they_were_set_for(raw_server, target_at):
    """A server may know a user by his cookie: what is sent without his token must come without it as well."""
    count = iter(range(100))

    def numbered(request):
        return b"HTTP/1.1 200 OK\r\nSet-Cookie: of=%d; Path=/\r\nContent-Length: 2\r\n\r\n{}" % next(count)

    server = raw_server(numbered)
    target = target_at(server.url)
    users = [AS_USER, (), (("authorization", "Bearer somebody else's"),)]
    for headers in (*users, *users):
        target.exchange(Request(method="GET", target="/", headers=headers))

    came = [head.partition(b"Cookie: ")[2].partition(b"\r")[0] for head, _ in server.requests]
    assert came == [b"", b"", b"", b"of=0", b"", b"of=2"]


@pytest.mark.parametrize(
    ("path", "comes_back"), [("/", True), ("/uapi", True), ("/uapi/phoneCalls", True), ("/other", False)]
)
def test_cookies_come_back_where_they_belong(raw_server, target_at, answered, path, comes_back):
    server = raw_server(answered(200, b"{}", Set_Cookie=f"node=7; Path={path}"))
    target = target_at(server.url)
    for _ in range(2):
        target.exchange(replace(ODD, headers=AS_USER))

    assert (b"Cookie: node=7" in server.requests[1][0]) is comes_back


@pytest.mark.parametrize(
    "headers", [{"Set_Cookie": "node=7", "X_Name": "caf\xe9"}, {"Set_Cookie": "node=\xe9"}]
)
def test_an_answer_with_a_cookie_is_none_the_less_one_for_letters_beyond_ascii(
    raw_server, target_at, answered, headers
):
    server = raw_server(answered(200, b"{}", **headers))
    target = target_at(server.url)

    sent = replace(ODD, headers=AS_USER)
    assert [target.exchange(sent).response.status for _ in range(2)] == [200, 200]
    assert headers["Set_Cookie"].encode() in server.requests[1][0]


@pytest.mark.parametrize(
    ("method", "role", "times"),
    [
        ("PUT", "request", 1),
        ("PUT", "again", 1),
        ("PUT", "after", 1),
        ("GET", "again", 1 + MORE_TRIES),
        ("GET", "after", 1 + MORE_TRIES),
        ("POST", "set-up", 1 + MORE_TRIES),
        ("PUT", "preflight", 1 + MORE_TRIES),
    ],
)
def test_no_unpark_is_repeated_when_its_connection_breaks(raw_server, target_at, method, role, times):
    server = raw_server(b"no answer\r\n\r\n")
    exchange = target_at(server.url).exchange(Request(method=method, target="/"), role=role)

    assert exchange.trouble
    assert len(server.requests) == times


def test_what_makes_a_phone_ring_is_not_repeated_either(raw_server, target_at):
    server = raw_server(b"no answer\r\n\r\n")
    target_at(server.url).exchange(Request(method="POST", target="/uapi/phoneCalls/12/simple"), role="set-up")

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "times"),
    [("HTTP/1.1 429 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", 2), ("no\r\n\r\n", 4)],
)
def test_what_is_sent_again_keeps_the_rate_too(raw_server, target_at, answer, times):
    server = raw_server(answer.encode())
    target = target_at(server.url, rate=0.01, limits=Limits(busy_tries=2))
    target.exchange(Request(method="GET", target="/"), role="before")

    assert len(server.requests) == times
    assert sum(pause > 50 for pause in target.slept) == times - 1


def test_a_length_that_is_a_lie_is_trouble(raw_server, target_at):
    lie = Request(method="PUT", target="/", headers=(("Content-Length", "9"),), body=b"short")

    assert target_at(raw_server().url).exchange(lie).trouble


def test_a_twin_has_a_connection_of_its_own_and_its_exchanges_are_adopted(raw_server, target_at):
    server, seen = raw_server(), []
    target = target_at(server.url, watch=seen.append)
    first = target.exchange(ODD)
    twin = target.twin()
    adopted = target.adopt(twin.exchange(ODD))
    twin.close()

    assert server.connections == 2
    assert seen == [first, adopted]
    assert (adopted.number, adopted.started >= first.started) == (2, True)


def test_a_redirect_is_an_answer_and_not_followed(raw_server, target_at, answered):
    server = raw_server(answered(302, b"", Location="http://127.0.0.1:9/"))

    assert target_at(server.url).exchange(ODD).response.status == 302
    assert len(server.requests) == 1


def test_connections_are_kept(raw_server, target_at):
    server = raw_server()
    target = target_at(server.url)
    for _ in range(3):
        target.exchange(ODD)

    assert (len(server.requests), server.connections) == (3, 1)


def test_a_connection_that_the_peer_closes_is_trouble_and_not_silence(raw_server, target_at):
    exchange = target_at(raw_server(lambda request: None).url).exchange(ODD)

    assert exchange.response is None
    assert exchange.trouble
    assert not exchange.timed_out


@pytest.mark.parametrize("conduct", ["silence", "interim answers for ever", "a body that never ends"])
def test_an_answer_has_a_deadline(raw_server, target_at, conduct):

    listener = socket.create_server(("127.0.0.1", 0))
    said = {
        "silence": (b"", b""),
        "interim answers for ever": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "a body that never ends": (b"HTTP/1.1 200 OK\r\n\r\n", b"."),
    }[conduct]

    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.sendall(said[0])
            while not over.wait(0.02):
                try:
                    connection.sendall(said[1])
                except OSError:
                    return

    over = threading.Event()  # nothing else ends the answer, so that whoever waits for its end waits for ever
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    exchange = target_at(f"http://127.0.0.1:{listener.getsockname()[1]}", limits=IMPATIENT).exchange(ODD)
    over.set()
    thread.join()
    listener.close()

    assert exchange.response is None
    assert exchange.timed_out


def test_of_an_answer_without_an_end_the_beginning_is_kept(raw_server, target_at, answered, monkeypatch):
    monkeypatch.setattr(wire_module, "MAX_BODY", 100)
    server = raw_server(answered(200, b"x" * 101))
    target = target_at(server.url)
    response = target.exchange(ODD).response

    assert (response.status, response.body, response.body_size) == (200, b"x" * 100, 101)
    assert target.exchange(ODD).response.status == 200
    assert server.connections == 2


def test_of_200_megabytes_no_more_is_waited_for_than_anybody_reads(raw_server, target_at, answered):
    """What was announced is told; not even a server that goes on sending is listened to."""
    announced = answered(200, b"", Content_Length=200_000_000) + b"x" * 4_000_000
    response = target_at(raw_server(announced).url).exchange(ODD).response

    assert len(response.body) == LONGEST_BODY
    assert response.body_size == 200_000_000
    assert response.is_too_long


@pytest.mark.parametrize(
    ("role", "length"), [("request", LONGEST_BODY), ("after", LONGEST_BODY), ("set-up", 100_000)]
)
def test_no_more_of_an_answer_is_kept_than_is_looked_at(raw_server, target_at, answered, role, length):
    server = raw_server(answered(200, b"x" * 100_000))
    response = target_at(server.url).exchange(ODD, role=role).response

    assert (len(response.body), response.body_size) == (length, 100_000)
    assert response.is_too_long


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("after", "waited"), [({}, 1.0), ({"Retry_After": "2"}, 2.0), ({"Retry_After": "soon"}, 1.0)]
)
def test_a_busy_target_is_given_the_time_it_asks_for(raw_server, target_at, answered, status, after, waited):
    answers = [answered(status, b"", **after), answered(200, b"{}")]
    server = raw_server(lambda request: answers.pop(0))
    target = target_at(server.url, limits=Limits(busy_tries=2, busy_wait=5.0))

    assert target.exchange(ODD).response.status == 200
    assert target.slept == [waited]


def test_a_target_that_stays_busy_gives_no_answer_to_judge(raw_server, target_at, answered):
    target = target_at(raw_server(answered(503, b"", Retry_After="86400")).url)
    exchange = target.exchange(ODD)

    assert exchange.response is None
    assert exchange.timed_out
    assert "503" in exchange.trouble
    assert target.slept == []


def test_loopback_knows_no_proxy(raw_server, target_at, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    assert target_at(raw_server().url).exchange(ODD).response is not None


def test_nobody_there_is_told_from_somebody_rude(raw_server, target_at):
    server = raw_server(lambda request: None)
    target_at(server.url).probe()
    server.close()
    with pytest.raises(TargetUnreachable, match="nobody answers at http"):
        target_at("http://127.0.0.1:9").probe()


def test_a_rate_spaces_requests_out(raw_server, target_at):
    clock = [100.0]
    target = target_at(raw_server().url, now=lambda: clock[0], rate=4.0)
    target.exchange(ODD)
    target.exchange(ODD)

    assert target.slept[-1] == pytest.approx(0.25)


def test_exchanges_are_numbered_in_order(raw_server, target_at):
    target = target_at(raw_server().url)

    assert [target.exchange(ODD).number for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://h:1", "http://h:1"),
        ("http://h/", "http://h"),
        ("https://h/uapi", "https://h"),
        ("https://h/pbx/uapi/", "https://h/pbx"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_trailing_uapi_is_dropped(url, base):
    assert origin_and_prefix(url) == base


@pytest.mark.parametrize(
    "url",
    [
        "",
        "h:1",
        "ftp://h",
        "http://",
        "http://h:x",
        "http://h:99999",
        "http://u:p@h",
        "http://h?x",
        "http://h#x",
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(UnusableTarget):
        origin_and_prefix(url)
