"""What a busy target, a proxy and a peer that hangs up are owed, on the wire."""

import base64
import socket
import threading
from datetime import UTC, datetime

import pytest

from contract_tests.draft import listing
from contract_tests.exchange import Request, Response
from contract_tests.lanes import twins as twins_module
from contract_tests.lanes.twins import Twins
from contract_tests.patience import asked_for, is_busy
from contract_tests.target import Limits

NOW = datetime(2031, 4, 2, 9, 30, tzinfo=UTC)
ODD = Request(method="PUT", target="/uapi/phoneCalls/@me/0003*210/a%2Fb%zz//;x", body=b"{}")


def busy(status=503, **headers):
    return Response(
        status=status, headers=tuple((name.replace("_", "-"), text) for name, text in headers.items())
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 1.0),
        ({"Retry_After": "0"}, 0.0),
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": " 7 "}, 7.0),
        ({"Retry_After": "Wed, 02 Apr 2031 09:30:05 GMT"}, 5.0),
        ({"Retry_After": "Wed, 02 Apr 2031 11:30:05 +0200"}, 5.0),
        ({"Retry_After": "Wednesday, 02-Apr-31 09:30:05 GMT"}, 5.0),
        ({"Retry_After": "Wed Apr  2 09:30:05 2031"}, 5.0),
        ({"Retry_After": "Wed, 02 Apr 2031 09:29:00 GMT"}, 0.0),
        ({"Retry_After": "Tue, 01 Apr 2031 00:00:03 GMT", "Date": "Tue, 01 Apr 2031 00:00:00 GMT"}, 3.0),
        ({"Retry_After": "Wed, 02 Apr 2031 09:30:05 GMT", "Date": "yesterday"}, 5.0),
        *(
            ({"Retry_After": text}, 1.0)
            for text in (
                "soon",
                "-5",
                "1.5",
                "²",
                "",
                "Wed, 99 Apr 2031 09:30:05 GMT",
                "Wed, 02 Apr 99999999999999999999 09:30:05 GMT",
                "Wed, 02 Apr 2031 09:30:05 +99999999999999",
            )
        ),
    ],
    ids=repr,
)
def test_retry_after_is_seconds_or_a_date_by_the_clock_of_the_server(headers, seconds):
    assert asked_for(busy(**headers), NOW) == seconds


@pytest.mark.parametrize(
    ("status", "answer"), [(429, True), (503, True), (500, False), (400, False), (200, False)]
)
def test_only_429_and_503_ask_for_patience(status, answer):
    assert is_busy(busy(status)) is answer


def test_a_date_is_waited_for(raw_server, target_at, answered):
    said = [answered(429, b"", Retry_After="Wed, 02 Apr 2031 09:30:05 GMT"), answered(200, b"{}")]
    server = raw_server(lambda request: said.pop(0))
    target = target_at(server.url, wall_clock=lambda: NOW, limits=Limits())

    assert target.exchange(ODD).response.status == 200
    assert target.slept == [5.0]


def test_a_target_that_wants_more_time_than_there_is_is_not_asked_before_it(raw_server, target_at, answered):
    server = raw_server(answered(429, b"", Retry_After="3600"))
    exchange = target_at(server.url, limits=Limits()).exchange(ODD)

    assert exchange.response is None
    assert exchange.trouble == "the target answered 429 and asked for 3600 seconds"
    assert len(server.requests) == 1


def test_a_target_that_stays_busy_is_asked_so_often_and_waited_for_in_between(
    raw_server, target_at, answered
):
    server = raw_server(answered(503, b"", Retry_After="2"))
    target = target_at(server.url, limits=Limits(busy_tries=3))

    assert "kept answering 503" in target.exchange(ODD).trouble
    assert (len(server.requests), target.slept) == (3, [2.0, 2.0])


# Proxies.


@pytest.fixture
def proxied(raw_server, monkeypatch):
    """A proxy for http and https, named as the environment names proxies."""
    proxy = raw_server()
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("https_proxy", proxy.url)
    return proxy


def test_a_proxy_is_told_the_whole_address_and_the_target_byte_for_byte(proxied, target_at):
    response = target_at("http://pbx.example:81/prefix").exchange(ODD).response

    assert response.status == 200
    assert proxied.requests[0][0].startswith(
        b"PUT http://pbx.example:81/prefix/uapi/phoneCalls/@me/0003*210/a%2Fb%zz//;x HTTP/1.1\r\n"
    )


def test_a_proxy_is_asked_for_a_tunnel_to_the_host_and_told_no_secret(proxied, target_at):
    proxied.answer = lambda request: b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    request = Request(method="GET", target="/uapi/x", headers=(("Authorization", "Bearer ${token}"),))
    exchange = target_at("https://pbx.example").exchange(request)

    assert exchange.trouble == "403 Forbidden"
    assert proxied.requests[0][0].startswith(b"CONNECT pbx.example:443 HTTP/1.1\r\n")
    assert b"s3cret" not in b"".join(head for head, _ in proxied.requests)


def test_a_proxy_that_wants_a_password_gets_it_from_the_environment(proxied, target_at, monkeypatch):
    monkeypatch.setenv("http_proxy", proxied.url.replace("//", "//user:pass@"))
    target_at("http://pbx.example").exchange(ODD)

    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"user:pass") in proxied.requests[0][0]


def test_what_no_proxy_names_is_asked_directly(proxied, raw_server, target_at, monkeypatch):
    monkeypatch.setenv("no_proxy", "0.0.0.0")

    assert target_at("http://0.0.0.0:9").exchange(ODD).response is None
    assert proxied.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "LOCALHOST", "[::1]"])
def test_loopback_knows_no_proxy_by_any_name(proxied, target_at, host):
    assert target_at(f"http://{host}:9").exchange(ODD).response is None
    assert proxied.requests == []


# Connections that the peer closes.


@pytest.fixture
def forgetful():
    """A server that answers each request as if it kept the connection, and closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    closed = threading.Semaphore(0)
    connections = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connections.append(connection.recv(65536))
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"
                )
            closed.release()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", closed, connections
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_a_kept_connection_that_the_peer_closed_is_not_used_again(forgetful, target_at):
    url, closed, connections = forgetful
    target = target_at(url)
    for _ in range(3):
        exchange = target.exchange(ODD)
        assert (exchange.trouble, exchange.response.status) == (None, 200)
        assert closed.acquire(timeout=5)

    assert len(connections) == 3


def test_one_connection_that_is_to_wait_keeps_the_others_from_no_race(
    raw_server, target_at, answered, monkeypatch
):
    """They cannot be at once then; each is sent, and nothing of ours fails."""
    monkeypatch.setattr(twins_module, "PATIENCE", 0.05)
    busy, raced = iter([answered(429, b"", Retry_After=0)]), threading.Event()

    def answer(request):
        if request[0].startswith(b"GET"):
            return next(busy, answered(200, b"{}"))
        raced.set()
        return answered(200, b"{}")

    twins = Twins(target_at(raw_server(answer).url, sleep=lambda seconds: raced.wait(5.0)), 2)
    request = Request(method="PUT", target="/uapi/x")
    sent = twins.at_once([request] * 2, warm_up=listing("12", "0003*210", None), case="a/b", call=None)
    twins.close()

    assert [one.response.status for one in sent] == [200, 200]
