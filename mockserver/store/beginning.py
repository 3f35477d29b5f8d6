"""The first event of a session, and of every life it begins after a reset."""

from dataclasses import dataclass

from mockserver.behaviour import Behaviour
from mockserver.clock import Clock, ClockSet
from mockserver.scenarios.scenario import Scenario
from mockserver.simulator.door import decide
from mockserver.simulator.events import Event
from mockserver.simulator.evolve import fold
from mockserver.simulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Whatever was before is over: calls, wire faults, journal.  Everything a session begins with is in here.

    `rate` and `start` are those of its clock, `variants` and `defect` those that every reset brings back.
    """

    at: float
    scenario: Scenario
    seed: int = 0
    rate: float = 1.0
    start: float | None = None
    variants: tuple[str, ...] = ()
    defect: str | None = None


def beginning(
    scenario: Scenario, *, clock: Clock, seed: int, behaviour: Behaviour, is_empty: bool = False
) -> tuple[Begun | ClockSet | Event, ...]:
    """All that a session begins with, the calls of its scenario included unless it `is_empty`."""
    setting = clock.beginning()
    begun = Begun(
        at=setting.at,
        scenario=scenario,
        seed=seed,
        rate=clock.rate,
        start=clock.start,
        variants=behaviour.variants,
        defect=behaviour.defect,
    )
    staged: list[Event] = []
    world = World(directory=scenario.directory, rules=behaviour.policy.rules, now=setting.at)
    for stage in () if is_empty else scenario.stages:
        events = decide(world, stage, world.now).events
        world = fold(world, events)
        staged += events
    return begun, setting, *staged
