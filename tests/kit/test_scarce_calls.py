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
from mockserver.serving import running
from mockserver.settings import Settings

CATALOGUE = callpark_spec.load()
SECRETS = {
    "token": "mock.scarce.12",
    "other_token": "mock.scarce.13",
    "expired_token": "mock.expired.12",
}


def _judged(tmp_path, calls, slug=None, elsewhere=None):
    """A check with so many parked calls; `elsewhere` of them are at a second extension, None where there is none."""
    settings = Settings(defect=defect(slug) if slug else None)
    stream = io.BytesIO()
    with running(build(settings)) as url:
        parked = [
            *_parked(url, calls - (elsewhere or 0), "0003*210"),
            *_parked(url, elsewhere or 0, "0003*211"),
        ]
        inventory = tmp_path / "inventory.json"
        inventory.write_text(json.dumps({"calls": parked}))
        profile = Profile(
            secrets=SECRETS,
            inventory=str(inventory),
            destination=None,
            sibling=None if elsewhere is None else "0003*211",
            not_offered=("talking",) if elsewhere is not None else ("talking", "sibling"),
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


def _parked(url, count, extension):
    if count == 0:
        return []
    setup = {"action": "setup", "state": "parked", "params": {"count": count, "extension": extension}}
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
