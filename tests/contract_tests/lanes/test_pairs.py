"""The covering array: small, whole, always the same, and nothing in it that the page leaves open."""

from itertools import combinations

import pytest

from contract_tests.draft import Setting, documented
from contract_tests.expectation import expect
from contract_tests.lanes.generated import changes_of
from contract_tests.lanes.pairs import combinations_in, covering_rows
from contract_tests.lanes.steps import Change, Step, request_of
from contract_tests.world import KnownCall, World

CALL = KnownCall(id="b817d2618fe6f1804333", user="12", extension="0003*210", view="01", views=("01",))
POOR = World(user="12", extension="0003*210", retriever="0003*024")
RICH = World(
    user="12", extension="0003*210", retriever="0003*024", sibling="0003*211", not_terminal="0003*500",
    foreign_user="13", foreign_extension="0003*310", has_other_token=True, has_expired_token=True,
)  # fmt: skip


def expected_of(changes, world):
    request = request_of(Step(does="unpark", changes=changes), [CALL], world)
    return expect(request, world.holding([CALL]), "document")


@pytest.mark.parametrize("world", [POOR, RICH])
def test_every_combination_is_judged_and_has_one_fault_at_the_most(world):
    seen = [expected_of(one.changes, world) for one in combinations_in(world)]
    assert all(one.is_judged and len({fault.clause for fault in one.faults}) <= 1 for one in seen)
    assert not any(one.faults and one.mild for one in seen)


def test_every_fault_meets_every_allowed_value_of_another_part():
    met = {
        (str(one), str(other))
        for each in combinations_in(RICH)
        for one, other in combinations(sorted(each.changes, key=str), 2)
    }
    for pair in [
        ("callerId 'John Doe <+3334444>'", "waitForPickup 0"),
        ("phoneCallViewId '99'", "without waitForPickup"),
        ("extension '@self'", "phoneCallViewId '99'"),
        ("user '@me'", "waitForPickup 'abc'"),
        ("extension '@self'", "user '@viewer'"),
    ]:
        assert tuple(sorted(pair)) in met


def test_allowed_values_meet_where_no_fault_hides_whether_they_are_accepted():
    clean = [one.changes for one in combinations_in(RICH) if not expected_of(one.changes, RICH).faults]
    firm = [changes for changes in clean if not expected_of(changes, RICH).mild]
    texts = [{str(change) for change in changes} for changes in firm]
    assert any({"user '@viewer'", "extension '@self'"} <= each for each in texts)
    assert any({"callerId 'John Doe <+3334444>'", "waitForPickup 20"} <= each for each in texts)
    assert len(firm) <= 30


def test_rows_hold_every_pair_and_are_few():
    factors = {name: (None, *(Change(part=name, value=n) for n in range(3))) for name in "abcd"}
    rows = covering_rows(factors)
    met = {pair for row in rows for pair in combinations(sorted(row.items()), 2)}
    assert len(met) == 6 * 4 * 4
    assert len(rows) <= 24
    assert rows == covering_rows(factors)


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (Change(part="user", value="@me"), Change(part="waitForPickup", kind="absent")),
        (Change(part="callerId", value="Zoë \x00 <1>"),),
        (Change(part="call_id", value="a/b c"), Change(part="authorization", kind="absent")),
        (Change(part="waitForPickup", value=20), Change(part="colour", value={"a": [None]})),
        (Change(part="body", kind="raw", value="\xff{"),),
    ],
)
def test_a_request_is_read_back_as_the_changes_that_made_it(changes):
    request = request_of(Step(does="unpark", changes=changes), [CALL], POOR)
    assert changes_of(request, CALL, POOR) == changes


@pytest.mark.parametrize("body", [b'{"action": "\\ud800"}', b'{"user": 1}', b"[]", b'{"a": 1, "a": 2}'])
def test_a_body_that_could_not_be_written_again_is_kept_as_it_is(body):
    setting = Setting(world=POOR, call=CALL)
    request = documented(setting).request()
    request = type(request)(method="PUT", target=request.target, headers=request.headers, body=body)
    (change,) = changes_of(request, CALL, POOR)
    assert (change.kind, change.value.encode("latin-1")) == ("raw", body)
