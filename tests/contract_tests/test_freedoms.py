"""What the page leaves open is nobody's fault: at most it is noted, and what cannot be judged is not accused."""

from functools import partial

import pytest

from callpark_spec import load
from contract_tests.record.reader import read_record
from contract_tests.rejudge import rejudge
from tests.servers.framed import FRAMED, Remembers
from tests.servers.freedoms import FREE

OPEN = FREE | FRAMED
NOTED = {
    name: {"parking/second-retrieval", "parking/not-parked"} for name in FREE if name.startswith("own_words")
}
LEFT_OPEN = {"rings_on": {"parking/connects"}}


def jobs(check):
    return {name: partial(check.server, factory) for name, factory in OPEN.items()}


@pytest.mark.parametrize("name", OPEN)
def test_a_freedom_is_no_finding(side_by_side, name):
    assert side_by_side[name].findings("document") == []


@pytest.mark.parametrize("name", OPEN)
def test_a_freedom_is_noted_where_the_domain_wants_it_noted(side_by_side, name):
    about_calls = {
        clause for clause in side_by_side[name].clauses("deviation") if clause.startswith("parking/")
    }

    assert about_calls == NOTED.get(name, set())


@pytest.mark.parametrize("name", OPEN)
def test_only_what_did_not_come_to_show_is_left_open(side_by_side, name):
    checked = side_by_side[name]

    assert checked.clauses("inconclusive") == LEFT_OPEN.get(name, set())
    assert checked.exit_code == (3 if name in LEFT_OPEN else 0)


def test_a_session_is_as_good_as_a_token_and_no_more_in_a_record(side_by_side):
    record = side_by_side["remembers"].record

    assert b"session=${cookie_session}; Path=/; HttpOnly" in record
    assert Remembers.issued
    assert not any(session.encode() in record for session in Remembers.issued)


@pytest.mark.parametrize("name", ["relocates", "stack", "remembers"])
def test_it_is_judged_again_from_the_record(side_by_side, name):
    assert rejudge(read_record(side_by_side[name].record), load()).changed == ()


def test_whoever_rings_on_is_told_what_would_let_it_be_judged(side_by_side):
    (row,) = [one for one in side_by_side["rings_on"].under() if one.clause == "parking/connects"]

    assert "no view has status 5" in row.actual
    assert "settle" in row.hint
