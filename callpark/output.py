"""The folder of a check: its record and the pages rendered from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callpark.formats import FILES
from callpark_spec import Catalogue, clause_lines, operation_line
from contract_tests.lanes.finding import Finding, pytest_file
from contract_tests.record.lines import Record
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

RECORD = "record.ndjson"
DEFAULT_FOLDER = Path("callpark-report")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What pages tell that no record holds: the URL of report.html, and why findings of cases are excused."""

    report_url: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


Renderer = Callable[[Record, Catalogue, Around], str | None]
"""From a record to a text; None where there is nothing to say."""

TELL_OF_KNOWN = ("junit", "sarif", "ctrf", "summary", "annotations")
"""The formats that say of a finding that it is excused."""


def _contract_lines() -> ContractLines:
    return ContractLines(operation=operation_line(), clauses=clause_lines())


_RENDERERS: dict[str, Renderer] = {
    "html": lambda record, catalogue, _: render_html(record, catalogue),
    "junit": lambda record, catalogue, around: render_junit(record, catalogue, around.known),
    "json": lambda record, catalogue, _: render_results(record, catalogue),
    "sarif": lambda record, catalogue, around: render_sarif(
        record, catalogue, lines=_contract_lines(), report=around.report_url, known=around.known
    ),
    "ctrf": lambda record, catalogue, around: render_ctrf(record, catalogue, around.known),
    "summary": lambda record, catalogue, around: render_job_summary(
        record, catalogue, report=around.report_url, known=around.known
    ),
    "annotations": lambda record, catalogue, around: render_annotations(
        record, catalogue, lines=_contract_lines(), report=around.report_url, known=around.known
    ),
    "badge": lambda record, catalogue, _: render_badge(record, catalogue),
    "har": lambda record, _, __: render_har(record),
}
FORMATS = {name: (file, _RENDERERS[name]) for name, file in FILES.items()}
"""Name of a format -> its file and what renders it."""


def write_findings(findings: Sequence[Finding], url: str, folder: Path) -> list[Path]:
    """A pytest file for each finding of the lane `explore`, which fails until the target is mended."""
    written = []
    for finding in findings:
        path = folder / f"test_{re.sub(r'[^a-z0-9]+', '_', finding.case)}.py"
        path.write_text(pytest_file(finding, url), encoding="utf-8")
        written.append(path)
    return written


def write_pages(
    record: Record, catalogue: Catalogue, folder: Path, formats: Sequence[str], around: Around = Around()
) -> list[Path]:
    """Renders a record into a folder; returns what was written, in the order asked for.

    Where there is nothing to say in a format, what an earlier run said there is taken away.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in dict.fromkeys(formats):
        file, render = FORMATS[name]
        path = folder / file
        text = render(record, catalogue, around)
        if text is None:
            path.unlink(missing_ok=True)
            continue
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
