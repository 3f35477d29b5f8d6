"""A test that needs an absent program is left out loudly, or, where everything has to run, not at all."""

from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
TESTS = """
import pytest

@pytest.mark.chromium
def test_browser(): pass

@pytest.mark.redis
@pytest.mark.chromium
def test_both(): pass

def test_plain(): pass
"""


@pytest.fixture
def machine(pytester, monkeypatch):
    """A machine whose programs are those named; returns a function that runs the tests on it."""
    monkeypatch.delenv("CALLPARK_FULL", raising=False)
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makepyfile(TESTS)
    programs_here = pytester.mkdir("bin")

    def run(*programs, arguments=()):
        for program in programs:
            (programs_here / program).write_text("#!/bin/sh\n")
            (programs_here / program).chmod(0o755)
        monkeypatch.setenv("PATH", str(programs_here))
        return pytester.runpytest_subprocess("-q", "--strict-markers", "-p", "no:cacheprovider", *arguments)

    return run


def test_what_an_absent_program_keeps_from_running_is_named_last(machine):
    done = machine()
    done.assert_outcomes(passed=1, deselected=2)
    assert done.outlines[-1] == (
        "not run for want of a program: test_both, test_browser (apt-get install chromium redis-server)"
    )


def test_only_what_is_absent_is_named(machine):
    done = machine("chromium")
    done.assert_outcomes(passed=2, deselected=1)
    assert done.outlines[-1] == "not run for want of a program: test_both (apt-get install redis-server)"


@pytest.mark.parametrize("full", ["", "1"])
def test_with_every_program_there_nothing_is_said(machine, monkeypatch, full):
    monkeypatch.setenv("CALLPARK_FULL", full)
    done = machine("chromium", "redis-server")
    done.assert_outcomes(passed=3)
    assert "passed" in done.outlines[-1]


def test_what_the_workers_left_out_is_named_last_too(machine):
    done = machine(arguments=["-n", "2"])
    assert done.ret == pytest.ExitCode.OK
    assert done.outlines[-1] == (
        "not run for want of a program: test_both, test_browser (apt-get install chromium redis-server)"
    )


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]])
def test_where_everything_has_to_run_an_absent_program_is_a_failure(machine, monkeypatch, arguments):
    monkeypatch.setenv("CALLPARK_FULL", "1")
    done = machine("chromium", arguments=arguments)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    assert any(
        "CALLPARK_FULL is set, and a program is absent: apt-get install redis-server" in line
        for line in done.outlines
    )
