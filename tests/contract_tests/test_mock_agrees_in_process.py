"""The checker has nothing to say against the mock where no socket is between them, under any variant."""

from functools import partial

import httpx
import pytest

from contract_tests import target
from contract_tests.cases import all_cases
from contract_tests.exchange import Response
from contract_tests.wire import NoAnswer
from mockserver.app import build
from mockserver.policy import Policy
from mockserver.serving.in_process import InProcess
from mockserver.settings import Settings
from mockserver.variants import VARIANTS, policy_with

DEFAULT = "the default"
POLICIES = {DEFAULT: Policy()} | {slug: policy_with([slug]) for slug in VARIANTS}


class InProcessWire:
    """A wire that ends in a mock without a port."""

    def __init__(self, transport, *, url, **bounds):
        self.client = httpx.Client(transport=transport)
        self.url = url

    def close(self):
        """What is sent after that is answered too, as on a wire."""

    def send(self, method, target, headers, body, *, who=""):
        aim = {"target": target.encode("ascii")}
        try:
            answer = self.client.request(
                method, self.url, headers=headers, content=body, extensions=aim, follow_redirects=False
            )
        except httpx.HTTPError as error:
            raise NoAnswer(str(error), timed_out=isinstance(error, httpx.TimeoutException)) from error
        headers = tuple((name.decode(), value.decode()) for name, value in answer.headers.raw)
        size = len(answer.content)
        return Response(status=answer.status_code, headers=headers, body=answer.content, body_size=size)


@pytest.fixture
def in_process(monkeypatch):
    """Every wire that is laid gets to this mock, whatever it was told."""
    transports = []

    def serve(policy):
        transport = InProcess(build(Settings(policy=policy)))
        transports.append(transport)
        monkeypatch.setattr(target, "Wire", partial(InProcessWire, transport))

    yield serve
    for transport in transports:
        transport.stop()


@pytest.mark.parametrize("name", POLICIES)
def test_it_is_accused_of_nothing_under_the_readings_it_names(in_process, harness, levels, name):
    in_process(POLICIES[name])
    checked = harness.at("http://127.0.0.1")
    readings = VARIANTS[name].conforms if name in VARIANTS else {"document", "table"}
    for reading in readings:
        assert checked.findings(reading) == []
    assert checked.exit_code == 0 or "document" not in readings
    musts = {case.clause for case in all_cases() if levels[case.clause] == "must"}
    assert {ruling.clause for ruling in checked.rulings} >= musts
