"""What `make fuzz-api` does at length, in short; and that it can find something."""

import pytest

from mockserver.app import build
from mockserver.defects import defect
from mockserver.serving.server import running
from mockserver.settings import Settings
from tests.fuzzing.api import SIDES, fuzz


@pytest.mark.parametrize("side", SIDES)
def test_no_answer_of_the_mock_is_an_error_of_its_own_or_told_of_nowhere(side, tmp_path):
    with running(build(Settings(clock="x1000"))) as url:
        done = fuzz(side, url, seed=1, examples=2, folder=tmp_path, phases="coverage,fuzzing")
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]


def test_a_mock_that_fails_on_its_own_is_found_out(tmp_path):
    with running(build(Settings(clock="x1000", defect=defect("null-500")))) as url:
        done = fuzz("vendor", url, seed=1, examples=3, folder=tmp_path, phases="coverage")
    assert done.returncode == 1
    assert "documented_status" in done.stdout
    assert "Server error" in done.stdout
