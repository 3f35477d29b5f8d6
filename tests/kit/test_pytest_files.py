"""The pytest file that is written for what exploring found fails on the wrong server and passes on a right one."""

import os
import subprocess
import sys

import pytest

import callpark_spec
from callpark.output import write_findings
from contract_tests.approach import approach
from contract_tests.lanes.explore import ExploreLane
from contract_tests.schemathesis_adapter import Schema
from contract_tests.settling import Settling
from mockserver.app import build
from mockserver.defects import DEFECTS
from mockserver.serving.server import running
from mockserver.settings import Settings

EXPLORE = [slug for slug, defect in DEFECTS.items() if defect.lane == "explore"]
LONG = bool(os.environ.get("CALLPARK_LONG"))
SLUGS = ["second-retrieval-200", *(EXPLORE if LONG else ["race-both-told-200"])]
FEW = {} if LONG else {"sequences": 8, "generated": 0, "combinations": (), "rounds": 6, "limit": 0.3}
"""Both of the sample show at once; what is drawn afterwards would only take time."""


@pytest.fixture(scope="module")
def right_url():
    with running(build(Settings())) as url:
        yield url


def explored(url):
    at = approach(url, run="files")
    lane = ExploreLane(
        target=at.target,
        rung=at.rung,
        world=at.profile.world(),
        seed=0,
        settling=Settling(sleep=lambda seconds: None, settle=2.0),
        **FEW,
        violations=Schema(callpark_spec.openapi_document()).violations,
        levels={clause.id: str(clause.level) for clause in callpark_spec.load().clauses.values()},
    )
    try:
        return [row.finding for row in lane.run() if row.finding is not None]
    finally:
        at.target.close()


def run(path, **environment):
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("CALLPARK_", "PYTEST_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path.name],
        cwd=path.parent,
        capture_output=True,
        text=True,
        env=clean | environment,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_it_fails_on_the_wrong_server_and_passes_on_the_right_one(slug, right_url, tmp_path):
    with running(build(Settings(defect=DEFECTS[slug]))) as url:
        findings = explored(url)
        paths = write_findings(findings, url, tmp_path)
        wrong = {path.name: run(path) for path in paths}
    right = {path.name: run(path, CALLPARK_TARGET=right_url) for path in paths}

    assert paths
    for finding, path in zip(findings, paths, strict=True):
        assert wrong[path.name].returncode == 1, wrong[path.name].stdout
        assert finding.clause in wrong[path.name].stdout
        assert right[path.name].returncode == 0, right[path.name].stdout
