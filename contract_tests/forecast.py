"""What a check would send and use up, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contract_tests.case import Case, Kind
from contract_tests.draft import Setting
from contract_tests.lanes.packing import packed
from contract_tests.world import KnownCall, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Numbers of a run against a target that conforms; a faulty one may take a few more of each.

    `requests` are those under test and the listings around them, without set-up. `rings` is how often the
    retriever's phone rings.
    """

    cases: int
    requests: int
    parked_calls: int
    other_calls: int
    rings: int


def forecast(cases: Sequence[Case], control: Case, world: World, *, scarce: bool, safe: bool) -> Forecast:
    """Counts what the conform lane would do with these cases."""
    kinds = [case.kind for case in cases]
    refusals = kinds.count(Kind.REFUSAL)
    observations = kinds.count(Kind.OBSERVATION)
    variations = [case for case in cases if case.kind is Kind.RETRIEVAL and case is not control]
    if safe:
        return Forecast(
            cases=refusals, requests=2 * refusals + 1, parked_calls=1 if scarce else 2, other_calls=0, rings=0
        )
    call = KnownCall(id="0" * 20, user=world.user, extension=world.extension, view="01", views=("01",))
    retrievals = len(packed(variations, Setting(world=world, call=call))[1]) if scarce else len(variations)
    grey = 0 if scarce else observations
    repeated, talking = kinds.count(Kind.REPEATED), kinds.count(Kind.NOT_PARKED)
    around_control = 6
    after_others = 0 if scarce else bool(refusals + observations) + bool(variations)
    return Forecast(
        cases=len(cases),
        requests=2 * (refusals + grey + retrievals + repeated) + 3 * talking + around_control + after_others,
        parked_calls=1 + retrievals + (0 if scarce else 1),
        other_calls=talking,
        rings=1 + retrievals,
    )
