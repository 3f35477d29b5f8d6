"""Many trials at once, each worker a process with a server process of its own."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.pool import Pool
from typing import Final

from callpark.proof.candidate import Trial
from callpark.proof.outcome import Outcome
from callpark.proof.server_process import ServerFailed, ServerProcess

_LONGEST_SILENCE: Final = 300.0
_server = ServerProcess()


class WorkersStuck(Exception):
    """No trial ended for a long time."""


@dataclass(frozen=True, slots=True)
class Workers:
    pool: Pool

    def outcomes(self, trials: Sequence[Trial]) -> Iterator[Outcome]:
        """Outcomes in the order in which they come. Raises `WorkersStuck`."""
        coming = self.pool.imap_unordered(_work, trials)
        for _ in trials:
            try:
                yield coming.next(timeout=_LONGEST_SILENCE)
            except multiprocessing.TimeoutError:
                raise WorkersStuck(f"no trial ended within {_LONGEST_SILENCE:.0f} seconds") from None


@contextmanager
def workers(count: int) -> Iterator[Workers]:
    """That many processes, ended when the block is left, whichever way; their servers end with them."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(count, initializer=_ignore_interrupts) as pool:
        yield Workers(pool)
        pool.close()
        pool.join()


def _ignore_interrupts() -> None:
    """The one who waits for the workers ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(trial: Trial) -> Outcome:
    from callpark.proof.trial import tried

    try:
        url = _server.serve(trial.candidate)
    except ServerFailed as error:
        return Outcome(trial=trial, trouble=str(error))
    return tried(trial, url)
