"""What the two plugins bring into a pytest run that uses neither: themselves, and nothing else."""

import json
import subprocess
import sys

import pytest

PLUGINS = {"callpark_target": "contract_tests.pytest_plugin", "callpark_mock": "mockserver.pytest_plugin"}
LOADED = """
import json, sys, pytest

status = pytest.main(["-q", "-p", "no:cacheprovider", *{options}, {folder!r}])
print("loaded", json.dumps(sorted(sys.modules)))
sys.exit(status)
"""
ALONE = "--disable-plugin-autoload"


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    """The modules there are when a run of one test that uses no fixture has ended."""
    (tmp_path / "test_nothing.py").write_text("def test_nothing():\n    assert True\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*options):
        code = LOADED.format(options=list(options), folder=str(tmp_path))
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        told = next(line for line in done.stdout.splitlines() if "loaded [" in line)
        return set(json.loads(told.partition("loaded ")[2]))

    return run


def test_a_run_that_uses_neither_loads_the_plugins_alone(loaded):
    without = loaded(*(f"-pno:{name}" for name in PLUGINS))

    assert loaded() - without == {"contract_tests", "mockserver", *PLUGINS.values()}


def test_the_plugins_need_nothing_that_pytest_alone_has_not_loaded(loaded):
    """Other plugins of the environment may load the half of the standard library; not everybody has them."""
    with_them = loaded(ALONE, *(f"-p{module}" for module in PLUGINS.values()))

    assert with_them - loaded(ALONE) == {"contract_tests", "mockserver", *PLUGINS.values()}


@pytest.mark.parametrize("plugin", PLUGINS.values())
def test_a_plugin_makes_no_class_before_it_is_used(plugin):
    """A dataclass is compiled each time that it is made: two of them took as long as all the rest."""
    code = (
        f"import {plugin} as it\n"
        "print([one for one in vars(it).values() if isinstance(one, type) and one.__module__ == it.__name__])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
