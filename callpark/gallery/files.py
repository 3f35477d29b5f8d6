"""The files of the gallery: records that are made by a run, and pages that are made from records."""

from __future__ import annotations

from pathlib import Path

import callpark_spec
from callpark.gallery.exhibits import EXHIBITS
from callpark.gallery.index import pages_around
from callpark.output import FORMATS, RECORD, Around
from contract_tests.record.reader import read_record

RENDERED = ("html", "summary", "badge")


def pages_of(folder: Path) -> dict[str, str]:
    """Path in the gallery and text of every page, rendered from the records there. Raises a RecordError."""
    catalogue = callpark_spec.load()
    records = {exhibit.slug: read_record(folder / exhibit.slug / RECORD) for exhibit in EXHIBITS}
    pages = {}
    for slug, record in records.items():
        for name in RENDERED:
            file, render = FORMATS[name]
            text = render(record, catalogue, Around(report_url="report.html" if name == "summary" else ""))
            assert text is not None
            pages[f"{slug}/{file}"] = text
    return pages | pages_around(records, catalogue)


def write_pages_of(folder: Path) -> None:
    """Renders what stands in the gallery anew."""
    for path, text in pages_of(folder).items():
        (folder / path).write_text(text, encoding="utf-8")
