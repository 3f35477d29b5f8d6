"""A bad connection changes no verdict: whatever is lost on the way is asked for again, on a call in the same state."""

import pytest

from callpark.proof import rough_network
from contract_tests.wire import NoAnswer
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings


@pytest.fixture(scope="module")
def url():
    with running(build(Settings())) as url:
        yield url


@pytest.fixture(scope="module")
def undisturbed(checked, url):
    return checked(url).footer


def loses_each_request_once(when):
    """The first time that a request is sent for a case in a role, it does not arrive, or its answer does not."""

    def spoil(target):
        send, exchange, lost, now = target._send, target.exchange, set(), []

        def told(request, **about):
            now[:] = [about.get("case", ""), about.get("role", "request"), request.method]
            return exchange(request, **about)

        def lossy(request):
            if tuple(now) in lost:
                return send(request)
            lost.add(tuple(now))
            if when == "answer":
                send(request)
            raise NoAnswer("connection reset by peer")

        target.exchange, target._send = told, lossy

    return spoil


@pytest.mark.parametrize("when", ["request", "answer"])
def test_every_request_may_be_lost_once(checked, url, undisturbed, when):
    record = checked(url, spoil=loses_each_request_once(when))

    assert record.footer.digest == undisturbed.digest
    assert record.footer.exit_code == 0
    sent = [line for line in record.exchanges if line.role == "request"]
    assert len([line for line in sent if line.trouble]) == len({line.case for line in sent})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rough_network_changes_no_verdict(checked, url, undisturbed, monkeypatch, seed):
    monkeypatch.setattr(rough_network, "LATEST", 0.004)
    with rough_network.rough_network(url, seed) as rough:
        record = checked(rough)

    assert record.footer.digest == undisturbed.digest
