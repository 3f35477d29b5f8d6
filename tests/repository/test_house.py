"""The plan of the house: what a package may hold, and where a thing is said once."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = {
    name: CHECKOUT / path
    for name, path in (
        ("callpark", "callpark"),
        ("callpark_spec", "spec/callpark_spec"),
        ("contract_tests", "contract_tests"),
        ("mockserver", "mockserver"),
    )
}
MODULES = sorted(module for folder in PACKAGES.values() for module in folder.rglob("*.py"))
SAYS_NOTHING = {"base", "common", "helper", "helpers", "manager", "misc", "tools", "util", "utils"}


def named(path):
    return str(path.relative_to(CHECKOUT))


def tracked():
    """The files of the repository, those of the next commit included."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [CHECKOUT / name for name in done.stdout.split("\0") if name and (CHECKOUT / name).exists()]


def imported(module):
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module


def test_every_package_is_under_import_linter_mypy_coverage_and_in_the_wheel():
    packages = sorted(PACKAGES)
    found = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")} | {
        path.parent.name for path in CHECKOUT.glob("spec/*/__init__.py")
    }
    tool = PROJECT["tool"]
    assert sorted(found) == packages
    assert sorted(tool["importlinter"]["root_packages"]) == packages
    assert sorted(tool["mypy"]["packages"]) == packages
    assert sorted(tool["coverage"]["run"]["source_pkgs"]) == packages
    assert (
        sorted(Path(path).name for path in tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == packages
    )


def test_every_package_has_layers_and_no_module_is_without_a_place():
    layered = {
        container: contract["exhaustive"]
        for contract in PROJECT["tool"]["importlinter"]["contracts"]
        for container in contract.get("containers", ())
    }
    assert set(PACKAGES) <= set(layered)
    assert all(layered.values())


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_a_module_is_short_and_its_name_says_something(module):
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400
    parts = module.relative_to(CHECKOUT).with_suffix("").parts
    assert not SAYS_NOTHING & {word for part in parts for word in part.split("_")}


@pytest.mark.parametrize(
    "module",
    [
        module
        for folder in ("mockserver/simulator", "contract_tests/expectation", "contract_tests/judge")
        for module in sorted((CHECKOUT / folder).rglob("*.py"))
    ],
    ids=named,
)
def test_a_pure_module_takes_no_more_of_urllib_than_its_parser(module):
    """import-linter sees the standard library by first names only."""
    assert {name for name in imported(module) if name.partition(".")[0] == "urllib"} <= {"urllib.parse"}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_says_that_it_is_typed(name):
    assert (PACKAGES[name] / "py.typed").read_bytes() == b""


def test_the_lock_has_hashes_and_names_no_place():
    lock = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
    requirements = re.findall(r"^([a-z0-9][\w.\-\[\]]*)==", lock, re.MULTILINE)
    assert len(requirements) > 50
    for block in re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block
    for place in (
        "://",
        "file:",
        "--index",
        "--find-links",
        "--extra-index",
        "--trusted",
        " @ ",
        "/home",
        "/opt",
    ):
        assert place not in lock


def test_the_lock_has_all_that_the_project_asks_for():
    lock = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8").lower()
    project = PROJECT["project"]
    for requirement in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        name = re.match(r"[\w.-]+", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[[\w,]+\])?==", lock, re.MULTILINE), name


def test_the_version_stands_in_one_place_and_the_changelog_tells_of_it():
    version = PROJECT["project"]["version"]
    assert f"\n## [{version}] " in (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    for module in MODULES:
        assert f'"{version}"' not in module.read_text(encoding="utf-8"), named(module)


def test_no_file_knows_the_machine_it_was_written_on():
    places = ("/home/", "/root/", "/Users/", "/work/")
    for path in tracked():
        if path.suffix in {".py", ".toml", ".md", ".yaml", ".lock", ""} and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [place for place in places if place in text], named(path)


def test_the_licence_names_the_page_it_quotes():
    licence = (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("MIT License")
    assert "spec/page/unpark-phonecalls.txt" in licence
    assert (CHECKOUT / "spec/page/unpark-phonecalls.txt").exists()
    assert "creativecommons.org/licenses/by/4.0" in licence


CUT = re.compile(r"\[:\s*(?:[A-Z_]*[A-Z]{2}[A-Z_]*|\d{2,})|\[-(?:[A-Z_]+|\d{2,}):\]|\[:\s*\w+ - \d")
CUTS = {
    "contract_tests/expectation/members.py": "what was sent",
    "contract_tests/lanes/finding.py": "steps in words, which no target said",
    "contract_tests/lanes/steps.py": "what was drawn, which no target said",
    "contract_tests/record/body.py": "bodies, of which as much is left out as a secret may be long",
    "contract_tests/record/headers.py": "behind the redaction",
    "contract_tests/record/seal.py": "bytes of the record itself",
    "contract_tests/redaction.py": "the place",
    "contract_tests/target.py": "a body, which the record's writer treats as one that was cut",
    "contract_tests/wire.py": "a body, which the record's writer treats as one that was cut",
}


def test_what_a_target_says_is_cut_in_one_place():
    """A cut may fall into a secret, of which nobody finds the beginning then. Reports see none any more."""
    cutting = {
        named(module)
        for module in MODULES
        if named(module).startswith("contract_tests/")
        and "/reporting/" not in named(module)
        and CUT.search(module.read_text(encoding="utf-8"))
    }
    assert cutting == set(CUTS)
