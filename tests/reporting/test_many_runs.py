"""Shards made one, runs compared, implementations side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.record.merging import MixedRecords, merged
from contract_tests.record.reader import read_record
from contract_tests.reporting.comparison import compared, render_comparison
from contract_tests.reporting.html import render_html
from contract_tests.reporting.job_summary import render_job_summary
from contract_tests.reporting.matrix import Implementation, render_matrix
from contract_tests.reporting.summary import render_summary
from contract_tests.reporting.tally import Standing, Tally
from contract_tests.verdict import Verdict

Told = Callable[..., Record]


@pytest.fixture
def told(new_run: type) -> Told:
    def tell(verdicts: dict[str, Verdict], **header: Any) -> Record:
        run = new_run(**header)
        run.exchange("", 200, role="preflight")
        for clause, verdict in verdicts.items():
            case = f"{clause}/one"
            run.case(case, clause, f"As {clause} has it")
            number = run.exchange(case, 200, b"{}")
            run.ruling(case, clause, verdict, f"As {clause} has it", exchanges=(number,))
        return read_record(run.end())

    return tell


def test_shards_are_one_record_that_is_as_good_as_any(told: Told, catalogue: Catalogue) -> None:
    first = told({"request/method": Verdict.PASS}, started="2031-04-02T09:30:10Z")
    second = told({"success/status": Verdict.FAIL, "request/method": Verdict.PASS})
    whole = read_record(merged([("a", first), ("b", second)]))
    assert whole.header.started == "2031-04-02T09:30:00Z"
    assert [line.number for line in whole.exchanges] == [1, 2, 3, 4, 5]
    assert whole.exchanges[3].started == pytest.approx(10.05)
    assert whole.footer.elapsed == pytest.approx(13.9)
    assert whole.footer.exit_code == 1
    assert whole.footer.calls_used == first.footer.calls_used + second.footer.calls_used
    assert [case.id for case in whole.cases] == ["success/status/one", "request/method/one"]
    broken = next(line for line in whole.rulings if line.verdict == "fail")
    assert whole.exchanges[broken.exchanges[0] - 1].case == "success/status/one"
    assert len(whole.rulings) == 4
    assert render_html(whole, catalogue)


def test_where_shards_differ_the_worst_counts(told: Told, catalogue: Catalogue) -> None:
    shards = [
        ("a", told({"request/method": Verdict.PASS})),
        ("b", told({"request/method": Verdict.FAIL})),
    ]
    for order in (shards, shards[::-1]):
        whole = read_record(merged(order))
        assert Tally(whole, catalogue).row_of["request/method"].standings["document"] is Standing.FAIL
        assert whole.footer.exit_code == 1


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ({"run": "other"}, "b: line 1: run other, a is of run 7f3a"),
        ({"seed": 4}, "b: line 1: the same run as a, 7f3a, but another seed"),
        ({"url": "https://other.example"}, "but another target"),
        ({"profile": {"extension": "0003*999"}}, "but another profile"),
        (
            {"engine": True},
            "b: line 1: the same run as a, 7f3a, but with --engine, and that is without --engine; shards are checks of",
        ),
    ],
)
def test_what_is_no_shard_is_refused(told: Told, header: dict[str, Any], complaint: str) -> None:
    verdicts = {"request/method": Verdict.PASS}
    with pytest.raises(MixedRecords, match=re.escape(complaint)):
        merged([("a", told(verdicts)), ("b", told({**verdicts, "success/status": Verdict.PASS}, **header))])


def test_a_record_named_twice_is_refused(told: Told) -> None:
    one = told({"request/method": Verdict.PASS})
    with pytest.raises(MixedRecords, match="b: line 1: the same record as a; name each record once"):
        merged([("a", one), ("b", one)])


def test_what_was_fixed_what_is_new_and_what_nobody_knows(told: Told, catalogue: Catalogue) -> None:
    before = told(
        {
            "request/method": Verdict.FAIL,
            "success/status": Verdict.WRONG_CODE,
            "uri/user-id/me": Verdict.FAIL,
            "body/json": Verdict.FAIL,
            "uri/extension/self": Verdict.PASS,
        },
        run="before",
    )
    after = told(
        {
            "request/method": Verdict.PASS,
            "success/status": Verdict.FAIL,
            "uri/user-id/me": Verdict.INCONCLUSIVE,
            "uri/extension/self": Verdict.FAIL,
            "failure/view/missing": Verdict.FAIL,
        },
        run="after",
    )
    found = compared(before, after, catalogue)
    assert [each.clause for each in found.fixed] == ["request/method"]
    assert [each.clause for each in found.new] == ["failure/view/missing", "uri/extension/self"]
    assert [each.clause for each in found.still] == ["success/status"]
    assert [each.clause for each in found.unjudged] == ["body/json", "uri/user-id/me"]
    lines = render_comparison(before, after, catalogue)
    assert lines[1] == "1 fixed, 2 new, 1 still, 2 not judged now"
    assert "new       failure/view/missing/one (failure/view/missing): not tried -> fail" in lines
    assert "unjudged  body/json/one (body/json): fail -> not tried" in lines


def test_runs_that_were_explored_differently_say_so_where_they_are_compared(
    told: Told, catalogue: Catalogue
) -> None:
    before, after = told({}, run="before"), told({}, run="after", engine=True)
    word = "only one of the runs was made with --engine: what exploring found may differ for that"
    assert word in render_comparison(before, after, catalogue)
    assert word not in render_comparison(after, after, catalogue)


def test_a_run_with_the_engine_says_so(told: Told, catalogue: Catalogue) -> None:
    plain, engine = told({}, lane="all"), told({}, lane="all", engine=True)
    for render in (render_html, render_job_summary):
        assert "--engine" in render(engine, catalogue)
        assert "--engine" not in render(plain, catalogue)
    assert "lane all with --engine, " in " ".join(render_summary(engine, catalogue))
    assert "made by schemathesis beforehand" in render_html(plain, catalogue)
    assert "made by schemathesis" not in render_html(told({}), catalogue)


def test_a_run_compared_with_itself_changes_nothing(records: dict[str, Record], catalogue: Catalogue) -> None:
    found = compared(records["everything"], records["everything"], catalogue)
    assert (found.fixed, found.new, found.unjudged) == ((), (), ())
    assert len(found.still) == 3


class Matrix(HTMLParser):
    """The cells of the page: (clause, implementation) -> (verdict, address)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: dict[tuple[str, str], tuple[str, str]] = {}
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self._row = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.ids += [told["id"]] if "id" in told else []
        self._row = told.get("id", self._row) if tag == "tr" else self._row
        if tag == "a" and told.get("class", "").startswith("cell"):
            name, _, verdict = told["title"].rpartition(": ")
            self.cells[self._row, name] = (verdict, told["href"])


def test_implementations_stand_side_by_side(records: dict[str, Record], catalogue: Catalogue) -> None:
    names = ("everything", "conforming", "unreachable")
    page = render_matrix(
        [Implementation(name=name, href=f"{name}/report.html", record=records[name]) for name in names],
        catalogue,
    )
    matrix = Matrix(page)
    assert {clause for clause, _ in matrix.cells} >= set(catalogue.clauses)
    assert {name for _, name in matrix.cells} == set(names)
    assert matrix.cells["failure/timeout/not-positive", "everything"] == (
        "fail",
        "everything/report.html#failure/timeout/not-positive/zero",
    )
    assert matrix.cells["failure/timeout/not-positive", "conforming"] == (
        "pass",
        "conforming/report.html#failure/timeout/not-positive",
    )
    assert matrix.cells["success/status", "unreachable"][0] == "inconclusive"
    assert len(set(matrix.ids)) == len(matrix.ids)
    assert matrix.cells["body/json", "unreachable"] == ("not-tried", "unreachable/report.html")
    for name in names:
        report = render_html(records[name], catalogue)
        for (_, column), (_, href) in matrix.cells.items():
            if column == name and "#" in href:
                assert f'id="{href.partition("#")[2]}"' in report


def test_the_matrix_needs_nothing_from_elsewhere_and_runs_nothing(told: Told, catalogue: Catalogue) -> None:
    hostile = '<img src=x onerror=alert(1)>" onmouseover="x \x1b[31m \u202e'
    one = told({"request/method": Verdict.PASS})
    page = render_matrix([Implementation(name=hostile, href="a/report.html", record=one)], catalogue)
    assert not Matrix(page).tags & {"img", "script", "link", "iframe", "object"}
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page


def test_columns_that_are_no_equal_measure_say_so(told: Told, catalogue: Catalogue) -> None:
    runs = [
        told({"request/method": Verdict.PASS}, safe=True),
        told({"request/method": Verdict.PASS}, reading="table"),
    ]
    page = render_matrix(
        [Implementation(name=str(n), href="r.html", record=run) for n, run in enumerate(runs)], catalogue
    )
    assert "not all judged under the same reading" in page
    assert "A column of a safe run shows refusals only." in page
