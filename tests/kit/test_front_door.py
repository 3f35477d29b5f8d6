"""What the commands around a check say: the plan, the profile to fill in, the baseline."""

from datetime import date

import pytest
from click.testing import CliRunner

from callpark.command_line import group
from contract_tests.baseline import BaselineError, Known, beside, read_baseline
from contract_tests.profile import read_profile
from contract_tests.verdict import ExitCode, Ruling, Verdict

TODAY = date(2026, 11, 23)


def _ruling(case, verdict=Verdict.FAIL):
    return Ruling(clause=case.rpartition("/")[0], case=case, reading="document", verdict=verdict, title="")


def _known(name, until=date(2027, 1, 1)):
    return Known(name=name, reason="agreed with the vendor", until=until)


def _run(*words):
    return CliRunner().invoke(group, words, standalone_mode=False)


def test_a_plan_sends_nothing_and_counts_what_a_check_would():
    """Nobody listens at the address, and the plan says all the same what would be used up."""
    result = _run("plan", "http://127.0.0.1:9")

    assert result.return_value == 0
    assert "parked calls of extension 0003*210" in result.output
    assert "ring" in result.output


def test_a_safe_plan_rings_no_phone():
    """With --safe only refusals are counted."""
    result = _run("plan", "--safe")

    assert "use up 1 parked calls" in result.output
    assert "make no phone ring" in result.output


def test_the_profile_to_fill_in_is_a_profile(tmp_path):
    """What `profile init` writes can be read as it stands."""
    path = tmp_path / "profile.yaml"
    _run("profile", "init", str(path))

    profile = read_profile(path, {"CALLPARK_TOKEN": "a-token"})

    assert profile.name == "my service"
    assert profile.secrets == {"token": "a-token"}


def test_profile_init_leaves_an_existing_file_alone(tmp_path):
    """Somebody's work is not written over."""
    path = tmp_path / "profile.yaml"
    path.write_text("name: mine\n")

    result = _run("profile", "init", str(path))

    assert "is there already" in str(result.exception)
    assert path.read_text() == "name: mine\n"


def test_a_finding_that_the_baseline_names_does_not_fail_the_check():
    """By its case or by its clause, until the day that the entry names."""
    findings = [_ruling("failure/call/unknown/hex"), _ruling("uri/user-id/me/me")]
    known = [_known("failure/call/unknown/hex"), _known("uri/user-id/me")]

    left = beside(findings, known, reading="document", today=TODAY)

    assert left.exit_code is ExitCode.INCONCLUSIVE  # nothing else was judged
    assert [ruling.case for ruling in left.excused] == ["failure/call/unknown/hex", "uri/user-id/me/me"]


def test_a_new_finding_fails_beside_a_known_one():
    """The baseline excuses what it names and nothing else."""
    findings = [_ruling("failure/call/unknown/hex"), _ruling("uri/user-id/me/me")]

    left = beside(findings, [_known("uri/user-id/me")], reading="document", today=TODAY)

    assert left.exit_code is ExitCode.FAILED


def test_an_entry_that_excuses_nothing_is_stale():
    """A repaired target makes the baseline speak up, with a status of its own."""
    left = beside(
        [_ruling("uri/user-id/me/me", Verdict.PASS)],
        [_known("uri/user-id/me")],
        reading="document",
        today=TODAY,
    )

    assert left.exit_code is ExitCode.STALE_BASELINE
    assert [entry.name for entry in left.stale] == ["uri/user-id/me"]


def test_an_expired_entry_excuses_nothing():
    """After its day a finding fails again."""
    left = beside(
        [_ruling("uri/user-id/me/me")],
        [_known("uri/user-id/me", until=date(2026, 1, 1))],
        reading="document",
        today=TODAY,
    )

    assert left.exit_code is ExitCode.FAILED
    assert [entry.name for entry in left.expired] == ["uri/user-id/me"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'uri/user-id/me:\n  until: "2027-01-01"\n',
            "baseline.yaml:1: uri/user-id/me: the key `reason` is missing",
        ),
        (
            'uri/user-id/me:\n  reason: x\n  until: "soon"\n',
            "baseline.yaml:3: uri/user-id/me.until: 'soon' is no day",
        ),
        ("uri/user-id/me:\n  why: x\n", "baseline.yaml:2: uri/user-id/me.why: unknown key"),
    ],
)
def test_a_baseline_is_read_strictly(tmp_path, text, message):
    """File, line and key stand in the message."""
    path = tmp_path / "baseline.yaml"
    path.write_text(text)

    with pytest.raises(BaselineError) as raised:
        read_baseline(path)

    assert message in str(raised.value)
