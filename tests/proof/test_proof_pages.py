"""The pages of a proof, held to files. `CALLPARK_GOLDEN=1 pytest tests/proof` writes them anew; read the difference."""

import json
import os
import re
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest

from callpark.proof.html import render_html
from callpark.proof.markdown import render_markdown
from callpark.proof.model import figures_as_json, proof_as_json, proof_schema
from callpark.proof.terminal import LONGEST, render_terminal
from contract_tests.published_proof import PLACES, published_proof
from contract_tests.record.lines import ProofLine

GOLDEN = Path(__file__).with_name("golden")
_STYLE = re.compile(r"(?s)<style>.*?</style>|sha256-[^']+")


def _without_style(page):
    return _STYLE.sub("", page)


PAGES = {
    "proof.json": proof_as_json,
    "proof.md": render_markdown,
    "proof.html": lambda proof: _without_style(render_html(proof)),
    "proof.txt": lambda proof: "\n".join(render_terminal(proof)) + "\n",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_it_was(proof, name):
    text = PAGES[name](proof)
    if os.environ.get("CALLPARK_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_data_are_as_the_schema_says(proof):
    validator = jsonschema_rs.validator_for(proof_schema())
    data = json.loads(proof_as_json(proof))
    assert [error.message for error in validator.iter_errors(data)] == []
    data["figures"][0]["surprise"] = 1
    assert not validator.is_valid(data)


def test_the_page_needs_nothing_from_anywhere_and_shows_what_servers_said_as_text(proof):
    page = render_html(proof)
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "200 &lt;with&gt; the call" in page


def test_the_summary_fits_a_screen(proof):
    lines = render_terminal(proof, width=80)
    assert len(lines) <= LONGEST
    assert max(map(len, lines)) <= 80
    assert "NOT" in "".join(lines)


def test_what_reports_print_of_a_proof_is_what_was_published(proof):
    published = msgspec.json.decode(figures_as_json(proof), type=ProofLine)

    assert [(each.name, each.measured, each.ok) for each in published.figures] == [
        (each.name, each.measured, each.ok) for each in proof.figures
    ]


def test_every_check_carries_the_figures_that_stand_in_the_repository():
    assert published_proof() == msgspec.json.decode(PLACES[-1].read_bytes(), type=ProofLine)
