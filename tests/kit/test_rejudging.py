"""A record alone is enough to come to the same verdicts again."""

import io
import time

import pytest

import callpark_spec
from contract_tests.approach import approach
from contract_tests.check import Check, Plan
from contract_tests.profile import mock_profile
from contract_tests.record.reader import read_record
from contract_tests.rejudge import rejudge
from mockserver.app import build
from mockserver.defects import defect
from mockserver.serving.server import running
from mockserver.settings import Settings

CATALOGUE = callpark_spec.load()


def _record(lane, slug):
    settings = Settings(defect=defect(slug) if slug else None)
    stream = io.BytesIO()
    with running(build(settings)) as url:
        found = approach(url, run="test", profile=mock_profile("check-test"))
        plan = Plan(profile=found.profile, run="test", lane=lane)
        Check(
            plan=plan,
            target=found.target,
            rung=found.rung,
            catalogue=CATALOGUE,
            version="0",
            stream=stream,
            sleep=time.sleep,
        ).run()
        found.target.close()
    return read_record(stream.getvalue())


@pytest.mark.parametrize(
    ("lane", "slug"),
    [
        ("conform", None),
        ("explore", None),
        ("conform", "left-parked"),
        ("conform", "timeout-code-of-caller-id"),
        ("conform", "all-calls-leave"),
        ("conform", "self-takes-all"),
        ("conform", "refusal-ends-others"),
    ],
)
def test_judging_a_record_again_changes_no_row(lane, slug):
    """The same rows with the same verdicts come out, and the same exit status."""
    record = _record(lane, slug)

    again = rejudge(record, CATALOGUE)

    assert again.changed == ()
    assert len(again.rulings) == len(record.rulings)
    assert again.exit_code == record.footer.exit_code
