"""What a check would send and use up, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from contract_tests.case import Case, Kind
from contract_tests.draft import Setting
from contract_tests.expectation import expect
from contract_tests.lanes.expiry import EXPIRY_ROUNDS
from contract_tests.lanes.explore import AND_BACK, GENERATED, SEQUENCES, TWICE
from contract_tests.lanes.hunt import MOST_STEPS
from contract_tests.lanes.machine import MOST_CALLS, STEPS
from contract_tests.lanes.packing import packed
from contract_tests.lanes.pairs import PLACES, combinations_in
from contract_tests.lanes.races import RACES, ROUNDS
from contract_tests.lanes.steps import Step, request_of
from contract_tests.world import KnownCall, World

OF_THE_EXPIRY: Final = (1 + 2) * (EXPIRY_ROUNDS // 2) + 2
"""Requests of the rounds against the clock, every other of which has two UnParks, and what opens two connections."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the lane explore: what it does, and how many requests, parked calls and rings it takes at the most."""

    title: str
    requests: int
    parked_calls: int
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
    call = _a_call(world)
    retrievals = len(packed(variations, Setting(world=world, call=call))[1]) if scarce else len(variations)
    grey = 0 if scarce else observations
    repeated, talking = kinds.count(Kind.REPEATED), kinds.count(Kind.NOT_PARKED)
    around_control = 6
    after_others = 0 if scarce else bool(refusals + observations) + bool(variations)
    return Forecast(
        cases=len({*(case.id for case in cases), control.id}),
        requests=2 * (refusals + grey + retrievals + repeated) + 3 * talking + around_control + after_others,
        parked_calls=1 + retrievals + (0 if scarce else 1),
        other_calls=talking,
        rings=1 + retrievals,
    )


def exploring(world: World, *, timed: bool) -> list[Part]:
    """What the lane explore does besides its generated cases, on a target that conforms and keeps its connections.

    `timed` says whether the rung can park calls for a set time. Numbers are bounds: chance may keep below them. A
    finding takes more, since it is shrunk and seen again.
    """
    return [
        _to_and_fro(),
        _combined(world),
        *_races(world, timed=timed),
        Part(title="generated requests", requests=3 * GENERATED, parked_calls=GENERATED, rings=GENERATED),
        Part(
            title="drawn sequences",
            requests=SEQUENCES * (1 + STEPS * (2 + MOST_CALLS + STEPS)),
            parked_calls=SEQUENCES * (1 + STEPS),
            rings=SEQUENCES * STEPS,
        ),
    ]


def _to_and_fro() -> Part:
    steps = [step.does for sequence in (TWICE, AND_BACK) for step in sequence]
    retrieved = sum(_retrievals(sequence) for sequence in (TWICE, AND_BACK))
    parked = steps.count("park")
    return Part(
        title="a call retrieved and parked again",
        requests=2 * len(steps) - parked,
        parked_calls=parked,
        rings=retrieved,
    )


def _retrievals(sequence: Iterable[Step]) -> int:
    count, parked = 0, False
    for step in sequence:
        count += parked and step.does == "unpark"
        parked = step.does in ("park", "park-again")
    return count


def _combined(world: World) -> Part:
    """A combination that is in order uses up its call; those with a fault share one as long as it may be used."""
    together = combinations_in(world)
    call = _a_call(world)
    around = world.holding([call])
    requests = [request_of(Step(does="unpark", changes=one.changes), [call], world) for one in together]
    sent = [request for request in requests if request is not None]
    in_order = sum(not expect(request, around, "document").faults for request in sent)
    faulty = len(sent) - in_order
    shared = -(-faulty // (MOST_STEPS - 1)) + len(PLACES)
    return Part(
        title="every two variations in one request",
        requests=2 * len(sent) + in_order + shared,
        parked_calls=in_order + shared,
        rings=in_order,
    )


def _races(world: World, *, timed: bool) -> Iterable[Part]:
    run = [racers for _, racers in RACES.values() if world.sibling or "retrieve-elsewhere" not in racers]
    yield Part(
        title="races",
        requests=sum(len(racers) + ROUNDS * (len(racers) + 1) for racers in run),
        parked_calls=ROUNDS * len(run),
        rings=ROUNDS * len(run),
    )
    if timed:
        yield Part(
            title="races against the time in the lot",
            requests=OF_THE_EXPIRY + 2 * EXPIRY_ROUNDS + 3,
            parked_calls=EXPIRY_ROUNDS + 2,
            rings=EXPIRY_ROUNDS + 1,
        )


def _a_call(world: World) -> KnownCall:
    return KnownCall(id="0" * 20, user=world.user, extension=world.extension, view="01", views=("01",))
