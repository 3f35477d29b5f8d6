"""Targets of three kinds: the mock, servers written by others, and a mock behind something that spoils its answers."""

import time

import pytest

from callpark_spec import load, openapi_document
from contract_tests.approach import approach
from contract_tests.lanes.explore import ExploreLane
from contract_tests.profile import Profile
from contract_tests.schemathesis_adapter import Schema
from contract_tests.settling import Settling
from contract_tests.verdict import Verdict
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

FINDINGS = (Verdict.FAIL, Verdict.WRONG_CODE)


class Exploration:
    """What a lane came to: its rows, and every exchange with its target."""

    def __init__(self, rows, exchanges):
        self.rows = rows
        self.exchanges = exchanges
        self.findings = [row for row in rows if row.verdict in FINDINGS]


@pytest.fixture(scope="session")
def judged_by():
    return {
        "violations": Schema(openapi_document()).violations,
        "levels": {clause.id: str(clause.level) for clause in load().clauses.values()},
    }


@pytest.fixture
def lane_at(judged_by):
    """A lane on the target at a URL; approaches are closed afterwards."""
    approached = []

    def lane(url, server=None, run="explored", **arguments):
        profile = None
        if server is not None:
            secrets = {"token": server.token, "other_token": server.other_token}
            if server.expired_token:
                secrets["expired_token"] = server.expired_token
            profile = Profile(secrets=secrets, hook=server.hook)
        at = approach(url, run=run, profile=profile, rung="hook" if server else "auto")
        approached.append(at)
        told = (
            {"seed": 0, "sequences": 15, "generated": 15, "combinations": (), "rounds": 4, "limit": 0.3}
            | judged_by
            | arguments
        )
        settling = Settling(sleep=time.sleep, settle=2.0)
        return ExploreLane(
            target=at.target, rung=at.rung, world=at.profile.world(), settling=settling, **told
        )

    yield lane
    for at in approached:
        at.target.close()


@pytest.fixture
def explore(lane_at):
    """Runs a lane to its end."""

    def run(url, server=None, **arguments):
        lane = lane_at(url, server, **arguments)
        exchanges = []
        lane.target.watch = exchanges.append
        return Exploration(list(lane.run()), exchanges)

    return run


@pytest.fixture
def mock():
    """A mock with these settings, as a context manager that gives its URL."""
    return lambda **settings: running(build(Settings(**settings)))
