"""A run beside the baseline of the command line: its exit status, its JUnit file, and a baseline to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

import callpark_spec
from callpark.output import TELL_OF_KNOWN, Around, write_pages
from callpark.unwritable import Unwritable
from contract_tests.baseline import Known, as_yaml, beside, is_explored
from contract_tests.cases import all_cases
from contract_tests.judge.judge import standing_rows
from contract_tests.record.reader import read_record, rulings
from contract_tests.reporting.sentence import counted

BASELINE_DAYS = 90


def exit_beside(
    record_file: Path, known: tuple[Known, ...], *, formats: Sequence[str], around: Around
) -> int:
    """The exit status beside a baseline; says what it excuses, what is new, and which of its entries are no good."""
    record = read_record(record_file)
    left = beside(rulings(record), known, reading=record.header.reading, today=datetime.now(UTC).date())
    for ruling, entry in left.excused:
        click.echo(f"known: {ruling.case}, {entry}")
    for ruling, entry in left.glimpsed:
        click.echo(f"known, and seen once this time: {ruling.case}, {entry}")
    for ruling in left.resting:
        click.echo(f"open for what is known: {ruling.case}")
    for ruling in left.fresh:
        click.echo(f"new: {ruling.case}")
    for entry in left.expired:
        click.echo(f"expired on {entry.until}: {entry.name} ({entry.reason}); mend it or give it another day")
    for entry in left.stale:
        click.echo(f"stale: {entry.name} is not found any more; take it out of the baseline")
    click.echo(
        f"beside the baseline: {counted(len(left.excused), 'finding')} known, {len(left.fresh)} new;"
        f" exit status {int(left.exit_code)}"
    )
    reasons = {ruling.case: str(entry) for ruling, entry in (*left.excused, *left.glimpsed)}
    reasons |= {ruling.case: f"for {', '.join(ruling.because)}" for ruling in left.resting}
    telling = [name for name in formats if name in TELL_OF_KNOWN]
    write_pages(record, callpark_spec.load(), record_file.parent, telling, replace(around, known=reasons))
    return int(left.exit_code)


def still_good(known: Iterable[Known]) -> tuple[Known, ...]:
    """The entries whose day is not over."""
    today = datetime.now(UTC).date()
    return tuple(entry for entry in known if entry.until >= today)


def known_names() -> frozenset[str]:
    """The ids that an entry of a baseline may have."""
    return frozenset({*callpark_spec.load().clauses, *(case.id for case in all_cases()), *standing_rows()})


def write_baseline(path: Path, record_file: Path) -> None:
    """The findings of a record as a baseline. Raises `Unwritable` where the file is there already.

    A race that was lost goes by its clause: which of them are lost is chance.
    """
    record, names = read_record(record_file), known_names()
    findings = {
        ruling.case if ruling.case in names or is_explored(ruling.case) else ruling.clause: ruling.actual
        for ruling in rulings(record)
        if ruling.is_finding and ruling.reading == record.header.reading
    }
    until = datetime.now(UTC).date() + timedelta(days=BASELINE_DAYS)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(as_yaml(findings, until=until))
    except OSError as error:
        raise Unwritable(path, error) from error
    click.echo(f"written: {path}, {counted(len(findings), 'finding')} until {until}; give each a reason")
