"""Servers that are right on one connection and wrong on another. Kept connections alone would show no more than one."""

from functools import partial
from itertools import islice

import pytest

from contract_tests.exchange import Exchange, Request, Response
from contract_tests.freshness import ENOUGH, Freshness
from tests.servers.base import LineHandler, Listener
from tests.servers.framed import Framed, plain
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


def never_fresh(freshness, role):
    return False


@pytest.mark.parametrize("name", WRONG)
def test_a_server_that_is_wrong_on_some_connections_is_found(harness, name, monkeypatch):
    on, other, clause = WRONG[name]
    server = partial(OfItsConnection, on, other)
    found = harness.server(server)
    assert found.exit_code == 1
    assert clause in found.findings()
    monkeypatch.setattr(Freshness, "opens", never_fresh)
    assert harness.server(server).exit_code == 0


def test_a_server_that_is_wrong_on_kept_connections_alone_is_found_and_the_report_says_how_it_shows(harness):
    """The lines that are printed open a connection each, so that it is not seen again by them."""
    found = harness.server(partial(OfItsConnection, lambda connection, place: place > 0, Below))
    assert found.findings() == [ANY_POSITIVE]
    scripts = [line["reproduce"] for line in found.lines("ruling") if line["verdict"] == "fail"]
    assert all("not again in" in " ".join(script) for script in scripts)


class OneEach(Framed):
    """Answers one request of each connection, and closes it without a word when another one comes."""

    def __init__(self):
        super().__init__(plain)

    def listener(self):
        outer = self

        class Handler(LineHandler):
            def handle(self):
                for method, target, headers, body in islice(self.requests(), 1):
                    status, value = outer.handle(method, target, headers.get("authorization"), body)
                    self.wfile.write(plain(status, b"" if value is None else outer.encode(value)))
                self.rfile.readline()

        return Listener(("127.0.0.1", 0), Handler)


def test_what_was_cut_off_on_a_kept_connection_is_sent_again_on_a_fresh_one(harness, monkeypatch):
    """As curl does: the target may have closed it, and said so nowhere."""
    few = ("failure/timeout", "uri/user-id")
    found = harness.server(OneEach, clauses=few)
    assert (found.exit_code, found.clauses("inconclusive")) == (0, set())
    cut = [line for line in found.exchanges() if line["role"] == "request" and line["trouble"]]
    assert len(cut) == ENOUGH
    monkeypatch.setattr(Freshness, "opens", never_fresh)
    assert harness.server(OneEach, clauses=few).exit_code != 0


def fresh(*answered, every=1000):
    """Which of so many requests under test open a connection, where these were answered and those were cut off."""
    freshness = Freshness(every=every)
    opened = []
    for is_answered in answered:
        opened.append(freshness.opens("request"))
        freshness.note(
            Exchange(
                number=1,
                case="",
                role="request",
                request=Request(method="GET", target="/"),
                response=Response(status=200) if is_answered else None,
                trouble=None if is_answered else "cut off",
            )
        )
    return opened


def test_who_closes_every_kept_connection_is_asked_on_fresh_ones():
    assert fresh(*[False, True] * 3, True, True) == [False, True] * 3 + [True, True]


def test_who_closes_some_of_them_is_asked_on_kept_ones():
    assert fresh(*[False, True] * 2, True, False, True, True) == [False, True] * 2 + [
        False,
        False,
        True,
        False,
    ]


def test_who_cuts_off_fresh_ones_too_is_not_taken_for_one_who_closes_kept_ones():
    assert fresh(*[False] * 6, True, True) == [False] + [True] * 6 + [False]


def test_one_in_so_many_is_fresh_where_nothing_is_cut_off():
    assert fresh(*[True] * 6, every=3) == [False, False, True] * 2
    assert fresh(*[True] * 3, every=0) == [False] * 3
