"""What a timer brings, depending on the phase of its call."""

from mockserver.simulator.directory import Answering, Pickup
from mockserver.simulator.events import (
    CallAnswered,
    CallEnded,
    CallRetrieved,
    ComebackAnswered,
    ComebackStarted,
    EndReason,
    Event,
    RetrievalGivenUp,
)
from mockserver.simulator.evolve import Draft
from mockserver.simulator.lifecycle import COMEBACK_RING_SECONDS, Phase
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import Timer, World


def fired(world: World | Draft, timer: Timer) -> list[Event]:
    """The events of a timer that is not stale, at the moment it was due."""
    call = world.calls[timer.call_id]
    picks_up = call.pending is not None and call.pending.picks_up
    match call.phase:
        case Phase.PARKED:
            return _comeback(world, call, timer.due)
        case Phase.RINGING if picks_up:
            return [CallAnswered(at=timer.due, call_id=call.id)]
        case Phase.RETRIEVING if picks_up:
            return [CallRetrieved(at=timer.due, call_id=call.id)]
        case Phase.COMEBACK if picks_up:
            return [ComebackAnswered(at=timer.due, call_id=call.id)]
        case Phase.RETRIEVING:
            return [_retrieval_unanswered(world, call, timer.due)]
        case Phase.COMEBACK:
            return [CallEnded(at=timer.due, call_id=call.id, reason=EndReason.COMEBACK_UNANSWERED)]
        case _:
            return [CallEnded(at=timer.due, call_id=call.id, reason=EndReason.NO_ANSWER)]


def _comeback(world: World | Draft, call: PhoneCall, at: float) -> list[Event]:
    assert call.parked_view is not None
    assert call.parked_view.parking is not None
    parker = world.extension_named(call.parked_view.parking.by)
    answering = parker.answering if parker else Answering(pickup=Pickup.NEVER)
    delay = answering.seconds_within(COMEBACK_RING_SECONDS)
    started = ComebackStarted(
        at=at,
        call_id=call.id,
        due=at + (COMEBACK_RING_SECONDS if delay is None else delay),
        picks_up=delay is not None,
    )
    return [started]


def _retrieval_unanswered(world: World | Draft, call: PhoneCall, at: float) -> Event:
    if world.rules.unanswered_retrieval_ends_call:
        return CallEnded(at=at, call_id=call.id, reason=EndReason.RETRIEVAL_UNANSWERED)
    left = call.retrieval.time_left if call.retrieval else None
    if left is None:
        return RetrievalGivenUp(at=at, call_id=call.id, due=None)
    if not world.rules.parking_time_runs_while_retrieving:
        return RetrievalGivenUp(at=at, call_id=call.id, due=at + left)
    leg = call.views[-1]
    began = at if leg.ringing is None else leg.ringing
    return RetrievalGivenUp(at=at, call_id=call.id, due=max(at, began + left))
