"""Workflow commands, read as GitHub's runner reads them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.record.reader import read_record
from contract_tests.reporting.annotations import MOST, render_annotations
from contract_tests.reporting.contract_line import ContractLines
from contract_tests.reporting.summary import render_summary
from contract_tests.verdict import Verdict

LINES = ContractLines(operation=33, clauses={"failure/timeout/not-positive": 690})
HOSTILE = (
    "::set-output name=x::1",
    "\n::error::owned",
    "\r::stop-commands::x",
    "%0A::error::owned",
    "##[add-mask]x",
    "\n##vso[task.setvariable variable=x]y",
    "a,line=1::b",
    "100% %25",
    "\x1b[31mred",
)


def read(text: str) -> list[dict[str, Any]]:
    """The commands of a log; a line that is none is an error here."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text.removesuffix("\n")):
        command = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert command is not None, line
        properties = dict(each.split("=", 1) for each in command[2].split(","))
        found.append(
            {"kind": command[1], "message": _plain(command[3])}
            | {
                name: _plain(value.replace("%3A", ":").replace("%2C", ","))
                for name, value in properties.items()
            }
        )
    return found


def _plain(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_each_kind_of_verdict_has_its_kind_of_annotation(
    records: dict[str, Record], catalogue: Catalogue
) -> None:
    found = read(render_annotations(records["everything"], catalogue, lines=LINES))
    assert [(each["kind"], each["title"]) for each in found] == [
        ("notice", "callpark"),
        ("error", "fail: failure/timeout/not-positive"),
        ("error", "fail: parking/refusal-changes-nothing"),
        ("error", "wrong-code: failure/view/missing"),
        ("error", "harness-error: parking/connects"),
        ("warning", "inconclusive: payload/send-call-to/phone-terminal"),
    ]
    assert (found[1]["file"], found[1]["line"]) == ("spec/openapi.yaml", "690")
    assert found[2]["line"] == "33"
    assert "does not conform to the page" in found[0]["message"]


def test_a_link_leads_to_the_finding(records: dict[str, Record], catalogue: Catalogue) -> None:
    text = render_annotations(
        records["everything"], catalogue, lines=LINES, report="https://ci.example/r.html"
    )
    assert read(text)[1]["message"].endswith("\nhttps://ci.example/r.html#failure/timeout/not-positive/zero")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_target_says_is_a_command(text: str, new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    run.case("request/method/get", "request/method", text)
    run.ruling("request/method/get", "request/method", Verdict.INCONCLUSIVE, text, actual=text, hint=text)
    record = read_record(run.end())
    found = read(render_annotations(record, catalogue, lines=LINES))
    assert [each["kind"] for each in found] == ["notice", "warning"]
    for width in range(40, 140):
        for line in render_summary(record, catalogue, width=width):
            assert not line.lstrip().startswith("::")
            assert "##[" not in line
            assert "##vso[" not in line
            assert len(line) <= width


@pytest.mark.parametrize("number", [MOST, MOST + 1, 500])
def test_what_github_would_not_show_is_counted(number: int, new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    for each in range(number):
        run.case(f"request/method/{each}", "request/method", "x")
        run.ruling(f"request/method/{each}", "request/method", Verdict.FAIL, "x")
    errors = [
        each
        for each in read(render_annotations(read_record(run.end()), catalogue, lines=LINES))
        if each["kind"] == "error"
    ]
    assert len(errors) == MOST
    more = errors[-1]["message"].startswith(f"{number - MOST + 1} more")
    assert more is (number > MOST)
