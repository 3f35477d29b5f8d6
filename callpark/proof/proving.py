"""The proof from beginning to end: trials in worker processes, then tables, then figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

import callpark_spec
from callpark import __version__
from callpark.proof.agenda import Extent, other_trials, second_looks, steady_trials
from callpark.proof.candidate import Trial
from callpark.proof.catalogues import right_servers, wrong_servers
from callpark.proof.empty_servers import EMPTY_SERVERS
from callpark.proof.figures import figures
from callpark.proof.model import FORMAT, VERSION, Proof, Suite
from callpark.proof.outcome import Outcome
from callpark.proof.tables import (
    Right,
    Wrong,
    accusation_rows,
    clause_rows,
    cost_row,
    digest_rows,
    kill_rows,
    vacuity_rows,
)
from callpark.proof.workers import Workers, workers
from callpark_spec import Catalogue

Watch = Callable[[int, int, str], None]
"""Is told how many trials are done, how many there are, and which one was the last."""


def prove(extent: Extent, *, jobs: int, watch: Watch) -> Proof:
    """Runs all trials, `jobs` at a time. May raise `WorkersStuck`."""
    began, started = time.monotonic(), datetime.now(UTC)
    catalogue = callpark_spec.load()
    wrong = wrong_servers(catalogue)[:: extent.every]
    right = dict(list(right_servers(catalogue).items())[:: extent.every])
    alone = steady_trials(extent)
    beside = other_trials(extent, wrong, list(right), EMPTY_SERVERS)
    with workers(jobs) as pool:
        progress = _Progress(watch, len(alone) + len(beside))
        outcomes = [outcome for trial in alone for outcome in progress.run(pool, [trial])]
        outcomes += progress.run(pool, beside)
        again = second_looks(extent, wrong, _of(outcomes, "kill"))
        progress.total += len(again)
        outcomes += progress.run(pool, again)
    return proof_of(
        outcomes,
        catalogue=catalogue,
        wrong=wrong,
        right=right,
        extent=extent.name,
        started=started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=time.monotonic() - began,
    )


def proof_of(
    outcomes: Sequence[Outcome],
    *,
    catalogue: Catalogue,
    wrong: Sequence[Wrong],
    right: dict[str, Right],
    extent: Literal["quick", "full"],
    started: str,
    seconds: float,
) -> Proof:
    """The proof that outcomes come to. Pure."""
    kills = kill_rows(wrong, _of(outcomes, "kill", "explored-kill"))
    clauses = clause_rows(catalogue, wrong, kills)
    accusations = accusation_rows(right, _of(outcomes, "variant", "pair", "explored-variant"))
    vacuity = vacuity_rows(EMPTY_SERVERS, _of(outcomes, "empty"))
    digests = digest_rows(_of(outcomes, "steady", "rough"))
    cost = cost_row(_of(outcomes, "steady"), kills)
    return Proof(
        format=FORMAT,
        version=VERSION,
        extent=extent,
        started=started,
        seconds=round(seconds, 1),
        suite=Suite(
            version=__version__,
            page_sha256=catalogue.page.sha256,
            catalogue_sha256=catalogue.digest,
        ),
        figures=figures(
            cost=cost,
            clauses=clauses,
            kills=kills,
            accusations=accusations,
            vacuity=vacuity,
            digests=digests,
        ),
        cost=cost,
        clauses=clauses,
        kills=kills,
        accusations=accusations,
        vacuity=vacuity,
        digests=digests,
    )


def _of(outcomes: Sequence[Outcome], *purposes: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.trial.purpose in purposes]


class _Progress:
    def __init__(self, watch: Watch, total: int) -> None:
        self.total = total
        self._watch = watch
        self._done = 0

    def run(self, pool: Workers, trials: Sequence[Trial]) -> list[Outcome]:
        found = []
        for outcome in pool.outcomes(trials):
            self._done += 1
            self._watch(self._done, self.total, outcome.trial.candidate.title)
            found.append(outcome)
        return found
