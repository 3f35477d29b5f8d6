"""The proof from beginning to end: trials in worker processes, then tables, then figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

import callpark_spec
from callpark import __version__
from callpark.proof.agenda import (
    Extent,
    batches_of,
    other_trials,
    rough_trials,
    second_looks,
    steady_trials,
)
from callpark.proof.candidate import Trial
from callpark.proof.catalogues import right_servers, wrong_servers
from callpark.proof.empty_servers import EMPTY_SERVERS
from callpark.proof.figures import figures
from callpark.proof.journal import Journal, left_of
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


class Interrupted(KeyboardInterrupt):
    """A proof that was cut short: what it came to so far, and how many of its trials were done."""

    def __init__(self, proof: Proof, done: int, total: int) -> None:
        super().__init__(f"{done} of {total} trials were done")
        self.proof = proof
        self.done = done
        self.total = total


def prove(extent: Extent, *, jobs: int, watch: Watch, journal: Journal | None = None) -> Proof:
    """Runs all trials, `jobs` at a time, but for those that the journal has. Raises `Interrupted` on Ctrl-C."""
    began, started = time.monotonic(), now()
    catalogue = callpark_spec.load()
    wrong = wrong_servers(catalogue)[:: extent.every]
    right = dict(list(right_servers(catalogue).items())[:: extent.every])
    proving = _Proving(watch, journal, began)
    alone, rough = steady_trials(extent), rough_trials(extent)
    beside = other_trials(extent, wrong, list(right), EMPTY_SERVERS)

    def proof() -> Proof:
        tried = {outcome.trial.candidate.defect for outcome in proving.outcomes}
        return proof_of(
            proving.outcomes,
            catalogue=catalogue,
            wrong=[each for each in wrong if each.slug in tried],
            right=right,
            extent=extent.name,
            started=journal.head.started if journal else started,
            seconds=(journal.elapsed if journal else 0.0) + time.monotonic() - began,
        )

    proving.total = len(alone) + len(rough) + len(beside)
    try:
        with workers(jobs) as pool:
            proving.run(pool, alone)
            proving.run(pool, beside, rough)
            again = second_looks(extent, wrong, _of(proving.outcomes, "kill"))
            proving.total += len(again)
            proving.run(pool, again)
    except KeyboardInterrupt:
        raise Interrupted(proof(), len(proving.outcomes), proving.total) from None
    return proof()


def now() -> str:
    """The time for the proof, as RFC 3339 has it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


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


class _Proving:
    """Outcomes as they come: kept, counted, told of."""

    def __init__(self, watch: Watch, journal: Journal | None, began: float) -> None:
        self.outcomes: list[Outcome] = []
        self.total = 0
        self._watch = watch
        self._journal = journal
        self._began = began

    def run(self, pool: Workers, trials: Sequence[Trial], waiting: Sequence[Trial] = ()) -> None:
        """Runs what was not run before. `waiting` are trials that may run beside whatever works."""
        earlier = [one for one in self._earlier() if one.trial in {*trials, *waiting} and not one.trouble]
        self.outcomes += earlier
        found = pool.outcomes(
            batches_of(left_of(trials, earlier)), [(trial,) for trial in left_of(waiting, earlier)]
        )
        for outcome in found:
            self.outcomes.append(outcome)
            if self._journal:
                self._journal.keep(outcome, time.monotonic() - self._began)
            self._watch(len(self.outcomes), self.total, outcome.trial.candidate.title)

    def _earlier(self) -> list[Outcome]:
        return self._journal.earlier if self._journal else []
