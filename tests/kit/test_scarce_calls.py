"""With a handful of parked calls the whole of what the page demands can still be judged."""

import io
import json
import time

import httpx
import pytest

import callpark_spec
from contract_tests.approach import approach
from contract_tests.check import Check, Plan
from contract_tests.profile import Profile
from contract_tests.record.reader import read_record
from contract_tests.rejudge import rejudge
from contract_tests.verdict import Verdict
from mockserver.app import build
from mockserver.defects import defect
from mockserver.serving.server import running
from mockserver.settings import Settings

CATALOGUE = callpark_spec.load()
SECRETS = {
    "token": "mock.scarce.12",
    "other_token": "mock.scarce.13",
    "expired_token": "mock.expired.12",
}


def _judged(tmp_path, calls, slug=None, elsewhere=None, last_view=None, not_offered=()):
    """A check with so many parked calls; `elsewhere` of them are at a second extension, None where there is none.

    The last call of the first extension has `last_view`, if one is named.
    """
    settings = Settings(defect=defect(slug) if slug else None)
    stream = io.BytesIO()
    with running(build(settings)) as url:
        parked = [
            *_parked(url, calls - (elsewhere or 0) - bool(last_view), "0003*210"),
            *_parked(url, bool(last_view), "0003*210", last_view),
            *_parked(url, elsewhere or 0, "0003*211"),
        ]
        inventory = tmp_path / "inventory.json"
        inventory.write_text(json.dumps({"calls": parked}))
        profile = Profile(
            secrets=SECRETS,
            inventory=str(inventory),
            destination=None,
            sibling=None if elsewhere is None else "0003*211",
            not_offered=("talking", *(() if elsewhere is not None else ("sibling",)), *not_offered),
        )
        found = approach(url, run="test", profile=profile, rung="inventory")
        Check(
            plan=Plan(profile=profile, run="test"),
            target=found.target,
            rung=found.rung,
            catalogue=CATALOGUE,
            version="0",
            stream=stream,
            sleep=time.sleep,
        ).run()
        found.target.close()
    return read_record(stream.getvalue())


def _parked(url, count, extension, view=None):
    if count == 0:
        return []
    params = {"count": int(count), "extension": extension} | ({"phoneCallViewId": view} if view else {})
    setup = {"action": "setup", "state": "parked", "params": params}
    answer = httpx.post(f"{url}/_mock/states", json=setup, headers={"X-Callpark-Session": "scarce"})
    return answer.json()["calls"]


def _verdicts(record, *verdicts):
    return {
        line.clause
        for line in record.rulings
        if line.reading == "document" and Verdict(line.verdict) in verdicts
    }


MUSTS = {clause.id for clause in CATALOGUE.clauses.values() if clause.level == "must"}
TESTABLE = {clause for clause in MUSTS if not CATALOGUE.clauses[clause].not_tested}


@pytest.mark.parametrize("elsewhere", [None, 1], ids=["one extension", "two extensions"])
def test_five_parked_calls_judge_every_must_clause(tmp_path, elsewhere):
    """Every `must` clause that can be tested passes, and nothing of it is left open or does not apply."""
    record = _judged(tmp_path, 5, elsewhere=elsewhere)

    not_here = {
        "failure/view/of-another-call"
    }  # it takes a call with a view of its own, which a file cannot promise
    assert record.footer.calls_used == 5
    assert _verdicts(record, Verdict.PASS) >= TESTABLE - not_here
    assert _verdicts(record, Verdict.FAIL, Verdict.WRONG_CODE) == set()
    assert _verdicts(record, Verdict.INCONCLUSIVE) & MUSTS == set()


OF_ANOTHER_CALL = {"failure/view/of-another-call", "parking/only-that-call"}


def test_a_call_with_a_view_of_its_own_among_the_five_leaves_nothing_out(tmp_path):
    record = _judged(tmp_path, 5, elsewhere=1, last_view="07")

    assert record.footer.calls_used == 5
    assert _verdicts(record, Verdict.PASS) >= TESTABLE | OF_ANOTHER_CALL


@pytest.mark.parametrize(
    ("not_offered", "verdict"), [((), "inconclusive"), (("another_call",), "not-applicable")]
)
def test_what_takes_a_second_call_is_left_open_unless_the_profile_says_there_is_none(
    tmp_path, not_offered, verdict
):
    record = _judged(tmp_path, 1, not_offered=not_offered)

    assert _verdicts(record, Verdict(verdict)) >= OF_ANOTHER_CALL


@pytest.mark.parametrize(
    ("slug", "clause"),
    [
        ("all-calls-leave", "parking/only-that-call"),
        ("view-of-another-call-accepted", "failure/view/of-another-call"),
    ],
)
def test_a_few_calls_are_enough_to_see_that_others_are_touched(tmp_path, slug, clause):
    record = _judged(tmp_path, 14, slug, last_view="07")

    assert clause in _verdicts(record, Verdict.FAIL)


def test_four_parked_calls_are_one_too_few(tmp_path):
    """That five are enough says something."""
    record = _judged(tmp_path, 4)

    assert _verdicts(record, Verdict.INCONCLUSIVE) & MUSTS == {"payload/wait-for-pickup/any-positive"}
    assert record.footer.exit_code == 3


def test_without_a_call_at_the_second_extension_only_its_own_case_is_left_open(tmp_path):
    """What would have shared that call has one of the first extension."""
    record = _judged(tmp_path, 5, elsewhere=0)
    left_open = {
        line.case for line in record.rulings if line.verdict == "inconclusive" and line.clause in MUSTS
    }

    assert left_open == {"uri/extension/self/another-of-his"}


def test_seven_parked_calls_judge_everything(tmp_path):
    """With a call each for what a target may refuse, nothing is left open and the check exits 0."""
    record = _judged(tmp_path, 7)

    assert _verdicts(record, Verdict.INCONCLUSIVE) == set()
    assert record.footer.exit_code == 0


@pytest.mark.parametrize(
    ("slug", "clause"),
    [
        ("me-unknown", "uri/user-id/me"),
        ("number-timeout-refused", "payload/wait-for-pickup/number"),
        ("left-parked", "parking/leaves-lot"),
        ("hour-refused", "payload/wait-for-pickup/any-positive"),
        ("self-first-extension-only", "uri/extension/self"),
    ],
)
def test_a_defect_inside_a_packed_request_is_singled_out(tmp_path, slug, clause):
    """A refused pack is halved until the case that is to blame stands alone."""
    record = _judged(tmp_path, 14, slug, elsewhere=2)

    findings = [
        line.clause for line in record.rulings if line.verdict == "fail" and line.reading == "document"
    ]

    assert findings[0] == clause


def test_packed_evidence_is_judged_again_from_the_record(tmp_path):
    """The record says which cases share a request, so that rejudging it changes no row."""
    record = _judged(tmp_path, 5, elsewhere=1)

    assert rejudge(record, CATALOGUE).changed == ()
