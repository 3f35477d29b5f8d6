"""The threat model and the tests hold each other: each row names tests that are there, and none is left out unseen."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "threat-model.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
# Whatever these files try means harm; each has to stand for something in the table.
ABOUT_HARM = {
    "tests/callpark/test_crash.py",
    "tests/contract_tests/test_hostile_servers.py",
    "tests/contract_tests/test_led_elsewhere.py",
    "tests/fuzzing/test_corpus.py",
    "tests/fuzzing/test_fuzzed_api.py",
    "tests/mockserver/control/test_guard.py",
    "tests/mockserver/test_hostile_clients.py",
    "tests/repository/test_audit.py",
    "tests/repository/test_safety.py",
    "tests/repository/test_soak.py",
}
ROWS = [
    [cell.strip() for cell in line.strip("|\n ").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not re.match(r"\| (who|---) ", line)
]


@cache
def names_in(file):
    """Names of the tests in a file that are not marked to be left out."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not any(re.search(r"\.(skip|skipif|xfail)\b", ast.unparse(each)) for each in node.decorator_list)
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}"[:80])
def test_a_row_has_all_its_cells_and_names_tests_that_are_there(row):
    assert len(row) == 4
    assert all(row)
    named = NAMED.findall(row[3])
    assert named
    assert row[3] == ", ".join(f"`{file}::{test}`" for file, test in named)
    for file, test in named:
        assert test in names_in(file), f"{file} has no {test}"


def test_no_file_about_harm_is_without_a_row():
    assert {file for row in ROWS for file, _ in NAMED.findall(row[3])} >= ABOUT_HARM


def test_every_table_is_read():
    assert len(ROWS) >= 30
    assert PAGE.read_text(encoding="utf-8").count("`tests/") == sum(
        len(NAMED.findall(row[3])) for row in ROWS
    )
