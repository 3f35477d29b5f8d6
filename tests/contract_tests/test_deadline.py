"""One moment bounds all reads and writes of an exchange, and a request leaves in one piece."""

import httpcore
import pytest

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
        return backend.connect_tcp("h", 1, 2.0)

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
    with pytest.raises(TooLate):
        stream(Peer([]), left)
