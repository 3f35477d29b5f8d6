"""Findings that deviate in the same way are one cause; nothing is lost, and nothing different is put together."""

from __future__ import annotations

from callpark_spec import Catalogue
from contract_tests.record.lines import RulingLine
from contract_tests.record.reader import read_record
from contract_tests.reporting.cause import EVERYWHERE, causes
from contract_tests.reporting.html import render_html
from contract_tests.verdict import Verdict


def ruling(
    clause: str, slug: str = "a", actual: str = "200 with a body", verdict: str = "fail"
) -> RulingLine:
    return RulingLine(
        clause=clause,
        case=f"{clause}/{slug}",
        reading="document",
        verdict=verdict,
        title=slug,
        actual=actual,
    )


def told(*rulings: RulingLine) -> list[list[str]]:
    return [[one.case for one in cause.rulings] for cause in causes(rulings)]


def test_one_deviation_in_one_family_of_clauses_is_one_cause() -> None:
    zero, word = ruling("failure/timeout/not-positive"), ruling("failure/timeout/not-numeric")
    assert told(zero, word) == [[zero.case, word.case]]


def test_another_family_another_verdict_or_another_answer_is_another_cause() -> None:
    assert len(told(ruling("failure/timeout/not-positive"), ruling("failure/view/missing"))) == 2
    assert len(told(ruling("failure/view/a"), ruling("failure/view/b", verdict="wrong-code"))) == 2
    assert len(told(ruling("failure/view/a"), ruling("failure/view/b", actual="204 without a body"))) == 2


def test_what_is_peculiar_to_a_case_does_not_tell_causes_apart() -> None:
    one = ruling("success/link", "a", 'link.self is "http://h/1" of eab68a2909da2eb5dcf8')
    other = ruling("success/link", "b", 'link.self is "http://h/2" of 4ef9d7ff60ebec5a23b7')
    assert len(told(one, other)) == 1


def test_what_happens_all_over_the_page_is_one_cause() -> None:
    families = [ruling(f"failure/field{number}/wrong") for number in range(EVERYWHERE)]
    assert len(told(*families)) == 1
    assert len(told(*families[1:])) == EVERYWHERE - 1


def test_the_first_of_a_cause_stays_the_first_and_none_is_lost_or_told_twice() -> None:
    rulings = [ruling("b/x/1"), ruling("a/x/1"), ruling("b/x/2"), ruling("b/x/1"), ruling("a/x/2")]
    assert told(*rulings) == [["b/x/1/a", "b/x/2/a"], ["a/x/1/a", "a/x/2/a"]]


def test_the_page_shows_one_and_holds_the_others_folded(new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    for number in range(33):
        case = f"failure/timeout/not-positive/{number}"
        run.case(case, "failure/timeout/not-positive", f"Number {number}")
        sent = run.exchange(case, 200, b"{}")
        run.ruling(
            case,
            "failure/timeout/not-positive",
            Verdict.FAIL,
            f"Number {number}",
            actual="200 with a JSON body",
            exchanges=(sent,),
        )
    page = render_html(read_record(run.end()), catalogue)
    before, folded = page.split('<details class="same-cause">')
    assert "<summary>The same in 32 more cases: 200 with a JSON body</summary>" in folded
    assert before.count('<article class="finding') == 1
    assert folded.partition("</section>")[0].count('<article class="finding') == 32
    assert 'Findings <span class="number">33</span>' in before
