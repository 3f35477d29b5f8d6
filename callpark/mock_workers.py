"""What `callpark mock --workers` needs."""

from __future__ import annotations

import click


def check_workers(workers: int, store: str, watch: bool) -> None:
    """Raise UsageError for several workers that could not serve one world."""
    if workers == 1:
        return
    from mockserver.serving.workers import can_fork
    from mockserver.store.opening import MEMORY, is_shared

    if store == MEMORY:
        raise click.UsageError(
            "--workers needs --store redis://HOST:PORT: what one process has in memory, the others do not see"
        )
    if not is_shared(store):
        raise click.UsageError(
            f"--workers needs --store redis://HOST:PORT: {store} is served by one process, which alone hears of "
            "the changes that a waiting request waits for"
        )
    if watch:
        raise click.UsageError("--watch goes with one worker: each would begin the sessions again")
    if not can_fork():
        raise click.UsageError(
            "--workers needs a system that can fork; start several mocks on one --store instead"
        )
