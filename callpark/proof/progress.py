"""How far a proof is: live on a terminal, a plain line now and then elsewhere. On standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from callpark.proof.proving import Watch

EVERY = 20


@contextmanager
def shown_trials(*, quiet: bool) -> Iterator[Watch]:
    """A function to be told of each trial that is done."""
    if quiet:
        yield lambda done, total, title: None
    elif sys.stderr.isatty():
        with _live() as watch:
            yield watch
    else:
        print("starting the servers", file=sys.stderr, flush=True)
        yield _plain


def _plain(done: int, total: int, title: str) -> None:
    if done == 1 or done % EVERY == 0 or done == total:
        print(f"trial {done} of {total}: {title}", file=sys.stderr, flush=True)


@contextmanager
def _live() -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting the servers", total=None)

        def watch(done: int, total: int, title: str) -> None:
            progress.update(task, completed=done, total=total, description=title)

        yield watch
