"""A short form of the long runs on stores: kills under load, and races between workers."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def crash(*arguments, bench="crash.py"):
    command = [sys.executable, ROOT / "bench" / bench, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    figures = dict(line.split("  ", 1) for line in done.stdout.splitlines() if not line.startswith("  "))
    return done, {name: found.strip() for name, found in figures.items()}


def test_a_mock_that_is_killed_under_load_has_lost_nothing():
    done, figures = crash("--kills", "10")
    assert (done.returncode, done.stderr) == (0, "")
    assert (figures["kills"], figures["lost, phantom or half"]) == ("10", "0")
    assert int(figures["changes acknowledged"]) > 50
    assert int(figures["requests refused"]) > 5


@pytest.mark.parametrize("how", ["late", "half"])
def test_a_store_that_loses_what_was_answered_or_writes_by_half_is_found_out(how):
    done, figures = crash("--kills", "6", "--sabotage", how)
    assert (done.returncode, done.stderr) == (1, "")
    assert int(figures["lost, phantom or half"]) > 0


@pytest.mark.redis
def test_workers_that_are_killed_one_by_one_under_load_have_lost_nothing():
    done, figures = crash("--kills", "5", bench="worker_kills.py")
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert done.stderr.count("(SIGKILL); another takes its place") == 5
    assert figures["lost, phantom or half"] == "0"
    assert int(figures["changes acknowledged"]) > 50
    assert int(figures["clients cut off"]) > 0


@pytest.mark.redis
def test_a_shared_store_that_answers_before_it_writes_is_found_out_when_workers_are_killed():
    done, figures = crash("--kills", "2", "--sabotage", bench="worker_kills.py")
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert int(figures["lost, phantom or half"]) > 0


@pytest.mark.redis
def test_in_a_race_between_workers_one_wins():
    command = [sys.executable, ROOT / "bench" / "shared.py", "races", "--rounds", "40"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "workers                4 (4 of them reached)" in done.stdout
    assert "rounds with one winner 40" in done.stdout


@pytest.mark.redis
def test_the_benchmark_of_shared_worlds_prints_its_figures():
    command = [sys.executable, ROOT / "bench" / "shared.py", "cost", "--requests", "80", "--pairs", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    rows = {line[:18].strip(): line[18:] for line in done.stdout.splitlines()}
    kinds = ["of a request", "memory, 1 worker", "Redis, 1 worker", "Redis, 2 workers", "two over one"]
    assert list(rows) == kinds
    calls = [float(rows[kind][52:78].partition("(")[0]) for kind in kinds[1:4]]
    assert calls == [0, 4, 4]
