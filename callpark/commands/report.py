"""`callpark report RECORD`."""

from __future__ import annotations

from pathlib import Path

import click

from callpark.formats import FILES


@click.command("report")
@click.argument("record_file", metavar="RECORD", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; that of the record by default.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FILES)),
    help="What to render; all by default.",
)
@click.option(
    "--report-url",
    default="",
    metavar="URL",
    help="Where report.html will be found; other formats link to it.",
)
def command(record_file: Path, out: Path | None, formats: tuple[str, ...], report_url: str) -> int:
    """Render a RECORD (record.ndjson) again. Refuses one that is incomplete or was edited."""
    import callpark_spec
    from callpark.output import Around, write_pages
    from contract_tests.record.errors import RecordError
    from contract_tests.record.reader import read_record
    from contract_tests.reporting.summary import render_summary

    try:
        record = read_record(record_file)
    except RecordError as error:
        raise click.ClickException(str(error)) from error
    catalogue = callpark_spec.load()
    folder = out or record_file.parent
    around = Around(report_url=report_url)
    written = write_pages(record, catalogue, folder, formats or tuple(FILES), around)
    click.echo("\n".join(render_summary(record, catalogue)))
    click.echo("written: " + ", ".join(str(path) for path in written))
    return 0
