"""What the commands around a check say: the plan, and the profile to fill in."""

from click.testing import CliRunner

from callpark.command_line import group
from contract_tests.profile import read_profile


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

    assert "use up 2 parked calls" in result.output
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
