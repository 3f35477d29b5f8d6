"""The verdict in one sentence, whatever the run came to."""

from __future__ import annotations

import pytest

from callpark_spec import Catalogue
from contract_tests.record.reader import read_record
from contract_tests.reporting.sentence import verdict_sentence
from contract_tests.reporting.tally import Standing, Tally
from contract_tests.verdict import Verdict

URL = "https://pbx.example.com"
REST = "11 clauses were not tried."
TIMEOUT, STATUS = "failure/timeout/not-positive", "success/status"


@pytest.mark.parametrize(
    ("document", "table", "sentence"),
    [
        (
            Verdict.PASS,
            Verdict.PASS,
            "was tried in part: no fault found in 2 of 13 clauses, under the reading document."
            " As table it comes to the same. 10 clauses were not tried.",
        ),
        (
            Verdict.DEVIATION,
            Verdict.FAIL,
            "was tried in part: no fault found in 2 of 13 clauses,"
            " 1 deviates where the page leaves room, under the reading document."
            " As table it does not: success/status. 10 clauses were not tried.",
        ),
        (
            Verdict.WRONG_CODE,
            Verdict.PASS,
            "does not conform to the page: 1 clause is broken, success/status, under the reading document."
            " As table it was tried in part. 10 clauses were not tried.",
        ),
        (
            Verdict.INCONCLUSIVE,
            Verdict.INCONCLUSIVE,
            "could not be judged: 1 clause is inconclusive, success/status (no parked call)."
            " 10 clauses were not tried.",
        ),
        (
            Verdict.HARNESS_ERROR,
            Verdict.HARNESS_ERROR,
            "could not be judged: the checker itself failed at success/status. 10 clauses were not tried.",
        ),
    ],
)
def test_one_clause_decides(
    document: Verdict, table: Verdict, sentence: str, new_run: type, catalogue: Catalogue
) -> None:
    run = new_run()
    for clause in (TIMEOUT, STATUS):
        run.case(clause, clause, clause)
    run.ruling(TIMEOUT, TIMEOUT, Verdict.PASS, "t")
    run.ruling(STATUS, STATUS, document, "t", as_table=table, actual="no parked call.")
    assert str(verdict_sentence(Tally(read_record(run.end()), catalogue))) == f"{URL} {sentence}"


def test_the_clause_that_a_case_is_about_comes_before_those_it_broke_besides(
    new_run: type, catalogue: Catalogue
) -> None:
    run = new_run()
    run.case("c", TIMEOUT, "t")
    run.ruling("c", "parking/refusal-changes-nothing", Verdict.FAIL, "t")
    run.ruling("c", TIMEOUT, Verdict.WRONG_CODE, "t")
    sentence = verdict_sentence(Tally(read_record(run.end()), catalogue))
    assert sentence.grounds == f"2 clauses are broken, first {TIMEOUT}, under the reading document"


def test_a_clause_that_only_the_other_reading_asks_for_is_no_difference(
    new_run: type, catalogue: Catalogue
) -> None:
    run = new_run()
    run.case("c", "success/extension-echo", "t")
    run.ruling("c", "success/extension-echo", Verdict.PASS, "t", readings=("document",))
    run.case("d", STATUS, "t")
    run.ruling("d", STATUS, Verdict.PASS, "t", as_table=Verdict.FAIL)
    tally = Tally(read_record(run.end()), catalogue)
    echo, status = tally.row_of["success/extension-echo"], tally.row_of[STATUS]
    assert (echo.standings["document"], echo.standings["table"]) == (Standing.PASS, Standing.UNBOUND)
    assert (echo.differs, status.differs) == (False, True)


def test_a_run_that_tried_nothing_is_not_green(new_run: type, catalogue: Catalogue) -> None:
    sentence = str(verdict_sentence(Tally(read_record(new_run().end()), catalogue)))
    assert sentence == f"{URL} could not be judged: no clause was tried. 12 clauses were not tried."


def test_what_only_the_other_reading_breaks_is_named(new_run: type, catalogue: Catalogue) -> None:
    run = new_run(reading="table")
    for clause in (TIMEOUT, STATUS):
        run.case(clause, clause, clause)
    run.ruling(TIMEOUT, TIMEOUT, Verdict.FAIL, "t")
    run.ruling(STATUS, STATUS, Verdict.FAIL, "t", as_table=Verdict.INCONCLUSIVE)
    assert str(verdict_sentence(Tally(read_record(run.end()), catalogue))) == (
        f"{URL} does not conform to the page: 1 clause is broken, {TIMEOUT}, under the reading table;"
        f" 1 clause could not be judged. As document it breaks {STATUS} as well. 10 clauses were not tried."
    )
