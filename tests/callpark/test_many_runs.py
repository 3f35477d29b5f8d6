"""`callpark report` with several records."""

import json
import re

import pytest

from callpark.command_line import main
from callpark.formats import FILES


@pytest.fixture(scope="module")
def folders(tmp_path_factory, callpark_mock_url):
    """Two shards of one run, and another run."""
    top = tmp_path_factory.mktemp("runs")
    for name, options in {
        "a": ("--run", "nightly-1", "--clause", "failure/timeout"),
        "b": ("--run", "nightly-1", "--clause", "failure/view"),
        "c": ("--clause", "failure/timeout"),
    }.items():
        with pytest.raises(SystemExit) as ended:
            main(
                [
                    "check",
                    callpark_mock_url,
                    "--quiet",
                    "--out",
                    str(top / name),
                    "--format",
                    "json",
                    *options,
                ]
            )
        assert ended.value.code == 0
    return top


def record(folders, name):
    return folders / name / "record.ndjson"


def test_shards_are_merged_into_a_record_of_its_own(callpark, folders, tmp_path):
    done = callpark("report", record(folders, "a"), record(folders, "b"), "--out", "whole")
    assert done.status == 0, done.err
    assert {path.name for path in (tmp_path / "whole").iterdir()} == {"record.ndjson", *FILES.values()}
    whole = json.loads((tmp_path / "whole" / "results.json").read_text())
    assert whole["run"] == "nightly-1"
    parts = [json.loads((folders / name / "results.json").read_text()) for name in "ab"]
    assert {row["case"] for row in whole["verdicts"]} == {
        row["case"] for part in parts for row in part["verdicts"]
    }
    assert callpark("report", "whole/record.ndjson", "--out", "again").status == 0
    assert (tmp_path / "again" / "report.html").read_bytes() == (
        tmp_path / "whole" / "report.html"
    ).read_bytes()


def test_runs_stand_side_by_side_and_link_to_their_reports(callpark, folders, tmp_path):
    done = callpark("report", record(folders, "a"), record(folders, "c"), "--out", "side", "--format", "html")
    assert done.status == 0, done.err
    page = (tmp_path / "side" / "matrix.html").read_text()
    links = set(re.findall(r'href="([^"#]+/report\.html)', page))
    assert len(links) == 2
    for link in links:
        assert (tmp_path / "side" / link).exists()


def test_runs_are_compared(callpark, folders, tmp_path):
    done = callpark("report", "--compare", record(folders, "a"), record(folders, "c"))
    assert done.status == 0, done.err
    assert "0 fixed, 0 new, 0 still, 0 not judged now" in done.out
    assert list(tmp_path.iterdir()) == []


def test_to_compare_takes_two_runs(callpark, folders):
    done = callpark("report", "--compare", record(folders, "a"), record(folders, "b"))
    assert done.status == 2
    assert "--compare takes the records of two runs, these are of 1" in done.err


def test_an_edited_record_is_refused_by_line_and_name(callpark, folders, tmp_path):
    lines = record(folders, "a").read_text().splitlines(keepends=True)
    edited = [line.replace('"fail"', '"pass"').replace("400 ", "200 ") for line in lines]
    (tmp_path / "edited.ndjson").write_text("".join(edited))
    done = callpark("report", record(folders, "c"), "edited.ndjson", "--out", "x")
    assert done.status == 3
    assert re.match(rf"Error: edited\.ndjson: line {len(lines)}: the footer's \w+ is ", done.err)
    assert not (tmp_path / "x").exists()


def test_records_in_one_file_are_refused(callpark, folders, tmp_path):
    both = record(folders, "a").read_text() + record(folders, "c").read_text()
    (tmp_path / "both.ndjson").write_text(both)
    done = callpark("report", "both.ndjson")
    assert done.status == 3
    first = len(record(folders, "a").read_text().splitlines())
    assert f"line {first}: the footer is not the last line; these are several records in one file" in done.err


def test_a_shard_with_other_options_is_refused(callpark, callpark_mock_url, folders, tmp_path):
    callpark(
        "check",
        callpark_mock_url,
        "--quiet",
        "--run",
        "nightly-1",
        "--seed",
        "7",
        "--clause",
        "failure/timeout",
    )
    done = callpark("report", record(folders, "b"), "callpark-report/record.ndjson")
    assert done.status == 3
    assert "callpark-report/record.ndjson: line 1: the same run as " in done.err
    assert "another seed" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ["", "a b", "x" * 41, "../up"])
def test_a_name_that_cannot_be_a_run_is_refused(callpark, callpark_mock_url, name):
    done = callpark("check", callpark_mock_url, "--run", name or " ")
    assert done.status == 2
    assert "up to 40 letters" in done.err
