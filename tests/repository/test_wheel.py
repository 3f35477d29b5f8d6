"""The wheel, as a user has it: installed outside the checkout, used in a folder full of somebody else's things."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from mockserver.app import build
from mockserver.serving.server import running

CHECKOUT = Path(__file__).parents[2]
PACKAGES = {
    "callpark": "callpark",
    "contract_tests": "contract_tests",
    "mockserver": "mockserver",
    "spec": "callpark_spec",
}
PYTEST = """\
#!{python}
from pytest import console_main

raise SystemExit(console_main())
"""


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, CHECKOUT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The `bin` of an environment that has the wheel, and what it depends on, but not this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    dependencies = folder / "dependencies"
    dependencies.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "callpark" not in path.name and path.suffix != ".pth":
            (dependencies / path.name).symlink_to(path)
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    place = folder / "venv" / "bin"
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{dependencies}\n")
    run(
        sys.executable,
        "-m",
        "pip",
        "--quiet",
        "--python",
        place / "python",
        "install",
        "--no-index",
        "--no-deps",
        wheel,
    )
    script = place / "pytest"
    script.write_text(PYTEST.format(python=place / "python"))
    script.chmod(0o755)
    return place


@pytest.fixture
def elsewhere(tmp_path):
    """A project that has packages, a folder and a conftest of the names that this repository uses."""
    for name in ("spec", "reports", "tests", "bench"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("WHOSE = 'somebody else'\n")
    (tmp_path / "conftest.py").write_text(
        "import sys\nsys.path.insert(0, '.')\nimport spec\nassert spec.WHOSE\n"
    )
    return tmp_path


@pytest.fixture
def use(installed, elsewhere):
    """Runs a program of the environment in the project of somebody else."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CALLPARK_", "PYTEST_", "PYTHON", "COV_"))
    }

    def call(program, *arguments):
        return run(installed / program, *arguments, cwd=elsewhere, env=clean)

    return call


def test_it_is_installed_and_not_the_checkout(use):
    where = use(
        "python", "-c", "import callpark, callpark_spec; print(callpark.__file__, callpark_spec.__file__)"
    )
    assert str(CHECKOUT) not in where
    assert "site-packages" in where


def test_the_demo_runs(use, elsewhere):
    assert "conforms to the page" in use("callpark", "demo")
    assert (elsewhere / "callpark-report" / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize("command", [("pytest",), ("python", "-m", "pytest")], ids=" ".join)
def test_the_cases_are_collected_from_where_they_are_installed(use, command):
    with running(build()) as url:
        said = use(*command, "-q", "--pyargs", "contract_tests", "--target", url)
    assert re.search(r"^\d{2,} passed", said, re.MULTILINE), said


def test_an_explanation_and_a_render_need_no_checkout(use, elsewhere):
    assert "pc_timeout_invalid" in use("callpark", "explain", "failure/timeout/not-positive")
    use("callpark", "demo", "--out", "first")
    use("callpark", "report", "first/record.ndjson", "--out", "second")
    assert (elsewhere / "second" / "junit.xml").exists()


def test_a_start_needs_no_connexion_there_either(use):
    code = "import sys; from mockserver.app import build; build().close(); print('connexion' in sys.modules)"
    assert use("python", "-c", code) == "False\n"


def test_every_file_of_the_packages_is_in_it(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = run("git", "ls-files", *PACKAGES, cwd=CHECKOUT).split()
    assert tracked
    for name in tracked:
        top, _, rest = name.partition("/")
        assert f"{PACKAGES[top]}/{rest.removeprefix('callpark_spec/')}" in names


def test_nothing_of_a_common_name_is_in_it(wheel):
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES.values())
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "conftest" in name]


def test_the_licence_and_the_commands_come_along(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = [name for name in archive.namelist() if name.endswith("/licenses/LICENSE")]
        assert archive.read(licence) == (CHECKOUT / "LICENSE").read_bytes()
        (entries,) = [name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt")]
        told = archive.read(entries).decode()
    for entry in ("callpark = callpark.command_line:main", "callpark_target = contract_tests.pytest_plugin"):
        assert entry in told
