"""What a trial is done on: a server of the proof, and how it is reached."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from contract_tests.selection import Lane


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """The mock with a defect or with variants, or one of the empty servers; by default the mock as it is.

    `rough_seed` puts a rough network between: late packets and broken connections, decided by this seed.
    """

    defect: str = ""
    variants: tuple[str, ...] = ()
    empty: str = ""
    rough_seed: int | None = None

    @property
    def title(self) -> str:
        name = self.defect or self.empty or " + ".join(self.variants) or "the mock"
        return name if self.rough_seed is None else f"{name} behind a rough network"


Purpose = Literal["steady", "rough", "kill", "explored-kill", "variant", "explored-variant", "pair", "empty"]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One check of one candidate. Nothing is sent after `max_time` seconds.

    With `by_chance` only what the seed or the moment decides is tried of the lane explore.
    """

    candidate: Candidate
    purpose: Purpose
    lane: Lane = "conform"
    seed: int = 0
    max_time: float = 60.0
    by_chance: bool = False


def pairs_of(slugs: Iterable[str], count: int, seed: int) -> list[tuple[str, str]]:
    """That many different pairs, the same ones for the same seed; all of them where there are no more."""
    from itertools import combinations
    from random import Random

    every = list(combinations(slugs, 2))
    return Random(seed).sample(every, min(count, len(every)))
