"""How far a check is: live on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from contract_tests.check import Started

EVERY = 50


@contextmanager
def shown_progress(*, quiet: bool, asks: bool = False) -> Iterator[Callable[[Started], None]]:
    """A function to be told of each case; what it prints goes to standard error.

    Where the check `asks` somebody at the terminal nothing is drawn anew: it would wipe out question and answer.
    """
    if quiet:
        yield lambda started: None
    elif sys.stderr.isatty() and not asks:
        with _live() as watch:
            yield watch
    else:
        yield _plain()


def _plain() -> Callable[[Started], None]:
    """A case that is sent once more is no progress, and takes no line of its own."""
    last: Started | None = None

    def watch(started: Started) -> None:
        nonlocal last
        if started == last:
            return
        last = started
        if started.place in (1, started.total) or started.place % EVERY == 0 or started.total is None:
            of = f" of {started.total}" if started.total else ""
            print(f"case {started.place}{of}: {started.clause}", file=sys.stderr, flush=True)

    return watch


@contextmanager
def _live() -> Iterator[Callable[[Started], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def watch(started: Started) -> None:
            progress.update(task, completed=started.place, total=started.total, description=started.clause)

        yield watch
