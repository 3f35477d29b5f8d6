"""`pytest --pyargs contract_tests --target URL`: one item a row, the same verdicts as `callpark check`."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from contract_tests.pytest_run import EXPLORED, _as_one
from contract_tests.verdict import Ruling, Verdict
from mockserver.app import build
from mockserver.defects import DEFECTS
from mockserver.serving.server import running
from mockserver.settings import Settings

DEFECT = "timeout-code-of-caller-id"
CLAUSE = "failure/timeout/not-positive"


def run_pytest(folder, *arguments):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--pyargs",
        "contract_tests",
        *arguments,
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def rows_of(path):
    """Row id -> what JUnit says of it: passed, failed, error or skipped, with the properties."""
    found = {}
    for case in ElementTree.parse(path).iter("testcase"):
        row = case.get("name").partition("[")[2].rstrip("]")
        if row:
            word = next(
                (child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed"
            )
            properties = {each.get("name"): each.get("value") for each in case.iter("property")}
            found[row] = (word, properties)
    return found


@pytest.fixture(scope="module")
def judged(tmp_path_factory, request):
    """The pytest run against the honest mock and against one with a defect."""

    def run(defect):
        folder = tmp_path_factory.mktemp("elsewhere")
        with running(build(Settings(defect=DEFECTS[defect] if defect else None))) as url:
            done = run_pytest(folder, "--target", url, "--junit-xml", "junit.xml", "-q")
        return done, rows_of(folder / "junit.xml")

    return {defect: run(defect) for defect in (None, DEFECT)}


WORDS = {
    "pass": "passed",
    "deviation": "passed",
    "fail": "failure",
    "wrong-code": "failure",
    "inconclusive": "error",
    "harness-error": "error",
    "not-applicable": "skipped",
}


@pytest.mark.parametrize("defect", [None, DEFECT], ids=["the honest mock", DEFECT])
def test_pytest_comes_to_the_verdicts_of_a_check(judged, harness, defect):
    done, rows = judged[defect]
    checked = harness.mock(defect=DEFECTS[defect] if defect else None)

    assert {row: word for row, (word, _) in rows.items()} == {
        case: WORDS[verdict] for case, verdict in checked.verdicts().items()
    }
    assert done.returncode == (1 if defect else 0)


def test_a_row_carries_its_clause_and_verdict_into_junit(judged):
    _, rows = judged[DEFECT]

    assert rows[f"{CLAUSE}/zero"] == ("failure", {"clause": CLAUSE, "verdict": "wrong-code"})


def test_a_finding_says_what_was_expected_and_what_came(judged):
    done, _ = judged[DEFECT]

    assert "expected: 400 pc_timeout_invalid" in done.stdout
    assert "actual:   400 pc_callerid_invalid" in done.stdout
    assert "Traceback" not in done.stdout


def test_items_are_selected_by_clause(tmp_path):
    with running(build()) as url:
        done = run_pytest(
            tmp_path,
            "--target",
            url,
            "-k",
            "not-positive and zero",
            "--record",
            "r.ndjson",
            "--junit-xml",
            "j.xml",
        )

    assert done.returncode == 0
    assert set(rows_of(tmp_path / "j.xml")) == {f"{CLAUSE}/zero", f"{CLAUSE}/zero-string"}
    record = (tmp_path / "r.ndjson").read_text(encoding="utf-8")
    assert f"{CLAUSE}/zero" in record
    assert "failure/view/missing/missing" not in record


def test_without_a_target_there_is_nothing_to_judge(tmp_path):
    done = run_pytest(tmp_path)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    said = [
        line for line in done.stdout.splitlines() if "pytest --pyargs contract_tests --target URL" in line
    ]
    assert len(said) == 1
    assert "Error" not in done.stdout
    assert "Warning" not in done.stdout


def test_the_items_are_listed_without_a_target(tmp_path):
    done = run_pytest(tmp_path, "--collect-only", "-q")

    assert done.returncode == 0
    assert f"test_clause[{CLAUSE}/zero]" in done.stdout


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("-v",)], ids=" ".join)
def test_a_target_that_is_not_there_is_an_error_of_every_item_and_one_line(tmp_path, options):
    done = run_pytest(tmp_path, "--target", "http://127.0.0.1:9", "--junit-xml", "junit.xml", *options)
    lines = done.stdout.splitlines()
    said = [line for line in lines if "nobody answers at http://127.0.0.1:9" in line]

    assert done.returncode == 1
    assert len(said) == 1
    assert said[0].startswith("could not be judged: nobody answers at")
    if not options:
        assert len(lines) < 25
    rows = rows_of(tmp_path / "junit.xml")
    assert len(rows) > 100
    assert {word for word, _ in rows.values()} == {"error"}
    assert f"{len(rows)} errors" in lines[-1]
    assert "passed" not in lines[-1]


def test_of_a_single_item_its_own_error_is_shown(tmp_path):
    done = run_pytest(tmp_path, "--target", "http://127.0.0.1:9", "-k", "not-positive and zero-string")

    assert "ERROR at setup of test_clause" in done.stdout
    assert "could not be judged: nobody answers at http://127.0.0.1:9" in done.stdout


@pytest.mark.parametrize(
    ("profile", "target", "said"),
    [
        ("user: 12\n", "http://127.0.0.1:9", "profile.yaml:1: user: text is expected, not a number"),
        ("name: x\n", "nonsense", "'nonsense' is no URL of a target"),
    ],
)
def test_a_wrong_profile_or_address_ends_the_run_in_one_line(tmp_path, profile, target, said):
    (tmp_path / "profile.yaml").write_text(profile, encoding="utf-8")
    done = run_pytest(tmp_path, "--target", target, "--profile", "profile.yaml", "-k", "not-positive")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "contract_tests judges a target: pytest --pyargs contract_tests --target URL"),
        (("--target", "nonsense"), "'nonsense' is no URL of a target"),
    ],
)
def test_wrong_usage_is_told_in_one_line_where_there_are_workers_too(tmp_path, options, said):
    done = run_pytest(tmp_path, *options, "-n", "2", "-k", "not-positive")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    (line,) = [line for line in done.stdout.splitlines() if said in line]
    assert line.startswith(f"could not be judged: {said}")
    assert "INTERNALERROR" not in done.stdout


@pytest.mark.parametrize("slug", ["zero-timeout-by-me-accepted", "race-both-told-200"])
def test_what_only_exploring_finds_fails_an_item(tmp_path, slug):
    defect = DEFECTS[slug]
    with running(build(Settings(defect=defect))) as url:
        done = run_pytest(tmp_path, "--target", url, "--lane", "explore", "--junit-xml", "junit.xml", "-q")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    rows = rows_of(tmp_path / "junit.xml")
    assert [row for row, (word, _) in rows.items() if word == "failure"] == [EXPLORED]
    assert rows[EXPLORED][1] == {"clause": defect.clause, "verdict": "fail"}


@pytest.mark.parametrize(
    ("verdicts", "worst", "title"),
    [
        (
            [Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.WRONG_CODE, Verdict.FAIL],
            Verdict.WRONG_CODE,
            "2 (and 1 more)",
        ),
        ([Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.HARNESS_ERROR], Verdict.HARNESS_ERROR, "2"),
        ([Verdict.NOT_APPLICABLE, Verdict.INCONCLUSIVE], Verdict.INCONCLUSIVE, "1"),
        ([Verdict.PASS], Verdict.PASS, "0"),
        ([], Verdict.NOT_APPLICABLE, "what exploring found"),
    ],
)
def test_the_worst_that_exploring_came_to_stands_for_it(verdicts, worst, title):
    rulings = [
        Ruling(clause="c", case=f"c/{place}", reading="document", verdict=verdict, title=str(place))
        for place, verdict in enumerate(verdicts)
    ]
    one = _as_one(rulings, "document")

    assert (one.case, one.verdict, one.title) == (EXPLORED, worst, title)
