"""The end of a run, as a terminal shows it."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.record.reader import read_record
from contract_tests.reporting.summary import LONGEST, render_summary
from contract_tests.verdict import Verdict


@pytest.mark.parametrize("width", [0, 40, 80, 100, 300])
@pytest.mark.parametrize("name", ["everything", "conforming", "unreachable"])
def test_it_is_short_narrow_and_harmless(
    name: str, width: int, records: dict[str, Record], catalogue: Catalogue
) -> None:
    lines = render_summary(records[name], catalogue, width=width)
    assert len(lines) <= LONGEST
    assert all(cell_len(line) <= max(width, 40) for line in lines)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", "".join(lines))


def test_a_finding_names_its_clause_first_then_both_sides(
    records: dict[str, Record], catalogue: Catalogue
) -> None:
    lines = render_summary(records["everything"], catalogue, width=100)
    at = lines.index("fail  failure/timeout/not-positive: waitForPickup is the number 0")
    assert lines[at + 1 : at + 3] == [
        "    expected  400 pc_timeout_invalid",
        "    actual    200 with a call; the call left the parking lot",
    ]


def test_what_has_no_room_is_counted(new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    for clause in catalogue.clauses:
        run.case(clause, clause, "Broken")
        run.ruling(clause, clause, Verdict.FAIL, "Broken", expected=("this",), actual=f"that of {clause}")
    lines = render_summary(read_record(run.end()), catalogue, width=100)
    assert len(lines) <= LONGEST
    shown = [line for line in lines if line.startswith("fail  ")]
    assert f"... and {len(catalogue.clauses) - len(shown)} more in the report" in lines


def test_findings_of_one_cause_are_told_once_with_their_number(new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    for clause in ("failure/timeout/not-positive", "failure/timeout/not-positive", "failure/view/missing"):
        case = f"{clause}/{run.number}"
        run.case(case, clause, "Broken")
        run.exchange(case, 200)
        run.ruling(
            case, clause, Verdict.FAIL, f"Broken {run.number}", expected=("400",), actual="200 with a body"
        )
    lines = render_summary(read_record(run.end()), catalogue, width=100)
    at = lines.index("fail  failure/timeout/not-positive: Broken 1")
    assert lines[at + 1 : at + 5] == [
        "    expected  400",
        "    actual    200 with a body",
        "    the same  in 1 more case",
        "fail  failure/view/missing: Broken 3",
    ]


def test_one_reason_for_many_clauses_takes_one_line(records: dict[str, Record], catalogue: Catalogue) -> None:
    lines = render_summary(records["unreachable"], catalogue, width=100)
    assert "inconclusive  request/method, 1 more: connection refused; start the target" in lines


def test_what_to_do_about_an_open_clause_is_said_to_its_end(new_run: type, catalogue: Catalogue) -> None:
    run, clause = new_run(), "failure/timeout/not-positive"
    run.case(clause, clause, "Open")
    reason = (
        "not tried: the profile names no other user; give the check one, or put foreign_user into not_offered"
    )
    run.ruling(clause, clause, Verdict.INCONCLUSIVE, "Open", actual=reason)
    lines = render_summary(read_record(run.end()), catalogue, width=100)
    at = next(place for place, line in enumerate(lines) if line.startswith("inconclusive  "))
    assert " ".join(line.strip() for line in lines[at : at + 2]) == f"inconclusive  {clause}: {reason}"


def test_a_clean_run_says_what_it_cost(records: dict[str, Record], catalogue: Catalogue) -> None:
    lines = render_summary(records["conforming"], catalogue, width=120)
    assert lines[0].startswith(
        "http://127.0.0.1:4010 conforms to the page: 12 of 12 clauses that bind it hold"
    )
    assert lines[-2] == "12 requests in 3.9 s, 3 parked calls used · lane conform, rung api, seed 0"
    assert lines[-1] == (
        "this checker: defects caught 128 of 128, variants alone accused 0 of 30 (callpark prove)"
    )
