"""Which cases a check sends for the clauses asked for, and which with --safe."""

import pytest

import callpark_spec
from contract_tests.case import Kind
from contract_tests.cases import CONTROL, all_cases
from contract_tests.draft import Setting
from contract_tests.expectation import Effect, expect
from contract_tests.judge.judge import CARRIED_BY_CASE, CARRIED_BY_CONTROL
from contract_tests.judge.sweeps import SCOPES
from contract_tests.profile import mock_profile
from contract_tests.selection import NothingSelected, lane_cases, selected
from contract_tests.verdict import READINGS
from contract_tests.world import KnownCall

KNOWN = callpark_spec.load().clauses
WORLD = mock_profile("default").world()
CALL = KnownCall(id="b817d2618fe6f1804333", user="12", extension="0003*210", view="01", views=("01",))
WITNESS = KnownCall(id="aaaa2618fe6f18043330", user="12", extension="0003*210", view="07", views=("07",))


def ids(*clauses, safe=False):
    return {case.id for case in selected(all_cases(), clauses=clauses, safe=safe, known=KNOWN)}


def test_a_prefix_selects_what_is_below_it_with_or_without_its_slash():
    timeouts = {case.id for case in all_cases() if case.clause.startswith("failure/timeout/")}
    assert ids("failure/timeout") == ids("failure/timeout/") == timeouts


def test_several_are_taken_together():
    assert ids("access/no-token", "failure/view/missing") == ids("access/no-token") | ids(
        "failure/view/missing"
    )


@pytest.mark.parametrize(
    "clause", [*SCOPES, *CARRIED_BY_CONTROL, *CARRIED_BY_CASE, "uri/phone-call-id/from-list"]
)
def test_every_clause_that_is_judged_over_many_answers_can_be_asked_for(clause):
    assert ids(clause)


def test_what_is_judged_over_retrievals_selects_all_of_them():
    retrievals = {case.id for case in all_cases() if case.kind is Kind.RETRIEVAL}
    assert retrievals <= ids("parking/only-that-call")
    assert ids("request/method") == {CONTROL.id}


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("failure/timeout/not-positiv", "did you mean failure/timeout/not-positive"),
        ("acess", "did you mean access"),
        ("parking/only-this-call", "parking/only-that-call"),
        ("", "there is no clause"),
    ],
)
def test_a_wrong_id_is_refused_with_what_is_near_also_beside_a_right_one(name, nearest):
    with pytest.raises(NothingSelected, match=nearest):
        ids("access/no-token", name)


def test_a_clause_without_cases_says_why():
    untested = next(clause for clause in KNOWN.values() if clause.not_tested)
    with pytest.raises(NothingSelected, match="is not tested: "):
        ids(untested.id)
    with pytest.raises(NothingSelected, match="the lane explore"):
        ids("parking/one-winner")
    with pytest.raises(NothingSelected, match="--safe"):
        ids("success", safe=True)


@pytest.mark.parametrize("reading", READINGS)
def test_nothing_that_a_server_may_carry_out_is_sent_with_safe(reading):
    """Held against the expectation of the very requests, those generated from the document too."""
    setting = Setting(world=WORLD.holding([CALL, WITNESS]), call=CALL, witness=WITNESS)
    sent = selected(lane_cases("all", WORLD), safe=True, known=KNOWN)
    for case in sent:
        expectation = expect(case.request(setting), setting.world, reading)
        must = [fault for fault in expectation.faults if fault.clause == case.clause]
        assert must or expectation.outcomes, case.id
        assert not any(outcome.effect is not Effect.UNCHANGED for outcome in expectation.outcomes), case.id


def test_what_is_left_out_with_safe_is_what_the_page_leaves_open():
    refusals = {case.id for case in all_cases() if case.kind is Kind.REFUSAL}
    assert refusals - ids(safe=True) == {
        "payload/send-call-to/phone-terminal/no-terminal",
        "uri/extension/of-the-call/sibling",
    }
