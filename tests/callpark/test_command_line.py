"""What all commands share."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import callpark_spec
from callpark.command_line import COMMANDS

CHECKOUT = Path(__file__).parents[2]


def test_help_names_every_command_and_every_command_has_help(callpark):
    overview = callpark("--help")
    assert overview.status == 0
    for name, says in COMMANDS.items():
        assert f"  {name} " in overview.out
        assert says in " ".join(overview.out.split())
        page = callpark(name, "--help")
        assert (page.status, page.err) == (0, "")
        assert page.out.startswith(f"Usage: callpark {name} ")


def test_the_version_is_that_of_the_distribution(callpark):
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    done = callpark("--version")
    assert (done.status, done.out) == (0, f"callpark {project['version']}\n")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("cheque", "there is no command 'cheque'; did you mean 'check'?"),
        ("--shout", "No such option '--shout'."),
    ],
)
def test_an_unknown_word_is_status_2(callpark, word, said):
    done = callpark(word)
    assert (done.status, done.out) == (2, "")
    assert done.err.endswith(f"Error: {said}\n")


def test_help_costs_nothing():
    """The engines are imported by the command that needs them."""
    code = (
        "import sys\nfrom callpark.command_line import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n"
        "    print({'connexion', 'schemathesis', 'uvicorn', 'httpx', 'jinja2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_the_engines_give_no_warnings_that_users_would_see():
    """connexion warns when it is imported; mockserver.http_api.engine keeps that to itself, in whatever order."""
    for code in (
        "import mockserver.http_api.application",
        "import mockserver.http_api.application, contract_tests.check",
        "import contract_tests.check, mockserver.http_api.application",
    ):
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_catalogue_is_the_checkouts_own():
    assert Path(callpark_spec.__file__).is_relative_to(CHECKOUT)
