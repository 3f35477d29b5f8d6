"""Who answers before it is done, or lists what was before, conforms as long as it comes to show within `settle`."""

from functools import partial

import pytest

from callpark_spec import load
from contract_tests.record.reader import read_record
from contract_tests.rejudge import rejudge
from tests.servers.late import LATE, SlowPhone

AS_PRINTED, ONE_SECOND = "request/documented-example/as-printed", "payload/wait-for-pickup/any-positive/one"


def jobs(check):
    return {name: partial(check.server, factory, settle=1.0) for name, factory in LATE.items()} | {
        "never_picked_up": partial(check.server, partial(SlowPhone, 30.0), settle=0.2),
        "slower_than_a_second": partial(
            check.server, partial(SlowPhone, 1.2), settle=2.0, cases=(AS_PRINTED, ONE_SECOND)
        ),
    }


@pytest.mark.parametrize("name", LATE)
def test_what_shows_in_time_is_judged_and_not_accused(side_by_side, name):
    checked = side_by_side[name]

    assert checked.findings("document") == []
    assert not checked.clauses("inconclusive") | checked.clauses("harness-error")
    assert checked.exit_code == 0


@pytest.mark.parametrize("name", ["later_away", "copies", "slower_than_a_second"])
def test_it_is_judged_again_from_the_record(side_by_side, name):
    record = read_record(side_by_side[name].record)

    assert rejudge(record, load()).changed == ()


@pytest.mark.parametrize("name", ["never_picked_up"])
def test_as_long_as_the_phone_rings_nobody_can_say_whether_the_call_is_retrieved(side_by_side, name):
    checked = side_by_side[name]
    (row,) = [one for one in checked.under() if one.clause == "parking/connects"]

    assert checked.findings("document") == []
    assert checked.exit_code == 3
    assert "0003*024 rings" in row.actual
    assert "settle" in row.hint


@pytest.mark.parametrize("name", ["slower_than_a_second"])
def test_a_phone_that_is_slower_than_the_time_asked_for_is_no_finding(side_by_side, name):
    """The call is back in the lot then, as it was before."""
    assert side_by_side[name].findings("document") == []
