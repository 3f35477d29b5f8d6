"""The page is well-formed, stands alone, leads everywhere it says, and lets nothing out of its record act."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from time import process_time

import pytest
from msgspec.structs import replace

from callpark_spec import Catalogue, load
from contract_tests.record.lines import Record
from contract_tests.record.reader import read_record
from contract_tests.reporting.html import TEMPLATES, render_html
from contract_tests.reporting.tally import Standing
from contract_tests.verdict import Verdict

VOID = {"meta", "br", "link", "img", "input", "hr"}
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "style", "ping"}


class Page(HTMLParser):
    """Elements in order, and what of the nesting is wrong."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute twice on {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag == "p":
            assert "p" not in self.open, "a paragraph in a paragraph"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> and nothing is open"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.elements if (value := attrs.get(attribute)) is not None]

    def tags(self, *wanted: str) -> list[str]:
        return [tag for tag, _ in self.elements if tag in wanted]


@pytest.fixture(params=["everything", "conforming", "unreachable"])
def page(request: pytest.FixtureRequest, records: dict[str, Record], catalogue: Catalogue) -> Page:
    return Page(render_html(records[request.param], catalogue))


def test_ids_are_unique_and_every_link_inside_the_page_leads_to_one(page: Page) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    inside = {link[1:] for link in page.values("href") if link.startswith("#")}
    assert inside <= set(ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


def test_nothing_is_loaded_and_nothing_runs_but_the_one_script(page: Page) -> None:
    assert page.tags("link", "img", "iframe", "object", "embed", "form", "base", "svg") == []
    assert [attrs for tag, attrs in page.elements if tag == "script"] == [{}]
    for tag, attrs in page.elements:
        assert not LOADING & attrs.keys(), tag
        assert not [name for name in attrs if name.startswith("on")], tag
        if (link := attrs.get("href")) is not None:
            assert tag == "a"
            assert link.startswith(("#", "https://wiki.4psa.com/", "https://creativecommons.org/"))


def test_style_and_script_are_let_in_by_their_hashes_and_load_nothing(
    records: dict[str, Record], catalogue: Catalogue
) -> None:
    text = render_html(records["everything"], catalogue)
    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    (script,) = re.findall("<script>(.*?)</script>", text, re.DOTALL)
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (style, script)
    )
    policy = next(attrs["content"] for _, attrs in Page(text).elements if attrs.get("http-equiv"))
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}';"
        " base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style
    assert "@import" not in style
    assert style == (TEMPLATES / "report.css").read_text()
    assert script == (TEMPLATES / "report.js").read_text()
    assert not re.search(r"innerHTML|insertAdjacent|eval|Function|fetch|XMLHttp|import|https?:|{{", script)


def test_headings_come_in_order(page: Page) -> None:
    levels = [int(tag[1]) for tag in page.tags("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_and_landmarks_are_told_to_those_who_do_not_see_them(page: Page) -> None:
    assert page.tags("main", "nav", "header", "footer").count("main") == 1
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in page.elements if tag == "th")
    assert ("html", {"lang": "en"}) in page.elements


def test_no_colour_stands_alone(records: dict[str, Record], catalogue: Catalogue) -> None:
    text = render_html(records["everything"], catalogue)
    for standing in Standing:
        for cell in re.findall(rf'<a class="cell {standing}[ "].*?</a>', text):
            assert re.search(rf'<span class="unseen">[^<]+: {standing}[,<]', cell)


def test_the_verdict_comes_first(page: Page) -> None:
    text = "".join(page.text)
    assert text.index("the page" if "conform" in text[:2000] else "could not") < text.index("at a glance")


def test_strings_of_the_target_are_shown_and_do_nothing(
    records: dict[str, Record], catalogue: Catalogue
) -> None:
    text = render_html(records["everything"], catalogue)
    ours = f"<script>{(TEMPLATES / 'report.js').read_text()}</script>"
    assert "<script" not in text.replace(ours, "", 1).lower()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    shown = "".join(Page(text).text)
    assert "<script>alert(1)</script> \\x1b[31mred\\x1b[0m ]]> \\x00 &" in shown
    assert "\\u202eesrever" in shown


def test_a_finding_shows_all_that_proves_it(records: dict[str, Record], catalogue: Catalogue) -> None:
    text = render_html(records["everything"], catalogue)
    anchor = "failure/timeout/not-positive/zero"
    article = text[text.index(f'id="{anchor}"') :].partition("</article>")[0]
    shown = "".join(Page(article.partition(">")[2]).text)
    for wanted in (
        "400pc_timeout_invalidValue supplied in waitForPickup parameter is missing or invalid. "
        "The parameter must be numeric and higher than 0.",
        "400 pc_timeout_invalid",
        "200 with a call; the call left the parking lot",
        '"waitForPickup":0',
        "What happened to the call",
        "$CALLPARK_TOKEN",
        "seen 2 times",
    ):
        assert wanted in shown
    assert "<mark>The parameter must be numeric and higher than 0.</mark>" in article
    assert f'href="#{anchor}"' in article
    assert 'href="#failure/timeout/not-positive"' in article


def test_anchors_of_clauses_are_their_ids(page: Page, catalogue: Catalogue) -> None:
    assert set(catalogue.clauses) <= set(page.values("id"))


def test_a_case_that_is_called_like_its_clause_has_an_anchor_of_its_own(
    new_run: type, catalogue: Catalogue
) -> None:
    run = new_run()
    for case in ("request/method", "success-status", "findings", "a b", "a-b", "📞"):
        run.case(case, "request/method", case)
        run.ruling(case, "request/method", Verdict.FAIL, case)
        run.ruling(case, "request/method", Verdict.FAIL, "the same once more")
    page = Page(render_html(read_record(run.end()), catalogue))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {"request/method", "finding-request/method", "finding-findings", "a-b", "finding-a-b"} <= set(ids)


def test_a_record_of_another_catalogue_says_so(records: dict[str, Record], catalogue: Catalogue) -> None:
    warning = "rendered with another version of the clauses"
    assert warning in render_html(records["everything"], catalogue)
    assert warning not in render_html(records["conforming"], catalogue)


def test_the_real_catalogue_is_rendered_whole(records: dict[str, Record]) -> None:
    real = load()
    page = Page(render_html(records["everything"], real))
    ids = page.values("id")
    assert set(real.clauses) <= set(ids)
    assert len(ids) == len(set(ids))


def many(new_run: type, cases: int, body: bytes = b"") -> bytes:
    """A record of so many cases with five exchanges each, every fifth of them a finding."""
    run = new_run()
    for number in range(cases):
        case = f"request/method/{number}"
        run.case(case, "request/method", "One of many")
        cited = [run.exchange(case, 200, body, sent=body) for _ in range(5)]
        run.ruling(
            case,
            "request/method",
            Verdict.FAIL if number % 5 == 0 else Verdict.PASS,
            "One of many",
            expected=("400",),
            actual="200",
            exchanges=tuple(cited),
        )
    content: bytes = run.end()
    return content


def test_ten_times_the_exchanges_take_ten_times_as_long_and_not_a_hundred(
    new_run: type, catalogue: Catalogue
) -> None:
    """By the processor's time in one run; what takes the square of it would be far beyond."""

    def seconds(cases: int) -> float:
        record = read_record(many(new_run, cases))
        began = process_time()
        render_html(record, catalogue)
        return process_time() - began

    seconds(100)
    assert seconds(1000) < 30 * seconds(100)


def test_thousands_of_exchanges_make_a_page_that_still_opens(new_run: type, catalogue: Catalogue) -> None:
    body = b'{"id":"b817d2618fe6f1804333","phoneCallView":[{"id":"01","status":"5"}]}' * 12
    content = many(new_run, 1000, body)
    text = render_html(read_record(content), catalogue)
    assert len(text.encode()) < 5_000_000 < len(content)
    assert text.count('<details id="exchange-') == 5000


def test_the_times_of_the_target_are_shown_and_set_up_is_not_among_them(
    records: dict[str, Record], catalogue: Catalogue
) -> None:
    record = records["everything"]
    asked = [line for line in record.exchanges if line.role not in ("set-up", "tear-down", "preflight")]
    answered = sum(line.response is not None for line in asked)
    text = render_html(record, catalogue)
    table = text[text.index('class="histogram"') :].partition("</table>")[0]
    assert sum(map(int, re.findall(r"</span>(\d+)</td>", table))) == answered < len(record.exchanges)
    assert f"{answered} answers: half of them within" in "".join(Page(text).text)
    assert "How long the target took" not in render_html(records["unreachable"], catalogue)


def test_of_a_long_search_only_what_proves_something_is_shown(
    records: dict[str, Record], catalogue: Catalogue
) -> None:
    record = records["conforming"]
    first = next(line for line in record.exchanges if line.case)
    last = record.exchanges[-1].number
    search = [replace(first, number=last + place) for place in range(1, 201)]
    search = [replace(one, case="", role="set-up") if one.number % 2 else one for one in search]
    rulings = [replace(record.rulings[0], exchanges=[last + 101 + last % 2]), *record.rulings]
    long = replace(record, exchanges=[*record.exchanges, *search], rulings=rulings)
    text = render_html(long, catalogue)
    shown = [name for name in Page(text).values("id") if re.fullmatch(r"exchange-\d+", name)]
    assert f"exchange-{last + 101 + last % 2}" in shown
    assert f"exchange-{last + 105}" not in shown
    assert f"exchange-{last + 106}" not in shown
    assert re.search(r"\d+ requests that found nothing stand in the record alone", text)
    assert "found nothing" not in render_html(record, catalogue)
