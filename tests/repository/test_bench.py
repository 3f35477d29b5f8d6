"""The benchmarks run; what they print is nobody's promise here."""

import subprocess
import sys
from pathlib import Path

from mockserver.app import build
from mockserver.serving import running

ROOT = Path(__file__).parents[2]


def test_the_benchmark_of_worlds_prints_its_figures():
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "worlds.py", "--rounds", "1"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    figures = [line.split(" ms  ") for line in done.stdout.splitlines()]
    assert [name.partition(":")[0] for _, name in figures] == [
        "a day of parking",
        "a day in the busy lobby",
        "a fresh session in the documented scenario",
        "a session for a test, made and dropped through the control plane",
        "a fresh session with five hundred parked calls",
    ]
    assert all(float(milliseconds) >= 0 for milliseconds, _ in figures)


def test_the_benchmark_of_memory_prints_its_curve():
    with running(build()) as url:
        done = subprocess.run(
            [sys.executable, ROOT / "bench" / "memory.py", url, "--seconds", "3"],
            capture_output=True,
            text=True,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert "KiB of record in" in done.stdout
