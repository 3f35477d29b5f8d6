"""The one door: `decide` for what somebody asks, `advance` for what time brings."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mockserver.simulator.addressing import calls_at
from mockserver.simulator.calling import decide_create, decide_end, decide_hang_up, decide_stage
from mockserver.simulator.commands import (
    Command,
    Create,
    End,
    HangUp,
    List,
    Park,
    PickUp,
    SetAnswering,
    Stage,
    UnPark,
)
from mockserver.simulator.events import Event, WorldEvent
from mockserver.simulator.evolve import Draft, fold
from mockserver.simulator.outcomes import Created, Listed, Outcome, Parked, RefusalError, Refused
from mockserver.simulator.parking import decide_park
from mockserver.simulator.retrieving import decide_unpark, unparked
from mockserver.simulator.terminals import decide_pick_up, decide_set_answering
from mockserver.simulator.timing import fired
from mockserver.simulator.world import World

A_MILLISECOND: Final = 0.001


class Decision(Struct, frozen=True, kw_only=True, gc=False):
    """`world` is the one after the events, where it was needed to tell the outcome."""

    outcome: Outcome
    events: tuple[Event, ...] = ()
    world: World | None = None


def decide(world: World, command: Command, now: float) -> Decision:
    """Judge a command in a world whose due timers have been run (`advance`) up to `now`, in epoch seconds.

    A refusal has no events; nothing else may change a world.
    """
    try:
        outcome, events = _DECISIONS[type(command)](world, command, now)
    except RefusalError as refusal:
        return Decision(outcome=refusal.refused)
    happened = tuple(events)
    if outcome is not None:
        return Decision(outcome=outcome, events=happened)
    after = fold(world, happened)
    return Decision(outcome=_outcome_after(after, command, events), events=happened, world=after)


def decide_all(
    world: World, commands: Iterable[Command], effect: Callable[[World, Command, Decision], Decision]
) -> tuple[tuple[Outcome, ...], tuple[Event, ...]]:
    """Each in the world that those before it leave; the first refusal is the only outcome, and nothing happens."""
    outcomes: list[Outcome] = []
    happened: list[Event] = []
    for command in commands:
        decision = effect(world, command, decide(world, command, world.now))
        if isinstance(decision.outcome, Refused):
            return (decision.outcome,), ()
        world = fold(world, decision.events)
        outcomes.append(decision.outcome)
        happened += decision.events
    return tuple(outcomes), tuple(happened)


class Elapsed(Struct, frozen=True, kw_only=True):
    """The world at the new moment, and what happened on the way, in order."""

    world: World
    events: tuple[Event, ...]


def is_quiet(world: World, until: float) -> bool:
    """Whether no timer is due by then."""
    return not world.timers or world.timers[0].due > until + A_MILLISECOND


def advance(world: World, until: float) -> Elapsed:
    """Run every timer due up to and including `until`; time never goes back.

    A timer due within a millisecond counts as due: a moment reached in several steps is a sum of floats.
    """
    if is_quiet(world, until):
        return Elapsed(world=replace(world, now=max(world.now, until)), events=())
    draft = Draft(world)
    happened: list[Event] = []
    while (timer := draft.next_timer) is not None and timer.due <= until + A_MILLISECOND:
        if draft.is_stale(timer):
            draft.drop_next_timer()
            continue
        events = fired(draft, timer)
        for event in events:
            draft.take(event)
        happened += events
    draft.now = max(draft.now, until)
    return Elapsed(world=draft.world(), events=tuple(happened))


def next_due(world: World) -> float | None:
    """The moment of the next timer that still means something."""
    return min((timer.due for timer in world.timers if not world.is_stale(timer)), default=None)


def moment_of(world: World, kind: type[Event]) -> float | None:
    """When the next event of a kind fires if nobody does anything until then; None if it never does."""
    while (due := next_due(world)) is not None:
        elapsed = advance(world, due)
        if any(isinstance(event, kind) for event in elapsed.events):
            return due
        world = elapsed.world
    return None


def _decide_list(world: World, command: List, _now: float) -> tuple[Outcome | None, list[Event]]:
    return Listed(calls=calls_at(world, command.address)), []


def _outcome_after(world: World, command: Command, events: list[Event]) -> Outcome:
    if isinstance(command, UnPark):
        return unparked(world, command, events)
    first = events[0]
    calls = () if isinstance(first, WorldEvent) else (world.calls[first.call_id],)
    if isinstance(command, Park):
        return Parked(calls=calls)
    return Listed(calls=calls) if isinstance(command, PickUp) else Created(calls=calls)


_DECISIONS: Final[
    Mapping[type[Command], Callable[[World, Any, float], tuple[Outcome | None, list[Event]]]]
] = {
    List: _decide_list,
    UnPark: decide_unpark,
    Park: decide_park,
    Create: decide_create,
    HangUp: decide_hang_up,
    Stage: decide_stage,
    End: decide_end,
    SetAnswering: decide_set_answering,
    PickUp: decide_pick_up,
}
