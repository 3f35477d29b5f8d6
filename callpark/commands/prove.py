"""`callpark prove`."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("prove")
@click.option("--quick", is_flag=True, help="Every defect, variant and empty server once; some minutes.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports/proof"),
    show_default=True,
    help="Folder to write to.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    help="Trials at the same time; as many as there are cores by default.",
)
@click.option("--quiet", is_flag=True, help="No progress, only the summary.")
def command(quick: bool, out: Path, jobs: int | None, quiet: bool) -> int:
    """Run the checker over wrong, right and empty servers, and write down what it can tell apart.

    \b
    Exit status: 0 if every figure holds, 1 if one does not, 5 our own fault, 130 interrupted.
    """  # fmt: skip
    import shutil

    from callpark.proof.agenda import FULL, QUICK
    from callpark.proof.pages import write_proof
    from callpark.proof.progress import shown_trials
    from callpark.proof.proving import prove
    from callpark.proof.terminal import render_terminal

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror or error}") from error
    with shown_trials(quiet=quiet) as watch:
        proof = prove(QUICK if quick else FULL, jobs=jobs or os.cpu_count() or 1, watch=watch)
    try:
        written = write_proof(proof, out)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror or error}") from error
    width = min(shutil.get_terminal_size((120, 24)).columns, 140)
    click.echo("\n".join(render_terminal(proof, width=width)))
    click.echo("written: " + ", ".join(map(str, written)))
    return 0 if proof.holds else 1
