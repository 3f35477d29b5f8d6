"""What a person does with a phone: pick it up, make it busy, unplug it."""

from mockserver.simulator.commands import PickUp, SetAnswering
from mockserver.simulator.events import (
    AnsweringSet,
    CallAnswered,
    CallRetrieved,
    ComebackAnswered,
    Event,
)
from mockserver.simulator.lifecycle import Phase, Status
from mockserver.simulator.outcomes import Field, NothingToDo, Outcome, RefusalError
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World


def ringing_at(world: World, number: str) -> tuple[PhoneCall, ...]:
    """The calls that ring at this extension, oldest first."""
    return tuple(
        call
        for call in sorted(world.calls.values(), key=lambda call: (call.published, call.id))
        if any(view.extension == number and view.status is Status.RINGING for view in call.views)
    )


def decide_set_answering(
    world: World, command: SetAnswering, now: float
) -> tuple[Outcome | None, list[Event]]:
    """A phone that rings already goes on as it began."""
    if command.extension not in world.directory.extensions:
        raise RefusalError(Field.EXTENSION, f"There is no extension '{command.extension}' to change.")
    changed = AnsweringSet(at=now, extension=command.extension, answering=command.answering)
    return NothingToDo(), [changed]


def decide_pick_up(world: World, command: PickUp, now: float) -> tuple[Outcome | None, list[Event]]:
    """None as outcome: the call has to be read after the events.  One pickup takes one call, the oldest."""
    _refuse_unknown(world, command.extension)
    ringing = ringing_at(world, command.extension)
    if not ringing:
        return NothingToDo(), []
    return None, [_picked_up(ringing[0], now)]


def _picked_up(call: PhoneCall, now: float) -> Event:
    match call.phase:
        case Phase.RETRIEVING:
            return CallRetrieved(at=now, call_id=call.id)
        case Phase.COMEBACK:
            return ComebackAnswered(at=now, call_id=call.id)
        case _:
            return CallAnswered(at=now, call_id=call.id)


def _refuse_unknown(world: World, number: str) -> None:
    if world.extension_named(number) is None:
        raise RefusalError(Field.EXTENSION, f"There is no extension '{number}'.")
