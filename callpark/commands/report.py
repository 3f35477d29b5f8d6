"""`callpark report RECORD`."""

from __future__ import annotations

from pathlib import Path

import click

from callpark.output import FORMATS, write_pages


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
    type=click.Choice(list(FORMATS)),
    help="What to render; all by default.",
)
def command(record_file: Path, out: Path | None, formats: tuple[str, ...]) -> int:
    """Render a RECORD (record.ndjson) again. Refuses one that is incomplete or was edited."""
    import callpark_spec
    from contract_tests.record.errors import RecordError
    from contract_tests.record.reader import read_record
    from contract_tests.reporting.summary import render_summary

    try:
        record = read_record(record_file)
    except RecordError as error:
        raise click.ClickException(str(error)) from error
    catalogue = callpark_spec.load()
    written = write_pages(record, catalogue, out or record_file.parent, formats or tuple(FORMATS))
    click.echo("\n".join(render_summary(record, catalogue)))
    click.echo("written: " + ", ".join(str(path) for path in written))
    return 0
