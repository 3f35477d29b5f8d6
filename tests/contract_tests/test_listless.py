"""Targets that list no calls: the page's own request, sent once more, tells whether another one did anything."""

import json
from functools import partial

import pytest

from callpark_spec import load
from contract_tests.record.reader import read_record
from contract_tests.rejudge import rejudge
from tests.servers import RIGHT
from tests.servers.literal import LiteralServer


class Idle(LiteralServer):
    """Claims what it is asked for in one way, and does nothing; or says that there is nothing."""

    def __init__(self, way, status=200):
        super().__init__()
        self.way, self.status = way, status

    def handle(self, method, target, authorization, body):
        parts = target.split("/")
        if method == "PUT" and self.way(target, body) and parts[-1] in self.calls:
            return self.status, None if self.status == 204 else self.calls[parts[-1]].as_json()
        return super().handle(method, target, authorization, body)


def by_viewer(target, body):
    return "/@viewer/" in target


def for_an_hour(target, body):
    return b'"waitForPickup": 3600' in body


IDLE = {
    "viewer": (partial(Idle, by_viewer), "uri/user-id/viewer"),
    "hour": (partial(Idle, for_an_hour), "payload/wait-for-pickup/any-positive"),
    "viewer_204": (partial(Idle, by_viewer, 204), "uri/user-id/viewer"),
}
CONFORMS = sorted(set(RIGHT) - {"mover"})


def jobs(check):
    silent = partial(check.server, not_offered=("list",))
    return {name: partial(silent, factory) for name, (factory, _) in IDLE.items()} | {
        name: partial(silent, RIGHT[name]) for name in CONFORMS
    }


@pytest.mark.parametrize("name", IDLE)
def test_a_request_that_does_nothing_is_found(side_by_side, name):
    checked = side_by_side[name]

    assert checked.findings("document") == [IDLE[name][1]]
    assert checked.exit_code == 1


@pytest.mark.parametrize("name", CONFORMS)
def test_nobody_is_accused_whose_calls_cannot_be_seen(side_by_side, name):
    checked = side_by_side[name]

    assert checked.findings("document") == []
    assert checked.exit_code == 0


@pytest.mark.parametrize("name", ["viewer", "hour"])
def test_it_is_found_again_from_the_record(side_by_side, name):
    record = read_record(side_by_side[name].record)

    assert rejudge(record, load()).changed == ()


@pytest.mark.parametrize("name", ["viewer"])
def test_what_is_printed_sends_the_page_s_own_request_last(side_by_side, name):
    lines = [json.loads(line) for line in side_by_side[name].record.splitlines()]
    (script,) = {
        tuple(line["reproduce"])
        for line in lines
        if line.get("case") == "uri/user-id/viewer/viewer" and line.get("reproduce")
    }
    sent = [line for line in script if "-X PUT" in line]

    assert len(sent) == 2
    assert "/@viewer/" in sent[0]
    assert "/@viewer/" not in sent[1]
