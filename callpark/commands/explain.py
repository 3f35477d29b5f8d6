"""`callpark explain ID`."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator

import click

import callpark_spec
from callpark_spec import Catalogue, Clause, ErrorCode, Reading

WIDTH = 96


@click.command("explain")
@click.argument("id", required=False)
def command(id: str | None) -> int:
    """Print a clause, a reading or an error code: the quote, the rule, the cases, a curl line.

    Without ID, list everything that there is to explain.
    """
    catalogue = callpark_spec.load()
    if id is None:
        click.echo("\n".join(_everything(catalogue)))
        return 0
    try:
        found = catalogue.find(id.strip())
    except callpark_spec.UnknownId as error:
        raise click.UsageError(f"{error} (`callpark explain` lists all)") from error
    click.echo("\n".join(_explained(found, catalogue)))
    return 0


def _everything(catalogue: Catalogue) -> Iterator[str]:
    for area in catalogue.areas:
        yield f"{area}:"
        for clause in catalogue.clauses_of_area(area):
            yield f"  {clause.id:<42} {clause.level:<8} {textwrap.shorten(clause.text, 60)}"
    yield "readings:"
    yield from (
        f"  {reading.id:<42} {textwrap.shorten(reading.title, 68)}" for reading in catalogue.readings.values()
    )
    yield "error codes:"
    for code in catalogue.codes.values():
        yield f"  {code.code:<42} {'/'.join(map(str, code.statuses)):<8} {textwrap.shorten(code.meaning, 60)}"


def _explained(found: Clause | Reading | ErrorCode, catalogue: Catalogue) -> Iterator[str]:
    if isinstance(found, Clause):
        return _clause(found)
    if isinstance(found, Reading):
        return _reading(found, catalogue)
    return _code(found, catalogue)


def _clause(clause: Clause) -> Iterator[str]:
    yield f"{clause.id}  ({clause.level})"
    yield from _paragraph(clause.text)
    if clause.quote:
        yield ""
        yield f'The page, line {clause.line}: "{clause.quote}"'
    if clause.source:
        yield ""
        yield from _paragraph(f"Source: {clause.source}", indent="")
    if clause.codes:
        yield f"Codes: {', '.join(clause.codes)}"
    if clause.readings:
        yield f"Readings: {', '.join(clause.readings)}"
    if clause.not_tested:
        yield from _paragraph(f"Not tested: {clause.not_tested}", indent="")
    if clause.no_defect:
        yield from _paragraph(f"No defect: {clause.no_defect}", indent="")
    yield from _cases(clause.id)


def _cases(clause: str) -> Iterator[str]:
    from contract_tests.cases import all_cases
    from contract_tests.draft import DoesNotArise, Lacking, Setting
    from contract_tests.profile import Profile
    from contract_tests.reproduction import curl
    from contract_tests.world import KnownCall

    profile = Profile(secrets={"token": "", "other_token": "", "expired_token": ""})
    call = KnownCall(id="b817d2618fe6f1804333", user=profile.user, extension=profile.extension, view="01")
    shown = [case for case in all_cases() if case.clause == clause]
    if not shown:
        return
    yield ""
    yield "Cases:"
    for case in shown:
        yield f"  {case.id}: {case.title}"
        try:
            request = case.request(Setting(world=profile.world(), call=call))
        except (Lacking, DoesNotArise) as error:
            yield f"    (needs more than the documented call: {error})"
            continue
        yield f"    {curl(request, 'http://127.0.0.1:8080')}"


def _reading(reading: Reading, catalogue: Catalogue) -> Iterator[str]:
    yield f"{reading.id}  (reading)"
    yield f"  {reading.title}"
    yield ""
    yield from _paragraph(reading.question)
    for quote in reading.page_says:
        yield f'  The page, line {quote.line}: "{quote.text}"'
    yield ""
    for label, text in (
        ("table", reading.table),
        ("document", reading.document),
        ("observed", reading.observed),
        ("the mock", reading.mock),
    ):
        if text:
            yield from _paragraph(f"{label}: {text}", indent="")
    if reading.variants:
        yield f"Variants of the mock: {', '.join(reading.variants)}"
    clauses = [clause.id for clause in catalogue.clauses_of_reading(reading.id)]
    if clauses:
        yield f"Clauses: {', '.join(clauses)}"
    yield from _paragraph(f"Source: {reading.source}", indent="")


def _code(code: ErrorCode, catalogue: Catalogue) -> Iterator[str]:
    kind = "on the page" if code.documented else "the kit's own" if code.invented else "on a sibling page"
    yield f"{code.code}  (error code, {kind}; status {' or '.join(map(str, code.statuses))})"
    yield from _paragraph(code.meaning)
    yield from _paragraph(f"Source: {code.source}", indent="")
    clauses = [clause.id for clause in catalogue.clauses_of_code(code.code)]
    if clauses:
        yield "Clauses: " + ", ".join(clauses)
        yield f"Try: callpark explain {shlex.quote(clauses[0])}"


def _paragraph(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent or "  ")
