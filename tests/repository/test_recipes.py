"""The recipes and tables in docs/ hold: they are run, or compared with what they speak of."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.scenarios.scenario import bundled_names, read_scenario
from mockserver.simulator.directory import MAGIC_ANSWERS

DOCS = Path(__file__).parents[2] / "docs"
RECIPES = (DOCS / "how-to" / "test-a-browser-app.md").read_text(encoding="utf-8")
WORLDS = (DOCS / "reference" / "mock-worlds.md").read_text(encoding="utf-8")
MODULES = dict(re.findall(r'^```js title="(\S+)"\n(.*?)^```$', RECIPES, re.MULTILINE | re.DOTALL))


@pytest.fixture
def folder(tmp_path):
    for name, code in MODULES.items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    return tmp_path


def beside_the_mock(folder, *command):
    here = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    callpark = Path(sys.executable).with_name("callpark")
    done = subprocess.run(
        [callpark, "mock", "--", *command], cwd=folder, capture_output=True, text=True, env=here
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.node
@pytest.mark.parametrize("name", MODULES)
def test_every_module_is_javascript(folder, name):
    subprocess.run(["node", "--check", folder / name], check=True)


@pytest.mark.node
def test_the_recipe_for_fetch_runs(folder):
    status, told = beside_the_mock(folder, "node", "--test", "retrieve.test.mjs")
    assert status == 0, told
    assert "# pass 4" in told


def test_the_recipe_for_pytest_runs(folder):
    (code,) = re.findall(r"^```python\n(.*?)^```$", RECIPES, re.MULTILINE | re.DOTALL)
    (folder / "test_recipe.py").write_text(code, encoding="utf-8")
    status, told = beside_the_mock(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert status == 0, told
    assert "2 passed" in told


def test_the_table_of_magic_numbers_is_theirs():
    rows = re.findall(r"^\| (`\d{3}`[^|]*) \|", WORLDS, re.MULTILINE)
    numbers = set()
    for row in rows:
        first, *last = re.findall(r"\d{3}", row)
        numbers |= {str(each) for each in range(int(first), int(last[0] if last else first) + 1)}
    assert numbers == set(MAGIC_ANSWERS)


def test_the_table_of_scenarios_names_all_of_them():
    _, _, table = WORLDS.partition("## Scenarios that come")
    rows = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    assert sorted(rows) == bundled_names()


def test_the_scenario_that_is_shown_can_be_used():
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", WORLDS, re.MULTILINE | re.DOTALL)
    assert len(read_scenario(text).stages) == 2
