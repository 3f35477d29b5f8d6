"""Importing callpark_spec costs nothing until something is asked of it."""

import subprocess
import sys
import textwrap

import pytest

import callpark_spec


def _modules_after(code: str) -> set[str]:
    script = (
        f"import sys\nbefore = set(sys.modules)\n{textwrap.dedent(code)}\nprint(*(set(sys.modules) - before))"
    )
    finished = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    return set(finished.stdout.split())


def test_the_bare_import_brings_nothing_along():
    # Counted in modules, not in milliseconds: a busy machine must not fail this.
    brought = _modules_after("import callpark_spec")

    assert {name for name in brought if name.partition(".")[0] == "callpark_spec"} == {"callpark_spec"}
    assert not brought & {"yaml", "msgspec", "dataclasses", "typing", "json", "re", "pathlib"}


def test_an_error_can_be_named_without_reading_yaml():
    assert "yaml" not in _modules_after("from callpark_spec import CatalogueError")


def test_every_public_name_is_there():
    for name in callpark_spec.__all__:
        assert getattr(callpark_spec, name) is not None
    assert set(callpark_spec.__all__) <= set(dir(callpark_spec))


def test_a_name_that_is_not_there_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        callpark_spec.lode  # type: ignore[attr-defined]  # noqa: B018
