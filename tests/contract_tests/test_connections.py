"""Servers that are right on one connection and wrong on another. Kept connections alone would show no more than one."""

from functools import partial

import pytest

from contract_tests.target import Target
from tests.servers.literal import LiteralServer
from tests.servers.subtle import Below, OfItsConnection


class Fails(LiteralServer):
    """Answers 500 to every UnPark."""

    def unpark(self, user, extension, call_id, body):
        return 500, {"error": {"code": "internal", "message": "Not ready yet."}}


ANY_POSITIVE = "payload/wait-for-pickup/any-positive"
WRONG = {
    "on every connection but the first": (lambda connection, place: connection > 0, Below, ANY_POSITIVE),
    "on the first request of each connection but the first": (
        lambda connection, place: connection > 0 and place == 0,
        Fails,
        "body/no-server-error",
    ),
}


def never_fresh(target, role):
    return False


@pytest.mark.parametrize("name", WRONG)
def test_a_server_that_is_wrong_on_some_connections_is_found(harness, name, monkeypatch):
    on, other, clause = WRONG[name]
    server = partial(OfItsConnection, on, other)
    found = harness.server(server)
    assert found.exit_code == 1
    assert clause in found.findings()
    monkeypatch.setattr(Target, "_opens_a_connection", never_fresh)
    assert harness.server(server).exit_code == 0


def test_a_server_that_is_wrong_on_kept_connections_alone_is_found_and_the_report_says_how_it_shows(harness):
    """The lines that are printed open a connection each, so that it is not seen again by them."""
    found = harness.server(partial(OfItsConnection, lambda connection, place: place > 0, Below))
    assert found.findings() == [ANY_POSITIVE]
    scripts = [line["reproduce"] for line in found.lines("ruling") if line["verdict"] == "fail"]
    assert all("not again in" in " ".join(script) for script in scripts)
