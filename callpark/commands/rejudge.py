"""`callpark rejudge RECORD`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("rejudge")
@click.argument("record_file", metavar="RECORD", type=click.Path(path_type=Path))
def command(record_file: Path) -> int:
    """Judge the exchanges of a RECORD again, offline, and say which rows come out differently.

    The exit status is that of the verdicts as they come out now, and 3 where the record is not to be believed.
    """
    import callpark_spec
    from contract_tests.record.errors import RecordError
    from contract_tests.record.reader import read_record
    from contract_tests.rejudge import rejudge
    from contract_tests.verdict import ExitCode

    try:
        record = read_record(record_file)
    except RecordError as error:
        click.echo(f"could not be judged: {error}", err=True)
        return int(ExitCode.INCONCLUSIVE)
    again = rejudge(record, callpark_spec.load())
    click.echo(f"{len(again.rulings)} rows judged again, {len(again.changed)} come out differently")
    for change in again.changed:
        row = change.after or change.before
        assert row is not None
        was = change.before.verdict if change.before else "no row"
        now = change.after.verdict if change.after else "no row"
        click.echo(f"  {row.case} ({row.reading}): {was} -> {now}")
    return int(again.exit_code)
