"""TLS handshakes that are begun and not finished: they count, and they end."""

import socket
import ssl
from contextlib import ExitStack, contextmanager, suppress

import pytest
import trustme

from mockserver.app import build
from mockserver.connection.client_limits import ClientLimits
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.wire_faults.fault import delay_named

ASKS = (
    b"GET /uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333 HTTP/1.1\r\nHost: localhost\r\n"
    b"Authorization: Bearer mock.default.12\r\n\r\n"
)
ANNOUNCES = ASKS.replace(b"GET", b"PUT")[:-2] + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
LONG_AGO = 30.0  # seconds; whoever waits for so long waits for ever


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def serve(authority):
    @contextmanager
    def serve(limits, **settings):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with running(build(Settings(clock="manual", limits=limits, **settings)), tls=context) as url:
            yield int(url.rpartition(":")[2])

    return serve


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=LONG_AGO)


def is_closed(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def hello(context):
    """The first flight of a client, and the client that goes on from there."""
    came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(came, goes, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return client, came, goes


def is_served(port, context):
    with connected(port) as plain, context.wrap_socket(plain, server_hostname="localhost") as secure:
        secure.sendall(ASKS)
        return secure.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("sent", [0, 1, 100])
def test_a_handshake_that_does_not_come_to_its_end_is_hung_up_on(serve, trusting, sent):
    with serve(ClientLimits(header_timeout=0.05)) as port, connected(port) as slow:
        slow.sendall(hello(trusting)[2].read()[:sent])
        assert is_closed(slow)


def test_a_handshake_that_is_left_after_the_first_flight_is_hung_up_on(serve, trusting, caplog):
    with serve(ClientLimits(header_timeout=0.2)) as port, connected(port) as slow:
        slow.sendall(hello(trusting)[2].read())
        while slow.recv(65536):
            pass
    assert not caplog.records


def test_whoever_only_connects_makes_room_for_others(serve, trusting):
    limits = ClientLimits(max_connections=5, header_timeout=LONG_AGO)
    with serve(limits) as port, ExitStack() as open_ones:
        idle = [open_ones.enter_context(connected(port)) for _ in range(20)]
        assert is_served(port, trusting)
        assert is_closed(idle[0])


def test_where_all_connections_are_busy_a_new_one_is_hung_up_on(serve, trusting):
    limits = ClientLimits(max_connections=1)
    with (
        serve(limits, delay=delay_named("60000")) as port,
        connected(port) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as busy,
    ):
        busy.sendall(ANNOUNCES + b"{}")
        assert busy.recv(65536).startswith(b"HTTP/1.1 100 ")  # it is seen, and kept waiting from now on
        with connected(port) as late:
            assert is_closed(late)


def test_a_request_that_comes_in_one_piece_with_the_end_of_the_handshake_is_answered(serve, trusting):
    with serve(ClientLimits()) as port, connected(port) as line:
        client, came, goes = hello(trusting)
        line.sendall(goes.read())
        while True:
            came.write(line.recv(65536))
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
        client.write(ASKS)
        line.sendall(goes.read())
        told = b""
        while not told:
            came.write(line.recv(65536))
            with suppress(ssl.SSLWantReadError):
                told = client.read(65536)
        assert told.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "sent", [ASKS, b"\x16\x03\x01" + b"\xff" * 500, b"\0" * 2_000, b"PRI * HTTP/2.0\r\n\r\n"]
)
def test_what_is_no_handshake_is_hung_up_on_and_nobody_else_notices(serve, trusting, sent, caplog):
    with serve(ClientLimits()) as port:
        with connected(port) as odd:
            odd.sendall(sent)
            while odd.recv(65536):
                pass
        assert is_served(port, trusting)
    assert not caplog.records


def test_whoever_leaves_during_the_handshake_leaves_nothing(serve, trusting, caplog):
    limits = ClientLimits(max_connections=3, header_timeout=LONG_AGO)
    with serve(limits) as port:
        for sent in (0, 1, 100, 1_000) * 5:
            with connected(port) as leaving:
                leaving.sendall(hello(trusting)[2].read()[:sent])
        assert is_served(port, trusting)
    assert not caplog.records
