"""UnPark: ring a Phone Terminal and connect it to a parked call."""

from typing import Final

from mockserver.simulator.addressing import call_at, calls_at, terminal_for, view_of
from mockserver.simulator.commands import UnPark
from mockserver.simulator.directory import Pickup
from mockserver.simulator.events import CallRetrieved, Event, RetrievalStarted, WorldEvent
from mockserver.simulator.lifecycle import Phase
from mockserver.simulator.outcomes import Conflict, Field, NothingToDo, Outcome, RefusalError, Retrieved
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.rules import NotParked
from mockserver.simulator.world import World

_PARKED: Final = Phase.PARKED
_NOT_TO_BE_RUNG: Final = frozenset({Pickup.BUSY, Pickup.UNREGISTERED})


def decide_unpark(world: World, command: UnPark, now: float) -> tuple[Outcome | None, list[Event]]:
    """None as outcome: the calls have to be read after the events."""
    if command.address.call_id is None and world.rules.bulk_unpark:
        return _decide_bulk(world, command, now)
    call = call_at(world, command.address)
    view_of(call, command.view_id)
    started = _start(world, call, command, now)
    if call.phase is not _PARKED:
        _refuse_not_parked(world.rules.not_parked, call)
        return NothingToDo(), []
    return None, started


def unparked(world: World, command: UnPark, events: list[Event]) -> Retrieved:
    call_id = command.address.call_id
    if call_id is not None:
        return Retrieved(calls=(world.calls[call_id],))
    ids = dict.fromkeys(event.call_id for event in events if not isinstance(event, WorldEvent))
    return Retrieved(calls=tuple(world.calls[each] for each in ids), bulk=True)


def _decide_bulk(world: World, command: UnPark, now: float) -> tuple[Outcome | None, list[Event]]:
    events: list[Event] = []
    for call in calls_at(world, command.address):
        waiting = call.parked_view
        if call.phase is Phase.PARKED and waiting is not None and waiting.id == command.view_id:
            events += _start(world, call, command, now)
    return (None, events) if events else (NothingToDo(), [])


def _start(world: World, call: PhoneCall, command: UnPark, now: float) -> list[Event]:
    terminal = terminal_for(world, call, command.send_call_to)
    if terminal.answering.pickup in _NOT_TO_BE_RUNG:
        raise RefusalError(
            Field.SEND_CALL_TO,
            f"sendCallTo '{terminal.number}' is {terminal.answering.pickup} and cannot be rung.",
        )
    answers_after = terminal.answering.seconds_within(command.wait_for_pickup)
    wait = command.wait_for_pickup if answers_after is None else answers_after
    deadline = call.pending.due if call.pending else None
    time_left = None if deadline is None else deadline - now
    started = RetrievalStarted(
        at=now,
        call_id=call.id,
        extension=terminal.number,
        caller_id=command.caller_id or terminal.caller_id,
        due=None if answers_after == 0 else now + wait,
        picks_up=answers_after is not None,
        time_left=time_left,
    )
    if answers_after == 0:
        return [started, CallRetrieved(at=now, call_id=call.id)]
    return [started]


def _refuse_not_parked(answer: NotParked, call: PhoneCall) -> None:
    reason = f"Phone call '{call.id}' is not in the parking lot: it is {call.phase}."
    match answer:
        case NotParked.PHONECALL_INVALID:
            raise RefusalError(Field.PHONE_CALL_ID, reason)
        case NotParked.VIEW_INVALID:
            raise RefusalError(Field.PHONE_CALL_VIEW_ID, reason)
        case NotParked.CONFLICT:
            raise RefusalError(Conflict.NOT_PARKED, reason)
        case NotParked.NOTHING:
            return
