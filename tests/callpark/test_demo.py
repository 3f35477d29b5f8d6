"""`callpark demo`: the first thing that anybody runs."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return subprocess.run(
        [sys.executable, "-m", "callpark", "demo"],
        cwd=tmp_path_factory.mktemp("demo"),
        capture_output=True,
        text=True,
    )


def test_it_ends_well(demo):
    assert demo.returncode == 0, demo.stderr


def test_nothing_was_found_and_nothing_left_open(demo):
    counts = demo.stdout.partition("conforms to the page")[2]
    assert counts
    for word in ("fail", "wrong-code", "inconclusive", "harness-error"):
        assert f" {word}" not in counts.partition("Try next")[0]


def test_it_tells_the_story_of_the_page(demo):
    out = demo.stdout
    assert "extension 0003*210, status 5, parked in slot 1" in out
    assert "PUT /uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333, is answered 200" in out
    assert "extension 0003*024, status 5, not parked" in out


def test_it_names_the_report_and_what_to_try(demo):
    out = demo.stdout
    (report,) = (line.removeprefix("The report: ") for line in out.splitlines() if "The report: " in line)
    assert Path(report).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "Try next:   callpark mock" in out


def test_it_prints_no_warnings(demo):
    said = demo.stderr.splitlines()
    assert said
    assert all(line.startswith("case ") for line in said), demo.stderr


def test_it_says_where_it_cannot_write(callpark, tmp_path):
    (tmp_path / "taken").write_text("a file")
    done = callpark("demo", "--out", "taken/folder")
    assert done.status == 2  # as for any place that cannot be written
    assert done.err == "Error: taken/folder: Not a directory\n"
