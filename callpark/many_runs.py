"""Several records at once: shards of one run made one, several runs side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from callpark.formats import FILES
from callpark.output import RECORD, write_pages
from callpark_spec import Catalogue
from contract_tests.judge.judge import standing_rows
from contract_tests.lanes.pursuit import SUMMED_UP
from contract_tests.record.errors import UnreadableRecord
from contract_tests.record.lines import Record
from contract_tests.record.merging import merged
from contract_tests.record.reader import read_record
from contract_tests.rejudge import rejudge
from contract_tests.reporting.matrix import Implementation, render_matrix
from contract_tests.verdict import Ruling

MATRIX = "matrix.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: its record, and the record as the bytes of a file."""

    record: Record
    content: bytes

    def write(self, folder: Path) -> Path:
        """Puts the record into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / RECORD
        path.write_bytes(self.content)
        return path


def runs_of(paths: Sequence[Path], catalogue: Catalogue) -> list[Run]:
    """The runs of some records, in the order in which each is named first. Raises a RecordError for what is none."""
    by_run: dict[str, list[tuple[Path, Record]]] = {}
    for path in paths:
        record = read_record(path)
        by_run.setdefault(record.header.run, []).append((path, record))
    return [_run(shards, catalogue) for shards in by_run.values()]


def write_runs(runs: Sequence[Run], catalogue: Catalogue, folder: Path, formats: Sequence[str]) -> list[Path]:
    """A folder for each run with its record and pages, and the matrix that links to them."""
    written: list[Path] = []
    implementations = []
    for run, name in zip(runs, _names(runs), strict=True):
        place = folder / _slug(name)
        written.append(run.write(place))
        written += write_pages(run.record, catalogue, place, tuple(dict.fromkeys(("html", *formats))))
        href = f"{place.name}/{FILES['html']}"
        implementations.append(Implementation(name=name, href=href, record=run.record))
    matrix = folder / MATRIX
    matrix.write_text(render_matrix(implementations, catalogue), encoding="utf-8")
    return [matrix, *written]


def _run(shards: Sequence[tuple[Path, Record]], catalogue: Catalogue) -> Run:
    if len(shards) > 1:
        content = merged(
            [(str(path), record) for path, record in shards],
            standing=standing_rows(),
            searches=SUMMED_UP,
            judge_again=lambda content: _judged_again(content, catalogue),
        )
        return Run(record=read_record(content), content=content)
    ((path, record),) = shards
    try:
        return Run(record=record, content=path.read_bytes())
    except OSError as error:
        raise UnreadableRecord(f"{path} cannot be opened ({error.strerror})", "name it again") from None


def _judged_again(content: bytes, catalogue: Catalogue) -> Sequence[Ruling]:
    """Nothing where the shards were judged by other clauses than are here now: their own verdicts stand then."""
    record = read_record(content)
    if record.header.suite.catalogue_sha256 != catalogue.digest:
        return ()
    return rejudge(record, catalogue).rulings


def _names(runs: Sequence[Run]) -> list[str]:
    """The names of the targets; where two have the same, with the run."""
    names = [run.record.header.target.name for run in runs]
    slugs = [_slug(name) for name in names]
    return [
        name if slugs.count(slug) == 1 else f"{name} {run.record.header.run}"
        for name, slug, run in zip(names, slugs, runs, strict=True)
    ]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "run"
