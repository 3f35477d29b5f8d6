"""Rules of the source that keep harm out: YAML makes nothing but plain values, and templates escape."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    each
    for folder in ("bench", "callpark", "contract_tests", "docs", "mockserver", "spec", "tests")
    for each in (ROOT / folder).rglob("*.py")
)
LOADS = {"load", "load_all", "unsafe_load", "unsafe_load_all", "full_load", "full_load_all"}
SAFE = {"SafeLoader", "CSafeLoader"}


def calls(tree):
    """(what it is called on, its name, the call)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr, node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id, node


def given(call, name):
    return next((ast.unparse(each.value) for each in call.keywords if each.arg == name), None)


def unsafe_yaml(source):
    """Calls that could make of a text more than plain values: what loads is given a loader that is called safe."""
    tree = ast.parse(source)
    safe = SAFE | {
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value
        and "SafeLoader" in ast.unparse(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    }
    return [
        ast.unparse(call)
        for on, name, call in calls(tree)
        if on == "yaml" and name in LOADS and (given(call, "Loader") or "").removeprefix("yaml.") not in safe
    ]


def unescaped(source):
    """Environments of templates that do not escape."""
    return [
        ast.unparse(call)
        for on, name, call in calls(ast.parse(source))
        if (name == "Environment" and on in ("", "jinja2") and given(call, "autoescape") != "True")
        or (name in ("Template", "from_string") and on == "jinja2")
    ]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_yaml_is_loaded_safely_and_templates_escape(file):
    source = file.read_text(encoding="utf-8")
    assert unsafe_yaml(source) == []
    assert unescaped(source) == []


@pytest.mark.parametrize(
    "source",
    ["yaml.load(x)", "yaml.load(x, Loader=yaml.Loader)", "yaml.unsafe_load(x)", "yaml.full_load(x)",
     "L = yaml.FullLoader\nyaml.load(x, Loader=L)"],
)  # fmt: skip
def test_a_loader_that_makes_objects_is_found(source):
    assert unsafe_yaml(source)


@pytest.mark.parametrize(
    "source", ["yaml.safe_load(x)", "L = getattr(yaml, 'CSafeLoader', 0)\nyaml.load(x, Loader=L)"]
)
def test_a_loader_of_plain_values_is_let_pass(source):
    assert unsafe_yaml(source) == []


@pytest.mark.parametrize(
    "source", ["Environment()", "jinja2.Environment(autoescape=False)", "jinja2.Template(x)"]
)
def test_a_template_that_does_not_escape_is_found(source):
    assert unescaped(source)
