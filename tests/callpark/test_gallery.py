"""The gallery in reports/ is what the checker says today, its links lead somewhere, and anybody can make it again.

Two exhibits are judged anew; with CALLPARK_LONG=1 all of them.
"""

import html
import os
import re
from pathlib import Path

import msgspec
import pytest

import callpark_spec
from callpark.gallery.exhibits import EXHIBITS
from callpark.gallery.files import pages_of
from callpark.gallery.showing import shown
from callpark.output import RECORD
from callpark.proof.html import render_html
from callpark.proof.markdown import render_markdown
from callpark.proof.model import Proof, figures_as_json
from contract_tests.record.reader import read_record

REPORTS = Path(__file__).parents[2] / "reports"
SAMPLE = ("mock", "refusal-ends-call")
JUDGED = [each for each in EXHIBITS if each.slug in SAMPLE or os.environ.get("CALLPARK_LONG")]
AGAIN = "run `make reports` and commit what it changes"
LARGEST = 10_000_000


@pytest.mark.parametrize("exhibit", JUDGED, ids=lambda each: each.slug)
def test_a_new_run_has_the_digest_that_is_published(exhibit):
    found = read_record(shown(exhibit))
    published = read_record(REPORTS / exhibit.slug / RECORD)
    assert found.footer.digest == published.footer.digest, AGAIN
    assert found.footer.exit_code == published.footer.exit_code, AGAIN


def test_the_pages_are_those_of_the_records():
    made = pages_of(REPORTS)
    behind = [path for path, text in made.items() if (REPORTS / path).read_text(encoding="utf-8") != text]
    assert not behind, f"{', '.join(behind)}: {AGAIN}"
    records = {f"{each.slug}/{RECORD}" for each in EXHIBITS}
    there = {str(path.relative_to(REPORTS)) for path in REPORTS.rglob("*") if path.is_file()}
    assert {path for path in there if not path.startswith("proof/")} == set(made) | records


def test_the_pages_of_the_proof_are_those_of_its_data():
    """But for the style sheet, which they share with the reports."""

    def without_style(page):
        return re.sub(r"<style>.*?</style>|sha256-[^']+", "", page, flags=re.DOTALL)

    proof = msgspec.json.decode((REPORTS / "proof" / "proof.json").read_bytes(), type=Proof)
    published = {
        name: (REPORTS / "proof" / name).read_text(encoding="utf-8") for name in ("proof.html", "proof.md")
    }
    assert without_style(published["proof.html"]) == without_style(render_html(proof)), "run `make proof`"
    assert published["proof.md"] == render_markdown(proof), "run `make proof`"
    assert (REPORTS / "proof" / "figures.json").read_text(encoding="utf-8") == figures_as_json(proof)


def test_an_exhibit_has_the_same_bytes_every_time():
    def told():
        *lines, _footer = re.sub(rb"127\.0\.0\.1:\d+", b"127.0.0.1:0", shown(EXHIBITS[0])).splitlines()
        return [re.sub(rb'"(?:content-length|body_size|headers_size)"[^\]},]*', b"", line) for line in lines]

    assert told() == told()


def test_no_link_is_dead():
    texts = {path.resolve(): path.read_text(encoding="utf-8") for path in REPORTS.rglob("*.html")}
    ids = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in texts.items()}
    links = 0
    for path, text in texts.items():
        for link in set(re.findall(r'<a\b[^>]*href="([^"]+)"', text)):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            found = (path.parent / target).resolve() if target else path
            assert found.is_file(), (path.name, link)
            assert not anchor or anchor in ids[found], (path.name, link)
            links += 1
    assert links > 500


@pytest.mark.parametrize("slug", ["timeout-with-unit", "refusal-ends-call", "accepted-202-as-table"])
def test_two_clicks_lead_from_the_page_of_a_job_to_the_sentence(slug):
    """The first from the summary to the finding in the report, the second from there to the clause."""
    summary = (REPORTS / slug / "summary.md").read_text(encoding="utf-8")
    report = (REPORTS / slug / "report.html").read_text(encoding="utf-8")
    _, first, *_ = re.findall(r"\]\(<report\.html#?([^>]*)>\)", summary)
    ruling = next(
        line
        for line in read_record(REPORTS / slug / RECORD).rulings
        if line.verdict in ("fail", "wrong-code")
    )
    finding = re.search(
        f'<article class="finding[^"]*"[^>]* id="{re.escape(first)}">.*?</article>', report, re.DOTALL
    )
    (second,) = set(re.findall(r'<p class="ids"><a href="#([^"]+)">', finding[0]))
    assert second == ruling.clause
    clause = re.search(f'<tr id="{re.escape(second)}"[^>]*>.*?</tr>', report, re.DOTALL)
    known = callpark_spec.load().clauses[ruling.clause]
    assert (known.quote or known.source) in html.unescape(clause[0])


def test_the_index_leads_to_everything_and_tells_newcomers_where_to_begin():
    index = (REPORTS / "index.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="([^"#:]+)"', index))
    assert linked >= {f"{each.slug}/report.html" for each in EXHIBITS} | {"matrix.html", "proof/proof.html"}
    assert "New here?" in index


def test_it_stays_small():
    assert sum(path.stat().st_size for path in REPORTS.rglob("*") if path.is_file()) < LARGEST
