"""JUnit as CI servers read it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.record.reader import read_record
from contract_tests.reporting.junit import render_junit
from contract_tests.verdict import Verdict

Cases = dict[tuple[str, str], ElementTree.Element]


def parsed(record: Record, catalogue: Catalogue) -> ElementTree.Element:
    return ElementTree.fromstring(render_junit(record, catalogue).encode())


@pytest.fixture
def root(records: dict[str, Record], catalogue: Catalogue) -> ElementTree.Element:
    return parsed(records["everything"], catalogue)


@pytest.fixture
def cases(root: ElementTree.Element) -> Cases:
    return {(case.attrib["classname"], case.attrib["name"]): case for case in root.iter("testcase")}


def outcome(case: ElementTree.Element) -> list[str]:
    return [child.tag for child in case if child.tag != "properties"]


@pytest.mark.parametrize(
    ("clause", "case", "expected"),
    [
        ("failure/timeout/not-positive", "failure/timeout/not-positive/zero", ["failure"]),
        ("parking/refusal-changes-nothing", "failure/timeout/not-positive/zero", ["failure"]),
        ("failure/view/missing", "failure/view/missing/left-out", ["failure"]),
        ("payload/send-call-to/phone-terminal", "payload/send-call-to/phone-terminal/queue", ["error"]),
        ("parking/connects", "parking/connects/after", ["error"]),
        ("access/expired-token", "access/expired-token/sent", ["skipped"]),
        ("payload/unknown-members", "payload/unknown-members/one", ["skipped"]),
        ("success/status", "success/status/documented", []),
        ("failure/call/unknown", "failure/call/unknown/other-id", []),
    ],
)
def test_each_verdict_has_its_element(cases: Cases, clause: str, case: str, expected: list[str]) -> None:
    assert outcome(cases[clause, case]) == expected


def test_a_deviation_passes_with_a_property(cases: Cases) -> None:
    case = cases["success/status", "success/status/documented"]
    properties = {each.attrib["name"]: each.attrib["value"] for each in case.iter("property")}
    assert properties == {"level": "must", "verdict": "deviation", "deviation": "202 with the call"}


def test_what_is_not_offered_is_skipped_with_the_reason(cases: Cases) -> None:
    skipped = cases["access/expired-token", "access/expired-token/sent"].find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "the profile declares that tokens of this target do not expire"


def test_a_failure_names_clause_sentence_and_curl(cases: Cases) -> None:
    failure = cases["failure/timeout/not-positive", "failure/timeout/not-positive/zero"].find("failure")
    assert failure is not None
    assert failure.text is not None
    for wanted in ("failure/timeout/not-positive (must)", "page, line 113", "curl", "$CALLPARK_TOKEN"):
        assert wanted in failure.text


def test_the_sums_are_those_of_the_elements(root: ElementTree.Element) -> None:
    for parent in (root, *root.iter("testsuite")):
        found = {
            "tests": len(list(parent.iter("testcase"))),
            "failures": len(list(parent.iter("failure"))),
            "errors": len(list(parent.iter("error"))),
            "skipped": len(list(parent.iter("skipped"))),
        }
        assert {name: int(parent.attrib[name]) for name in found} == found


def test_one_suite_per_area_in_the_order_of_the_catalogue(
    root: ElementTree.Element, catalogue: Catalogue
) -> None:
    names = [suite.attrib["name"] for suite in root.iter("testsuite")]
    assert names == [area for area in catalogue.areas if area in names]


def test_names_are_unique_and_do_not_depend_on_the_run(
    records: dict[str, Record], catalogue: Catalogue, cases: Cases, root: ElementTree.Element
) -> None:
    assert len(cases) == len(list(root.iter("testcase")))
    assert render_junit(records["everything"], catalogue) == render_junit(records["everything"], catalogue)


def test_control_characters_do_not_break_the_document(cases: Cases) -> None:
    failure = cases["failure/view/missing", "failure/view/missing/left-out"].find("failure")
    assert failure is not None
    assert "<script>alert(1)</script> \\x1b[31mred\\x1b[0m ]]> \\x00 &" in failure.attrib["message"]


def test_a_case_without_any_verdict_is_an_error(new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    run.case("request/method/lost", "request/method", "Nobody judged it")
    case = next(parsed(read_record(run.end()), catalogue).iter("testcase"))
    assert outcome(case) == ["error"]


def test_the_worst_of_several_verdicts_on_one_case_counts(new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    run.case("request/method/twice", "request/method", "Twice")
    for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE):
        run.ruling("request/method/twice", "request/method", verdict, "Twice")
    (case,) = parsed(read_record(run.end()), catalogue).iter("testcase")
    assert outcome(case) == ["failure"]
