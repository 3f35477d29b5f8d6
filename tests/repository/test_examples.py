"""The examples are run as far as nobody's service is needed; docs/how-to/wire-it-in.md says how far that is."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from mockserver import defects
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = CHECKOUT / "examples"
WRONG = "timeout-with-unit"
BROKEN = "failure/timeout/not-numeric"


@pytest.fixture(scope="module")
def wrong():
    with running(build(Settings(defect=defects.defect(WRONG)))) as url:
        yield url


@pytest.fixture(scope="module")
def right():
    with running(build()) as url:
        yield url


@pytest.fixture
def run(tmp_path):
    """Does a line in a folder of its own, in the environment given; its exit status and what was printed."""

    def do(line, *, shell="bash -e", **environment):
        own = ("CALLPARK_", "PYTEST_", "COV_", "COVERAGE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [*shell.split(), "-c", line],
            cwd=tmp_path,
            env=kept | {"PATH": path} | environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    return do


def test_the_workflow_of_github_says_what_is_wrong_and_fails(wrong, run, tmp_path):
    workflow = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    (check,) = [step for step in job["steps"] if step.get("id") == "check"]
    page = tmp_path / "page-of-the-job.md"
    status, printed = run(check["run"], PHONE_SYSTEM=wrong, GITHUB_STEP_SUMMARY=str(page))
    assert status == 1, printed
    assert re.search(r"^::error .*" + BROKEN, printed, re.MULTILINE)
    assert BROKEN in page.read_text(encoding="utf-8")
    for step in job["steps"]:
        for key in ("sarif_file", "path"):
            assert (tmp_path / step.get("with", {}).get(key, ".")).exists()
    late = [step for step in job["steps"] if "upload" in step.get("uses", "")]
    assert len(late) == 2
    assert all(step["if"].startswith("always()") for step in late)
    assert set(job["env"]) == {"CALLPARK_PACKAGE", "PHONE_SYSTEM", "CALLPARK_TOKEN"}


def test_the_workflow_of_github_keeps_apart_what_could_not_be_judged(run, tmp_path):
    workflow = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    (check,) = [step for step in job["steps"] if step.get("id") == "check"]
    page = tmp_path / "page-of-the-job.md"
    status, printed = run(check["run"], PHONE_SYSTEM="http://127.0.0.1:1", GITHUB_STEP_SUMMARY=str(page))
    assert status == 3, printed
    assert "No such file" not in printed
    assert "::error title=callpark::nothing was judged (status 3)" in printed
    assert page.read_text(encoding="utf-8").startswith("Nothing was judged (status 3)")


def test_a_first_release_needs_no_known_findings(right, run, tmp_path):
    hurry = (
        (EXAMPLES / "pre-release.sh").read_text(encoding="utf-8").replace("--lane all --max-time 120 ", "")
    )
    (tmp_path / "pre-release.sh").write_text(hurry, encoding="utf-8")
    status, printed = run(f"sh pre-release.sh {right}")
    assert status == 0, printed
    assert (tmp_path / "release" / "record.ndjson").is_file()


def test_the_job_of_gitlab_leaves_the_report_where_it_says(wrong, run, tmp_path):
    job = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8"))["callpark"]
    (line,) = job["script"]
    status, printed = run(line, PHONE_SYSTEM=wrong, CI_JOB_URL="https://gitlab.example/pbx/-/jobs/7")
    assert status == 1, printed
    junit = ElementTree.parse(tmp_path / job["artifacts"]["reports"]["junit"])
    assert junit.findall(".//failure")
    assert job["artifacts"]["when"] == "always"
    summary = (tmp_path / "callpark-report" / "summary.md").read_text(encoding="utf-8")
    assert (
        f"https://gitlab.example/pbx/-/jobs/7/artifacts/file/callpark-report/report.html#{BROKEN}" in summary
    )


@pytest.mark.parametrize(
    ("target", "status", "said"),
    [
        ("right", 0, "gate: open"),
        ("wrong", 1, "gate: closed"),
        ("", 3, "gate: nothing was judged (status 3)"),
    ],
)
def test_the_gate_tells_a_wrong_target_from_a_broken_set_up(request, run, target, status, said):
    url = request.getfixturevalue(target) if target else "http://127.0.0.1:1"
    done, printed = run(f"{EXAMPLES / 'gate.sh'} {url}")
    assert done == status, printed
    assert any(line.startswith(said) for line in printed.splitlines()), printed


def test_a_release_is_held_against_the_last_one(wrong, right, run, tmp_path):
    hurry = (
        (EXAMPLES / "pre-release.sh").read_text(encoding="utf-8").replace("--lane all --max-time 120 ", "")
    )
    script = tmp_path / "pre-release.sh"
    script.write_text(hurry, encoding="utf-8")
    baseline = tmp_path / "known.yaml"
    baseline.write_text(
        f'{BROKEN}:\n  reason: To be mended with the next release.\n  until: "2099-12-31"\n', encoding="utf-8"
    )
    status, printed = run(f"sh {script} {wrong}")
    assert status == 0, printed
    assert (tmp_path / "release" / "record.ndjson").is_file()
    status, printed = run(f"sh {script} {right}")
    assert status == 4, printed
    assert "fixed" in printed
    assert BROKEN in printed


@pytest.mark.parametrize(("target", "outcome"), [("right", "1 passed"), ("wrong", "1 failed")])
def test_a_vendor_has_it_among_his_own_tests(request, run, target, outcome):
    test = EXAMPLES / "vendor" / "test_conformance.py"
    _, printed = run(
        f"cp {test} . && python -m pytest -q -p no:cacheprovider test_conformance.py",
        PHONE_SYSTEM=request.getfixturevalue(target),
    )
    assert outcome in printed


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="hadolint is installed on Linux, x86_64"
)
def test_the_containerfile_is_as_hadolint_wants_it():
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, EXAMPLES / "Containerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_docs_tell_of_every_example():
    page = (CHECKOUT / "docs" / "how-to" / "wire-it-in.md").read_text(encoding="utf-8")
    for path in EXAMPLES.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert f"examples/{path.relative_to(EXAMPLES)}" in page, path.name


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
def test_a_pipeline_installs_what_it_was_told_and_no_name_of_an_index(name):
    installed = re.findall(r"pip install (.*)$", (EXAMPLES / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert installed == ['"$CALLPARK_PACKAGE"']
