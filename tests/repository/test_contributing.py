"""The examples of CONTRIBUTING.md fit the code as it is."""

import re
import shutil

import pytest

from callpark_spec import load, load_from
from contract_tests.case import Kind
from contract_tests.record.reader import read_record
from mockserver.defect import Received
from tests.repository.reader import CHECKOUT, files_of

SHOWN = files_of((CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
GOLDEN = CHECKOUT / "tests" / "reporting" / "golden" / "everything.ndjson"


@pytest.fixture
def shown():
    """The names that an example defines."""

    def run(name):
        names = {}
        exec(compile(SHOWN[name], name, "exec"), names)
        return names

    return run


@pytest.fixture
def catalogue(tmp_path):
    """That of the kit with the clause of the example."""
    for name in ("clauses", "page"):
        shutil.copytree(CHECKOUT / "spec" / name, tmp_path / name)
    for name in ("codes.yaml", "readings.yaml"):
        shutil.copy(CHECKOUT / "spec" / name, tmp_path)
    with (tmp_path / "clauses" / "failure.yaml").open("a", encoding="utf-8") as file:
        file.write("\n" + SHOWN["clause.yaml"])
    return load_from(tmp_path)


def test_the_clause_is_one_and_the_case_is_of_it(catalogue, shown):
    (case,) = shown("case.py")["CASES"]
    assert len(catalogue.clauses) == len(load().clauses) + 1
    assert case.clause in catalogue.clauses
    assert case.clause not in load().clauses
    assert case.kind is Kind.REFUSAL


def test_the_defect_does_what_it_says(shown):
    defect = shown("defect.py")["DEFECT"]
    assert defect.clause in load().clauses
    body = b'{"action": "UnPark", "waitForPickup": "NaN", "phoneCallViewId": "01"}'
    received = Received(method="PUT", path="/uapi/phoneCalls/12/0003*210/ab", headers={}, body=body)
    assert defect.request(received).json() == {"action": "UnPark", "phoneCallViewId": "01"}


def test_the_format_renders_a_record(shown):
    text = shown("tap.py")["render_tap"](read_record(GOLDEN.read_bytes()), load())
    plan, *lines = text.splitlines()
    assert plan == f"1..{len(lines)}"
    assert any(line.startswith("not ok ") for line in lines)


def test_the_files_that_it_names_are_there():
    text = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:callpark|contract_tests|mockserver|spec|tests)/[\w/.]+)`", text)
    missing = [name for name in named if not (CHECKOUT / name).exists() and not re.search(r"[A-Z]{4}", name)]
    assert named
    assert not missing
