"""Which trials a proof consists of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from callpark.proof.candidate import Candidate, Trial, pairs_of
from callpark.proof.outcome import Outcome
from callpark.proof.tables import Wrong, sees

PAIR_SEED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is run: numbers of runs for the digest, of pairs of variants, of seeds for the explore lane.

    The lane explore is given at most `exploring` seconds for a variant and `catching` seconds for a defect; without
    them it is not asked. Each variant is explored with every seed, each pair with one of them in turn. Of defects and
    variants every `every`th is tried; what is left out is in none of the figures.
    """

    name: Literal["quick", "full"]
    steady: int
    rough: int
    pairs: int
    explore_seeds: int
    exploring: float
    catching: float
    every: int = 1


QUICK: Final = Extent(name="quick", steady=3, rough=0, pairs=0, explore_seeds=0, exploring=0.0, catching=60.0)
FULL: Final = Extent(
    name="full", steady=20, rough=20, pairs=200, explore_seeds=10, exploring=120.0, catching=120.0
)


def rough_trials(extent: Extent) -> list[Trial]:
    """The mock behind rough networks. They wait most of the time, so that they may run beside whatever works."""
    return [
        Trial(candidate=Candidate(rough_seed=seed), purpose="rough", max_time=300)
        for seed in range(extent.rough)
    ]


def steady_trials(extent: Extent) -> list[Trial]:
    """The mock as it is, again and again; to be run with nothing beside them, because they are timed."""
    return [Trial(candidate=Candidate(), purpose="steady") for _ in range(extent.steady)]


def other_trials(
    extent: Extent, wrong: Iterable[Wrong], variants: Sequence[str], empty: Iterable[str]
) -> list[Trial]:
    """Everything else, what takes long first; trials of one candidate stand together.

    What the lane explore does in the same way with every seed it does with the first one alone.
    """
    pairs = pairs_of(variants, extent.pairs, PAIR_SEED)
    return [
        *(
            _explored(
                Trial(
                    candidate=Candidate(variants=(slug,)),
                    purpose="explored-variant",
                    seed=seed,
                    by_chance=seed > 0,
                ),
                extent.exploring,
            )
            for slug in variants
            for seed in range(extent.explore_seeds)
        ),
        *(
            _explored(
                Trial(
                    candidate=Candidate(variants=pair),
                    purpose="pair",
                    seed=place % max(1, extent.explore_seeds),
                ),
                extent.exploring,
            )
            for place, pair in enumerate(pairs)
        ),
        *(Trial(candidate=Candidate(defect=each.slug), purpose="kill") for each in wrong),
        *(Trial(candidate=Candidate(empty=name), purpose="empty") for name in empty),
        *(Trial(candidate=Candidate(variants=(slug,)), purpose="variant") for slug in variants),
    ]


def batches_of(trials: Iterable[Trial]) -> list[tuple[Trial, ...]]:
    """Trials of one candidate that stand together, as one batch."""
    return [tuple(batch) for _, batch in groupby(trials, key=lambda trial: trial.candidate)]


def second_looks(extent: Extent, wrong: Iterable[Wrong], outcomes: Iterable[Outcome]) -> list[Trial]:
    """The lane explore for every tried defect that the lane conform did not see."""
    known = {outcome.trial.candidate.defect: outcome for outcome in outcomes}
    return [
        _explored(Trial(candidate=Candidate(defect=each.slug), purpose="explored-kill"), extent.catching)
        for each in wrong
        if extent.catching and each.slug in known and not sees(known[each.slug], each)
    ]


def _explored(trial: Trial, seconds: float) -> Trial:
    return Trial(
        candidate=trial.candidate,
        purpose=trial.purpose,
        lane="explore" if trial.by_chance else "all",
        seed=trial.seed,
        max_time=seconds,
        by_chance=trial.by_chance,
    )
