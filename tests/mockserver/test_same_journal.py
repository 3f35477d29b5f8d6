"""The same seed and the same requests give the same journal, byte for byte, whatever carried them."""

from contextlib import contextmanager

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.in_process import InProcess
from mockserver.serving.server import running
from mockserver.settings import Settings

CALL = "b817d2618fe6f1804333"
ONE = f"/uapi/phoneCalls/@me/@self/{CALL}"
FAULTS = [
    {"fault": "EMPTY_RESPONSE", "probability": 0.2, "strikes": "after"},
    {"fault": "CONNECTION_RESET_BY_PEER", "probability": 0.2},
    {"fault": "SCHEMA_VIOLATION", "probability": 0.3},
    {"fault": "TRUNCATED_BODY", "probability": 0.2},
    {"fault": "SERVICE_UNAVAILABLE", "nth": 4, "retryAfter": 3},
]
# The name of the host is the same wherever it listens.
HEADERS = {"X-Callpark-Session": "mine", "Authorization": "Bearer mock.mine.12", "Host": "127.0.0.1"}


class Kept:
    """One client for all requests."""

    def __init__(self, client):
        self._client = client

    def send(self, method, path, body=None):
        try:
            return self._client.request(method, path, json=body, headers=HEADERS)
        except httpx.TransportError:
            return None


class New(Kept):
    """A connection of its own for every request."""

    def __init__(self, url):
        self._url = url

    def send(self, method, path, body=None):
        with httpx.Client(base_url=self._url, trust_env=False) as client:
            return Kept(client).send(method, path, body)


@contextmanager
def kept(seed):
    with running(build(Settings(seed=seed))) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield Kept(client)


@contextmanager
def new(seed):
    with running(build(Settings(seed=seed))) as url:
        yield New(url)


@contextmanager
def in_process(seed):
    transport = InProcess(build(Settings(seed=seed)))
    try:
        with httpx.Client(base_url="http://127.0.0.1", transport=transport) as client:
            yield Kept(client)
    finally:
        transport.stop()


def journal_of(carrier, seed=7):
    with carrier(seed) as client:
        client.send("POST", "/_mock/sessions", {"session": "mine", "clock": "manual"})
        for fault in FAULTS:
            client.send("POST", "/_mock/faults", fault)
        create = {
            "extension": "0003*210",
            "phoneCallView": [{"source": ["0003*210"], "destination": ["0003*211"]}],
        }
        for number in range(12):
            client.send("GET", "/uapi/phoneCalls/@me/@self")
            client.send("POST", "/uapi/phoneCalls/@me/simple", create)
            client.send("PUT", ONE, {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"})
            client.send("PUT", ONE, {"action": "Park", "phoneCallViewId": "01", "maxInParking": 10 + number})
            client.send("POST", "/_mock/clock/advance", {"seconds": 7 * number})
            client.send("GET", f"/uapi/phoneCalls/@me/@self?filter={number}")
        return client.send("GET", "/_mock/journal?limit=1000").content


@pytest.fixture(scope="module")
def journal():
    return journal_of(kept)


@pytest.mark.parametrize("carrier", [kept, new])
def test_the_same_requests_leave_the_same_journal(journal, carrier):
    assert journal_of(carrier) == journal


def test_in_process_it_is_the_same_every_time_too():
    """httpx writes a request's headers in another order there, so that it is another request."""
    assert journal_of(in_process) == journal_of(in_process)


def test_another_seed_leaves_another_one(journal):
    assert journal_of(kept, seed=8) != journal


def test_the_faults_have_struck(journal):
    for fault in FAULTS:
        assert fault["fault"].encode() in journal
