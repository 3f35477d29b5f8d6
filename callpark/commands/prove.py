"""`callpark prove`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from callpark.unwritable import Unwritable

NOT_PROVEN = 1
INTERRUPTED = 130


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
@click.option(
    "--resume", is_flag=True, help="Go on with a proof that was cut short, if it was of this very code."
)
@click.option("--quiet", is_flag=True, help="No progress, only the summary.")
def command(quick: bool, out: Path, jobs: int | None, resume: bool, quiet: bool) -> int:
    """Run the checker over wrong, right and empty servers, and write down what it can tell apart.

    \b
    Exit status: 0 if every figure holds, 1 if one does not or the code changed while it was proven, 2 usage, 5 our own
    fault, 130 interrupted. A proof that is cut short prints what it came to so far; only its outcomes are written.
    """  # fmt: skip
    import shutil

    from callpark.proof.agenda import FULL, QUICK
    from callpark.proof.journal import NAME, Head, Journal, closing_journal, code_digest
    from callpark.proof.pages import write_proof
    from callpark.proof.progress import shown_trials
    from callpark.proof.proving import Interrupted, now, prove
    from callpark.proof.terminal import render_terminal

    extent = QUICK if quick else FULL
    width = min(shutil.get_terminal_size((120, 24)).columns, 140)
    head = Head(extent=extent.name, code=code_digest(), started=now())
    try:
        out.mkdir(parents=True, exist_ok=True)
        journal = Journal(out / NAME, head, resume=resume)
    except OSError as error:
        raise Unwritable(out, error) from error
    if resume and not quiet:
        click.echo(f"{len(journal.earlier)} trials are done already", err=True)
    with closing_journal(journal):
        try:
            with shown_trials(quiet=quiet) as watch:
                proof = prove(extent, jobs=jobs or os.cpu_count() or 1, watch=watch, journal=journal)
            if not journal.is_of_this_code:
                journal.remove()
                click.echo("the code changed while it was proven: nothing is written; run it again", err=True)
                return NOT_PROVEN
            written = write_proof(proof, out)
            journal.remove()
        except Interrupted as cut:
            click.echo("\n".join(render_terminal(cut.proof, width=width)))
            if journal.is_of_this_code:
                click.echo(f"interrupted: {cut}; --resume goes on from there", err=True)
            else:
                journal.remove()
                click.echo(
                    f"interrupted: {cut}; the code changed meanwhile, so that they are of no use", err=True
                )
            return INTERRUPTED
        except OSError as error:
            raise Unwritable(out, error) from error
    click.echo("\n".join(render_terminal(proof, width=width)))
    click.echo("written: " + ", ".join(map(str, written)))
    return 0 if proof.holds else NOT_PROVEN
