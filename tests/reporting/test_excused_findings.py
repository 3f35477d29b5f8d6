"""Findings that a baseline knows: none of the formats calls them new, and none of them hides them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callpark.output import FORMATS, TELL_OF_KNOWN, Around
from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.reporting.entry import attention, entries
from contract_tests.reporting.tally import Tally

CASE = "failure/view/missing/left-out"
KNOWN = {CASE: "until 2031-06-01: the vendor mends it in 4.3 ::error::<b>"}


@pytest.fixture
def told(records: dict[str, Record], catalogue: Catalogue) -> dict[str, str]:
    around = Around(known=KNOWN)
    return {name: FORMATS[name][1](records["everything"], catalogue, around) or "" for name in TELL_OF_KNOWN}


def test_only_findings_are_excused(records: dict[str, Record], catalogue: Catalogue) -> None:
    known = {line.id: "known" for line in records["everything"].cases}
    found = entries(Tally(records["everything"], catalogue), known)
    assert {entry.standing.is_finding for entry in found if entry.excuse} == {True}
    assert {entry.standing.is_open for entry in attention(found)} == {True}


def test_sarif_suppresses_with_the_reason(told: dict[str, str]) -> None:
    results: list[Any] = json.loads(told["sarif"])["runs"][0]["results"]
    suppressed = {
        each["properties"]["case"]: each["suppressions"] for each in results if "suppressions" in each
    }
    assert suppressed == {CASE: [{"kind": "external", "status": "accepted", "justification": KNOWN[CASE]}]}


def test_ctrf_and_junit_skip_with_the_reason(told: dict[str, str]) -> None:
    test = next(each for each in json.loads(told["ctrf"])["results"]["tests"] if each["name"] == CASE)
    assert (test["status"], test["rawStatus"]) == ("skipped", "wrong-code")
    assert "the vendor mends it in 4.3" in test["message"]
    assert "known until 2031-06-01" in told["junit"]


def test_annotations_count_it_and_the_summary_sets_it_apart(told: dict[str, str]) -> None:
    assert "::notice title=callpark::1 finding in the baseline" in told["annotations"]
    assert CASE.rpartition("/")[0] not in told["annotations"]
    apart = told["summary"].partition("### Known from the baseline (1)")[2]
    assert "- known: until 2031-06-01\\: the vendor mends it in 4.3 \\:\\:error\\:\\:\\<b\\>" in apart
    assert "### Findings (2)" in told["summary"]
