"""The folder of a check: its record and the pages rendered from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from callpark_spec import Catalogue
from contract_tests.lanes.finding import Finding, pytest_file
from contract_tests.record.lines import Record
from contract_tests.reporting.html import render_html
from contract_tests.reporting.junit import render_junit

RECORD = "record.ndjson"
DEFAULT_FOLDER = Path("callpark-report")
FORMATS: dict[str, tuple[str, Callable[[Record, Catalogue], str]]] = {
    "html": ("report.html", render_html),
    "junit": ("junit.xml", render_junit),
}


def write_findings(findings: Sequence[Finding], url: str, folder: Path) -> list[Path]:
    """A pytest file for each finding of the lane `explore`, which fails until the target is mended."""
    written = []
    for finding in findings:
        path = folder / f"test_{re.sub(r'[^a-z0-9]+', '_', finding.case)}.py"
        path.write_text(pytest_file(finding, url), encoding="utf-8")
        written.append(path)
    return written


def write_pages(record: Record, catalogue: Catalogue, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Renders a record into a folder; returns what was written, in the order asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in dict.fromkeys(formats):
        file, render = FORMATS[name]
        path = folder / file
        path.write_text(render(record, catalogue), encoding="utf-8")
        written.append(path)
    return written
