"""One moment bounds all reads and writes of an exchange, and a request leaves in one piece."""

import socket
import threading

import httpcore
import pytest

from contract_tests import deadline as deadline_module
from contract_tests.deadline import SLICE, BoundedBackend, Deadline, TooLate


class Peer(httpcore.MockStream):
    """Answers with what it is given, and keeps what it is sent and how long it might take."""

    def __init__(self, answers, taking=None):
        super().__init__(list(answers))
        self.sent = []
        self.bounds = []
        self.taking = taking

    def read(self, max_bytes, timeout=None):
        self.bounds.append(timeout)
        if self.taking:
            raise self.taking
        return super().read(max_bytes, timeout)

    def write(self, buffer, timeout=None):
        self.sent.append(buffer)
        if self.taking:
            raise self.taking


@pytest.fixture
def stream(monkeypatch):
    """A bounded stream to a peer, with so many seconds left."""

    def make(peer, left):
        deadline = Deadline()
        deadline.set(left)
        backend = BoundedBackend(deadline)
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *_: peer)
        return backend.connect_tcp("127.0.0.1", 1, 2.0)

    return make


def test_a_request_leaves_in_one_piece_when_the_answer_is_waited_for(stream):
    peer = Peer([b"answer"])
    bounded = stream(peer, 60.0)
    bounded.write(b"head", 5.0)
    bounded.write(b"body", 5.0)
    assert peer.sent == []
    assert bounded.read(100, 5.0) == b"answer"
    assert peer.sent == [b"headbody"]


def test_a_long_request_is_handed_over_in_slices(stream):
    peer = Peer([b""])
    bounded = stream(peer, 60.0)
    bounded.write(b"x" * (2 * SLICE + 1), 5.0)
    bounded.read(100, 5.0)

    assert [len(part) for part in peer.sent] == [SLICE, SLICE, 1]


def test_a_peer_that_takes_no_more_may_have_answered(stream):
    class Closed(Peer):
        def write(self, buffer, timeout=None):
            raise httpcore.WriteError("Broken pipe")

    bounded = stream(Closed([b"413"]), 60.0)
    bounded.write(b"head", 5.0)

    assert bounded.read(100, 5.0) == b"413"


@pytest.mark.parametrize(("left", "timeout", "bound"), [(60.0, 5.0, 5.0), (3.0, 5.0, 3.0), (3.0, None, 3.0)])
def test_the_nearer_bound_holds(stream, left, timeout, bound):
    peer = Peer([b"answer"])
    stream(peer, left).read(100, timeout)

    assert peer.bounds[0] == pytest.approx(bound, abs=1.0)


@pytest.mark.parametrize("error", [httpcore.ReadTimeout, httpcore.WriteTimeout])
@pytest.mark.parametrize(("left", "raised"), [(60.0, None), (1.0, TooLate)])
def test_whose_patience_is_over_is_told_apart(stream, error, left, raised):
    bounded = stream(Peer([], taking=error("timed out")), left)
    if error is httpcore.WriteTimeout:
        bounded.write(b"head", 5.0)
    with pytest.raises(raised or error):
        bounded.read(100, 5.0)


@pytest.mark.parametrize("left", [0.0, -1.0])
def test_when_the_moment_has_come_nothing_is_sent(stream, left):
    peer = Peer([])
    bounded = stream(peer, left)
    bounded.write(b"head", 5.0)
    with pytest.raises(TooLate):
        bounded.read(100, 5.0)

    assert peer.sent == []


class Clock:
    """Time that passes when somebody lets it."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.mark.parametrize("takes", ["connect_tcp", "start_tls"])
def test_what_connecting_takes_is_not_taken_from_the_answer(monkeypatch, takes):
    clock, deadline, peer = Clock(), Deadline(), Peer([b"answer"])
    monkeypatch.setattr(deadline_module, "time", clock)
    bounds = []

    def slow(*args, **_named):
        bounds.append(args[-3] if takes == "connect_tcp" else args[-1])
        clock.now += 1.5
        return peer

    monkeypatch.setattr(
        httpcore.SyncBackend, "connect_tcp", slow if takes == "connect_tcp" else lambda *_: peer
    )
    monkeypatch.setattr(peer, "start_tls", slow, raising=False)
    deadline.set(1.0)
    bounded = BoundedBackend(deadline).connect_tcp("127.0.0.1", 1, 2.0)
    if takes == "start_tls":
        bounded = bounded.start_tls(None, "h", 2.0)

    assert bounded.read(100, 5.0) == b"answer"
    assert bounds == [2.0]
    assert peer.bounds == [pytest.approx(1.0)]


def test_a_resolver_that_does_not_answer_is_not_waited_for(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(20) and [])
    try:
        with pytest.raises(httpcore.ConnectTimeout, match=r"slow\.test was not resolved within 0\.05 sec"):
            BoundedBackend(Deadline()).connect_tcp("slow.test", 1, 0.05)
    finally:
        over.set()


def resolved(*addresses):
    return lambda *_, **__: [(0, 0, 0, "", (address, 1)) for address in addresses]


def test_each_address_has_its_share_of_the_time(monkeypatch):
    clock, tried = Clock(), []

    def connect(_self, address, _port, timeout, *_):
        tried.append((address, timeout))
        clock.now += timeout
        if len(tried) < 3:
            raise httpcore.ConnectTimeout("timed out")
        return Peer([])

    monkeypatch.setattr(deadline_module, "time", clock)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolved("2001:db8::1", "192.0.2.1", "192.0.2.1", "192.0.2.2"))
    BoundedBackend(Deadline()).connect_tcp("many.test", 1, 3.0)

    assert tried == [("2001:db8::1", 1.0), ("192.0.2.1", 1.0), ("192.0.2.2", 1.0)]


@pytest.mark.parametrize(
    "error", [socket.gaierror("Name or service not known"), UnicodeError("label too long")]
)
def test_a_name_that_there_is_not_is_told(monkeypatch, error):
    def unknown(*_, **__):
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(httpcore.ConnectError, match=str(error)):
        BoundedBackend(Deadline()).connect_tcp("nobody.test", 1, 5.0)


def test_a_name_without_an_address_is_told(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolved())
    with pytest.raises(httpcore.ConnectError, match="has no address"):
        BoundedBackend(Deadline()).connect_tcp("nobody.test", 1, 5.0)
