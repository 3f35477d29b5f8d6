"""`callpark demo`."""

from __future__ import annotations

from pathlib import Path

import click

from callpark.unwritable import Unwritable


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("callpark-report"),
    show_default=True,
)
def command(out: Path) -> int:
    """Start the mock on a free port, retrieve the documented call, check the mock, and write the report."""
    from callpark.demonstration import demonstrate

    try:
        return demonstrate(out)
    except OSError as error:
        raise Unwritable(out, error) from error
