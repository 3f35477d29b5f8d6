"""A check from the front door: approach, run, render, summary. `check` and `demo` share it."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import click

import callpark_spec
from callpark import __version__
from callpark.crash import keep_out
from callpark.interrupt import safely_interrupted
from callpark.output import RECORD, Around, write_findings, write_pages
from callpark.progress import shown_progress
from contract_tests.approach import Approach
from contract_tests.check import Check, Plan
from contract_tests.lanes.finding import Finding
from contract_tests.record.reader import read_record
from contract_tests.reporting.summary import render_summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The exit status of a check and the files that it left, the record first."""

    exit_code: int
    files: tuple[Path, ...]
    findings: tuple[Finding, ...] = ()


def run_check(
    approach: Approach,
    plan: Plan,
    *,
    folder: Path,
    formats: Sequence[str],
    around: Around = Around(),
    quiet: bool = False,
) -> Checked:
    """Checks, writes record and pages into the folder, and prints the summary.

    May raise `NothingSelected`, and OSError where the folder cannot be written.
    """
    catalogue = callpark_spec.load()
    approach.target.tell_of_tokens(keep_out)
    path = folder / RECORD
    with (
        safely_interrupted(),
        closing(approach.target),
        _created(path) as stream,
        shown_progress(quiet=quiet, asks=approach.rung.name == "operator") as watch,
        _home_for_hypothesis(),
        _what_is_loaded_kept(),
    ):
        check = Check(
            plan=plan,
            target=approach.target,
            rung=approach.rung,
            catalogue=catalogue,
            version=__version__,
            stream=stream,
            sleep=time.sleep,
            watch=watch,
        )
        try:
            outcome = check.run()
        except KeyboardInterrupt:
            click.echo(f"{path} has no footer: it shows what was sent, and no report is made of it", err=True)
            raise
    record = read_record(path)
    pages = write_pages(record, catalogue, folder, formats, around)
    pages += write_findings(outcome.findings, approach.target.url, folder)
    width = min(shutil.get_terminal_size((100, 24)).columns, 120)
    click.echo("\n".join(render_summary(record, catalogue, width=width)))
    return Checked(exit_code=int(outcome.exit_code), files=(path, *pages), findings=outcome.findings)


@contextmanager
def _what_is_loaded_kept() -> Iterator[None]:
    """The collector of garbage goes through all that there is again and again; most of it is code and stays."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _home_for_hypothesis() -> Iterator[None]:
    """hypothesis caches tables in the working directory; a check leaves nothing outside its folder."""
    variable = "HYPOTHESIS_STORAGE_DIRECTORY"
    if variable in os.environ:
        yield
        return
    with TemporaryDirectory() as home:
        os.environ[variable] = home
        try:
            yield
        finally:
            del os.environ[variable]


def _created(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")
