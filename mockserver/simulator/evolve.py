"""`evolve`: the one place where a world becomes the next one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from heapq import heapify, heappop, heappush
from typing import Any, Final

from mockserver.simulator.events import (
    AnsweringSet,
    CallAnswered,
    CallEnded,
    CallParked,
    CallPlaced,
    CallRetrieved,
    ComebackAnswered,
    ComebackStarted,
    Event,
    RetrievalGivenUp,
    RetrievalStarted,
)
from mockserver.simulator.lifecycle import SLOT_OF, Flow, Phase, Slot, Status, Step, after
from mockserver.simulator.phone_call import Parking, Pending, PhoneCall, Retrieval, View, next_view_id
from mockserver.simulator.world import Lot, Timer, World

STEP_OF: Final[Mapping[type[Event], Step]] = {
    CallAnswered: Step.ANSWER,
    CallParked: Step.PARK,
    RetrievalStarted: Step.RETRIEVE,
    CallRetrieved: Step.ANSWER,
    RetrievalGivenUp: Step.GIVE_UP,
    ComebackStarted: Step.EXPIRE,
    ComebackAnswered: Step.ANSWER,
    CallEnded: Step.END,
}


def evolve(world: World, event: Event) -> World:
    """Raise IllegalStepError if the event does not fit the phase its call is in."""
    if isinstance(event, AnsweringSet):
        return replace(_world_changed(world, event), now=max(world.now, event.at))
    if isinstance(event, CallPlaced):
        before, changed, phase = None, event.call, event.call.phase
    else:
        before = world.calls[event.call_id]
        changed = _CHANGES[type(event)](before, event)
        phase = after(before.phase, STEP_OF[type(event)])
    due: float | None = getattr(event, "due", None)
    timers, timers_set = _timers(world, before, event.call_id, due)
    picks_up: bool = getattr(event, "picks_up", False)
    pending = None if due is None else Pending(timer=timers_set, due=due, picks_up=picks_up)
    call = replace(changed, phase=phase, pending=pending)
    return World(
        directory=world.directory,
        rules=world.rules,
        calls=_calls_with(world.calls, call),
        lots=_lots_with(world, before, call),
        timers=timers,
        timers_set=timers_set,
        now=max(world.now, event.at),
    )


def fold(world: World, events: tuple[Event, ...]) -> World:
    return reduce(evolve, events, world)


def _world_changed(world: World, event: AnsweringSet) -> World:
    extension = replace(world.directory.extensions[event.extension], answering=event.answering)
    extensions = {**world.directory.extensions, extension.number: extension}
    return replace(world, directory=replace(world.directory, extensions=extensions))


def _answered(call: PhoneCall, event: CallAnswered) -> PhoneCall:
    views = tuple(
        replace(view, status=Status.ON_CALL, ringing=None, answered=event.at) for view in call.views
    )
    return replace(call, views=views, answered=event.at if call.answered is None else call.answered)


def _parked(call: PhoneCall, event: CallParked) -> PhoneCall:
    parking = Parking(since=event.at, slot=event.slot, by=event.by)
    kept = tuple(replace(view, parking=parking) for view in call.views if view.id == event.view_id)
    return replace(call, views=kept)


def _retrieval_started(call: PhoneCall, event: RetrievalStarted) -> PhoneCall:
    (waiting,) = call.views
    leg = View(
        id=next_view_id(waiting.id),
        extension=event.extension,
        source=(event.extension,),
        destination=(waiting.extension,),
        flow=Flow.LOCAL,
        status=Status.RINGING,
        caller_id=event.caller_id,
        ringing=event.at,
    )
    retrieval = Retrieval(extension=event.extension, caller_id=event.caller_id, time_left=event.time_left)
    return replace(call, views=(waiting, leg), retrieval=retrieval)


def _retrieved(call: PhoneCall, event: CallRetrieved) -> PhoneCall:
    """The page's listing after its example: the parked party's view id now shows the retriever's side."""
    waiting, leg = call.views
    joined = replace(leg, id=waiting.id, status=Status.ON_CALL, ringing=None, answered=event.at)
    return replace(call, views=(joined,), retrieval=None)


def _retrieval_given_up(call: PhoneCall, _event: RetrievalGivenUp) -> PhoneCall:
    return replace(call, views=call.views[:1], retrieval=None)


def _comeback_started(call: PhoneCall, event: ComebackStarted) -> PhoneCall:
    (waiting,) = call.views
    parking = waiting.parking
    assert parking is not None, "a parked call has a parked view"
    mine = replace(waiting, status=Status.OTHER_SIDE_RINGING, parking=None, answered=None)
    theirs = replace(
        mine, id=next_view_id(mine.id), extension=parking.by, status=Status.RINGING, ringing=event.at
    )
    return replace(call, views=(mine, theirs))


def _ended(call: PhoneCall, _event: CallEnded) -> PhoneCall:
    return replace(call, views=(), retrieval=None)


_CHANGES: Final[Mapping[type[Event], Callable[[PhoneCall, Any], PhoneCall]]] = {
    CallAnswered: _answered,
    CallParked: _parked,
    RetrievalStarted: _retrieval_started,
    CallRetrieved: _retrieved,
    RetrievalGivenUp: _retrieval_given_up,
    ComebackStarted: _comeback_started,
    ComebackAnswered: _answered,
    CallEnded: _ended,
}


def _calls_with(calls: Mapping[str, PhoneCall], call: PhoneCall) -> Mapping[str, PhoneCall]:
    changed = dict(calls)
    if call.phase is Phase.ENDED:
        changed.pop(call.id, None)
    else:
        changed[call.id] = call
    return changed


def _lots_with(world: World, before: PhoneCall | None, call: PhoneCall) -> Mapping[str, Lot]:
    held = before is not None and SLOT_OF[before.phase] is Slot.TAKEN
    holds = SLOT_OF[call.phase] is Slot.TAKEN
    if held == holds:
        return world.lots
    lot = world.lot(call.organization_id)
    taken = dict(lot.taken)
    if holds:
        slot = _slot_of(call)
        taken[slot] = call.id
        lot = Lot(taken=taken, last=slot)
    else:
        assert before is not None
        del taken[_slot_of(before)]
        lot = Lot(taken=taken, last=lot.last)
    return {**world.lots, call.organization_id: lot}


def _slot_of(call: PhoneCall) -> int:
    assert call.parked_view is not None
    assert call.parked_view.parking is not None
    return call.parked_view.parking.slot


def _timers(
    world: World, before: PhoneCall | None, call_id: str, due: float | None
) -> tuple[tuple[Timer, ...], int]:
    """The heap, without the timer of the phase before if that is on top, and the number of the last timer."""
    done = before.pending.timer if before is not None and before.pending is not None else None
    if due is None and not (world.timers and world.timers[0].number == done):
        return world.timers, world.timers_set
    heap = list(world.timers)
    if heap and heap[0].number == done:
        heappop(heap)
    number = world.timers_set
    if due is not None:
        number += 1
        if len(heap) > 2 * len(world.calls) + 64:
            heap = [timer for timer in heap if not world.is_stale(timer)]
            heapify(heap)
        heappush(heap, Timer(due=due, number=number, call_id=call_id))
    return tuple(heap), number
