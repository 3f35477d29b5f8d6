"""The Markdown that GitHub shows for a job, read by a parser of GitHub's Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.record.reader import read_record
from contract_tests.reporting.html import render_html
from contract_tests.reporting.job_summary import LARGEST, MOST, render_job_summary
from contract_tests.reporting.markdown import escaped, fenced
from contract_tests.verdict import Verdict

REPORT = "https://ci.example/artifacts/report.html"
HOSTILE = (
    "<script>alert(1)</script>",
    "</details><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "**bold** _em_ `code` ~~gone~~",
    "https://evil.example/ www.evil.example <https://evil.example>",
    "| a | b |",
    "```\n# heading\n```",
    "&lt;b&gt; &copy;",
    "line\n\n# heading\n- item",
    "\\[x\\](https://evil.example)",
    "$`x`$ $$y$$",
)


class Page(HTMLParser):
    """What a reader of the page gets: tags, addresses, and text."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
        self.feed(parser.render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_record(new_run: type, text: str) -> Record:
    run = new_run(url="https://pbx.example.com")
    run.case("request/method/get", "request/method", f"title {text}")
    number = run.exchange("request/method/get", 200, text.encode())
    run.ruling(
        "request/method/get",
        "request/method",
        Verdict.FAIL,
        f"title {text}",
        expected=(f"wanted {text}",),
        actual=f"got {text}",
        hint=f"do {text}",
        exchanges=(number,),
        reproduce=[f"curl -sS 'https://pbx.example.com/{text}'"],
    )
    return read_record(run.end())


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_target_says_is_shown_and_does_nothing(text: str, new_run: type, catalogue: Catalogue) -> None:
    page = Page(render_job_summary(hostile_record(new_run, text), catalogue, report=REPORT))
    ours = {
        "h2",
        "h3",
        "p",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "b",
        "ul",
        "li",
    }
    assert page.tags <= ours | {"pre", "code", "sub"}
    assert all(link.startswith((REPORT, catalogue.page.url)) for link in page.links)
    shown = " ".join(text.replace("\n", " ").split())
    for lead in ("title", "wanted", "got", "do"):
        assert f"{lead} {shown}" in " ".join(page.text.split())


@pytest.mark.parametrize("text", ["a\n```\nb", "````\n", "~~~", "    x"])
def test_a_block_of_code_ends_where_it_should(text: str) -> None:
    page = Page(f"{fenced(text, 'sh')}\n\n# after")
    assert page.tags == {"pre", "code", "h1"}
    assert page.text.startswith(text)


def test_addresses_are_not_made_links() -> None:
    assert escaped("see www.evil.example or https://evil.example") == (
        "see www\\.evil.example or https\\://evil.example"
    )


@pytest.mark.parametrize("name", ["everything", "unreachable"])
def test_two_clicks_lead_to_the_sentence(name: str, records: dict[str, Record], catalogue: Catalogue) -> None:
    """From the summary to the finding in the report; there, from the finding to its clause with the sentence."""
    record = records[name]
    report = render_html(record, catalogue)
    links = Page(render_job_summary(record, catalogue, report=REPORT)).links
    into_the_report = [link.removeprefix(f"{REPORT}#") for link in links if link.startswith(f"{REPORT}#")]
    wanted = {
        line.clause
        for line in record.rulings
        if line.verdict in ("fail", "wrong-code", "inconclusive", "deviation")
    }
    assert wanted <= set(into_the_report)
    for anchor in into_the_report:
        assert f'id="{anchor}"' in report
    for clause in wanted:
        place = report.index(f'<tr id="{clause}"')
        row = report[place : report.index("</tr>", place)]
        known = catalogue.clauses[clause]
        assert (known.quote or known.source or "").split(" ")[0] in row


def test_without_an_address_of_the_report_the_sentence_is_one_click_away(
    records: dict[str, Record], catalogue: Catalogue
) -> None:
    page = Page(render_job_summary(records["everything"], catalogue))
    assert page.links
    assert all(link.startswith(f"{catalogue.page.url}#:~:text=") for link in page.links)
    assert "in report.html: #failure/timeout/not-positive/zero" in page.text


def test_a_passing_run_says_so_and_nothing_else(records: dict[str, Record], catalogue: Catalogue) -> None:
    text = render_job_summary(records["conforming"], catalogue)
    assert text.startswith("## :white_check_mark: callpark mock conforms to the page")
    assert "###" not in text


def test_a_run_with_thousands_of_findings_stays_below_what_github_takes(
    new_run: type, catalogue: Catalogue
) -> None:
    run = new_run()
    for number in range(3_000):
        case = f"request/method/case-{number}"
        run.case(case, "request/method", "x" * 500)
        run.ruling(
            case,
            "request/method",
            Verdict.FAIL,
            "|" * 500,
            actual=f"{number} {'<' * 5_000}",
            reproduce=["curl " + "`" * 9_000],
        )
    text = render_job_summary(read_record(run.end()), catalogue, report=REPORT)
    assert len(text.encode()) < LARGEST
    assert re.search(r"and [\d]+ more in the report", text)
    assert text.count("<details>") <= MOST


def test_findings_of_one_cause_are_told_once(new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    for number in range(100):
        case = f"request/method/case-{number}"
        run.case(case, "request/method", f"the case {number}")
        actual = "418 without a body" if number else "the connection was closed"
        run.ruling(case, "request/method", Verdict.FAIL, f"the case {number}", actual=actual)
    page = Page(render_job_summary(read_record(run.end()), catalogue, report=REPORT))
    assert page.text.count("418 without a body") == 1
    assert "Findings (100, by cause 2)" in page.text
    assert "the case 1, and 98 more of the same cause" in page.text
    assert f"and {98 - MOST} more in the report" in page.text
    assert f"{REPORT}#request/method/case-2" in page.links


def test_a_cell_of_the_counts_stays_a_cell(records: dict[str, Record], catalogue: Catalogue) -> None:
    text = render_job_summary(records["everything"], catalogue)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
