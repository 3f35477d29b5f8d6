"""What the renderers make of three records, held still.

After a wanted change: `CALLPARK_REGENERATE=1 python -m pytest tests/reporting/test_golden_reports.py`, then read the
difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.record.reader import read_record
from contract_tests.reporting.annotations import render_annotations
from contract_tests.reporting.badge import render_badge
from contract_tests.reporting.contract_line import ContractLines
from contract_tests.reporting.ctrf import render_ctrf
from contract_tests.reporting.har import render_har
from contract_tests.reporting.html import render_html
from contract_tests.reporting.job_summary import render_job_summary
from contract_tests.reporting.junit import render_junit
from contract_tests.reporting.results import render_results
from contract_tests.reporting.sarif import render_sarif
from contract_tests.reporting.summary import render_summary

GOLDEN = Path(__file__).with_name("golden")
REGENERATE = os.environ.get("CALLPARK_REGENERATE") == "1"
REPORT = "https://ci.example/report.html"
LINES = ContractLines(operation=33, clauses={"failure/timeout/not-positive": 690})
NAMES = ("everything", "conforming", "unreachable")

RENDERERS: dict[str, Callable[[Record, Catalogue], str]] = {
    "html": render_html,
    "junit.xml": render_junit,
    "results.json": render_results,
    "sarif": lambda record, catalogue: render_sarif(record, catalogue, lines=LINES, report=REPORT),
    "ctrf.json": render_ctrf,
    "summary.md": lambda record, catalogue: render_job_summary(record, catalogue, report=REPORT),
    "annotations.txt": lambda record, catalogue: render_annotations(
        record, catalogue, lines=LINES, report=REPORT
    ),
    "badge.json": lambda record, catalogue: render_badge(record, catalogue) or "",
    "har": lambda record, _: render_har(record),
    "summary.txt": lambda record, catalogue: "\n".join(render_summary(record, catalogue, width=100)) + "\n",
}


def hold(path: Path, content: bytes) -> None:
    if REGENERATE:
        path.write_bytes(content)
    assert content == path.read_bytes(), f"{path.name} differs; see the head of this module"


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_written_as_ever(name: str, written: dict[str, Callable[[], bytes]]) -> None:
    hold(GOLDEN / f"{name}.ndjson", written[name]())


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_rendered_as_ever(name: str, renderer: str, catalogue: Catalogue) -> None:
    record = read_record(GOLDEN / f"{name}.ndjson")
    hold(GOLDEN / f"{name}.{renderer}", RENDERERS[renderer](record, catalogue).encode())
