"""`callpark report RECORD...`."""

from __future__ import annotations

from pathlib import Path

import click

from callpark.formats import FILES


@click.command("report")
@click.argument("record_files", metavar="RECORD...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; that of the record by default, of several ./callpark-report.",
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
@click.option(
    "--compare", is_flag=True, help="Say what the second run fixed, broke anew and left; write nothing."
)
def command(
    record_files: tuple[Path, ...], out: Path | None, formats: tuple[str, ...], report_url: str, compare: bool
) -> int:
    """Render records (record.ndjson) again. Refuses one that is incomplete or was edited.

    Records of the same run id are shards of one run and are merged. Several runs are laid side by side: a folder
    for each, and matrix.html. The exit status says nothing about verdicts: it is 0, or 3 where a record is not to
    be believed.
    """
    import callpark_spec
    from callpark.many_runs import runs_of, write_runs
    from callpark.output import Around, write_pages
    from callpark.unwritable import Unwritable
    from contract_tests.record.errors import RecordError
    from contract_tests.reporting.comparison import render_comparison
    from contract_tests.reporting.summary import render_summary
    from contract_tests.verdict import ExitCode

    catalogue = callpark_spec.load()
    try:
        runs = runs_of(record_files, catalogue)
    except RecordError as error:
        click.echo(f"Error: {error}", err=True)
        return int(ExitCode.INCONCLUSIVE)
    if compare:
        if len(runs) != 2:
            raise click.UsageError(f"--compare takes the records of two runs, these are of {len(runs)}")
        click.echo("\n".join(render_comparison(runs[0].record, runs[1].record, catalogue)))
        return 0
    around = Around(report_url=report_url)
    wanted = formats or tuple(FILES)
    if len(runs) > 1 and report_url:
        raise click.UsageError("--report-url is the place of one report, these are several")
    folder = out or (Path("callpark-report") if len(record_files) > 1 else record_files[0].parent)
    try:
        if len(runs) > 1:
            written = write_runs(runs, catalogue, folder, wanted)
        else:
            merged = [runs[0].write(folder)] if len(record_files) > 1 else []
            written = [*merged, *write_pages(runs[0].record, catalogue, folder, wanted, around)]
    except OSError as error:
        raise Unwritable(folder, error) from error
    for run in runs:
        click.echo("\n".join(render_summary(run.record, catalogue)))
    click.echo("written: " + ", ".join(str(path) for path in written))
    return 0
