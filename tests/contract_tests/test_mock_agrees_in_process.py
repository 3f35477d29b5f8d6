"""The checker has nothing to say against the mock where no socket is between them, under any variant."""

from functools import partial

import httpx
import pytest

from contract_tests.cases import all_cases
from mockserver.app import build
from mockserver.in_process import InProcess
from mockserver.policy import Policy
from mockserver.settings import Settings
from mockserver.variants import VARIANTS, policy_with

DEFAULT = "the default"
POLICIES = {DEFAULT: Policy()} | {slug: policy_with([slug]) for slug in VARIANTS}


@pytest.fixture
def in_process(monkeypatch):
    """Every client that is made gets to this mock, whatever it was told."""
    transports = []

    def serve(policy):
        transport = InProcess(build(Settings(policy=policy)))
        transports.append(transport)
        monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=transport))

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
