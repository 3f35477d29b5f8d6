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


def _judged(tmp_path, calls, slug=None):
    settings = Settings(defect=defect(slug) if slug else None)
    stream = io.BytesIO()
    with running(build(settings)) as url:
        setup = {"action": "setup", "state": "parked", "params": {"count": calls}}
        parked = httpx.post(
            f"{url}/_mock/states", json=setup, headers={"X-Callpark-Session": "scarce"}
        ).json()
        inventory = tmp_path / "inventory.json"
        inventory.write_text(json.dumps(parked))
        profile = Profile(
            secrets=SECRETS,
            inventory=str(inventory),
            destination=None,
            sibling=None,
            not_offered=("talking", "sibling"),
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


def _verdicts(record, *verdicts):
    return {
        line.clause
        for line in record.rulings
        if line.reading == "document" and Verdict(line.verdict) in verdicts
    }


def test_five_parked_calls_judge_every_must_clause(tmp_path):
    """No `must` clause is left inconclusive, and nothing is found wrong with the mock."""
    record = _judged(tmp_path, 5)

    musts = {clause.id for clause in CATALOGUE.clauses.values() if clause.level == "must"}

    assert record.footer.calls_used == 5
    assert _verdicts(record, Verdict.FAIL, Verdict.WRONG_CODE) == set()
    assert _verdicts(record, Verdict.INCONCLUSIVE) & musts == set()


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
    ],
)
def test_a_defect_inside_a_packed_request_is_singled_out(tmp_path, slug, clause):
    """A refused pack is halved until the case that is to blame stands alone."""
    record = _judged(tmp_path, 12, slug)

    findings = [
        line.clause for line in record.rulings if line.verdict == "fail" and line.reading == "document"
    ]

    assert findings[0] == clause


def test_packed_evidence_is_judged_again_from_the_record(tmp_path):
    """The record says which cases share a request, so that rejudging it changes no row."""
    record = _judged(tmp_path, 5)

    assert rejudge(record, CATALOGUE).changed == ()
