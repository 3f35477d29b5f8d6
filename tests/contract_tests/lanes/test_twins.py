"""Several connections to one target, which are open when it matters."""

import pytest

from contract_tests.draft import listing
from contract_tests.exchange import Request
from contract_tests.lanes.twins import Twins

LISTING = listing("12", "0003*210", None)
RACING = Request(method="PUT", target="/uapi/x")


@pytest.fixture
def raced(raw_server, target_at):
    """What a server was asked in so many rounds of two, by method, and how many connections it saw."""

    def rounds(answer, count):
        server = raw_server(answer)
        twins = Twins(target_at(server.url), 2)
        for _ in range(count):
            sent = twins.at_once([RACING] * 2, warm_up=LISTING, case="a/b", call=None)
            assert [one.response.status for one in sent] == [200, 200]
        twins.close()
        methods = [head.split()[0].decode() for head, _ in server.requests]
        return methods.count("GET"), methods.count("PUT"), server.connections

    return rounds


def test_a_connection_is_opened_before_its_first_race_and_kept_for_the_next(raced, answered):
    assert raced(answered(), 5) == (2, 10, 2)


def test_one_that_the_target_closes_is_opened_before_each_race(raced, answered):
    def closing(request):
        return answered(Connection="keep-alive" if request[0].startswith(b"GET") else "close")

    assert raced(closing, 3) == (6, 6, 6)
