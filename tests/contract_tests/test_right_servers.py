"""Servers that keep the page, written by people who did not write the checker: none is accused."""

from functools import partial

import pytest

from tests.servers import RIGHT

# A repeated identical PUT is answered 200 with the call: idempotent, but section 10-I of the domain file rules out
# any 2xx that claims a second success.
RETRIEVES_TWICE = {"mover"}
ANSWERS_202 = {"example", "ringing", "unanswered"}


def jobs(check):
    return {name: partial(check.server, factory, settle=2.0) for name, factory in RIGHT.items()}


@pytest.mark.parametrize("name", RIGHT)
def test_no_right_server_is_accused_under_document(side_by_side, name):
    wanted = ["parking/second-retrieval"] if name in RETRIEVES_TWICE else []

    assert side_by_side[name].findings("document") == wanted


@pytest.mark.parametrize("name", RIGHT)
def test_under_table_only_an_answer_202_is_one_finding_more(side_by_side, name):
    more = set(side_by_side[name].findings("table")) - set(side_by_side[name].findings("document"))

    assert more == ({"success/status"} if name in ANSWERS_202 else set())


@pytest.mark.parametrize("name", sorted(set(RIGHT) - RETRIEVES_TWICE))
def test_a_right_server_is_judged_to_the_end(side_by_side, name):
    """Exit 0 says that nothing was left inconclusive either."""
    checked = side_by_side[name]

    assert checked.exit_code == 0
    assert not checked.clauses("inconclusive") | checked.clauses("harness-error")


@pytest.mark.parametrize("name", RIGHT)
def test_no_token_of_a_right_server_is_in_its_record(side_by_side, name):
    record = side_by_side[name].record

    assert record
    assert not any(token in record for token in (b"valid-token-of-user", b"expired-token-of-user"))


@pytest.mark.parametrize("name", sorted(RETRIEVES_TWICE))
def test_who_takes_put_for_idempotent_is_told_that_no_harm_was_done(side_by_side, name):
    """The page does not say it, so the report owes the vendor where the sentence comes from and what may be done."""
    (finding,) = [ruling for ruling in side_by_side[name].under() if ruling.is_finding]

    assert finding.hint.startswith("The call stayed as it was")
    assert "derived" in finding.hint
    assert "not-parked" in finding.hint
