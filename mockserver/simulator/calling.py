"""Create, Stage, End and Delete: how calls come into the world and leave it."""

from mockserver.simulator.addressing import calls_at, resolve_extension, resolve_user
from mockserver.simulator.commands import FIRST_VIEW_ID, Create, End, HangUp, Stage
from mockserver.simulator.directory import Answering, Extension
from mockserver.simulator.events import CallAnswered, CallEnded, CallPlaced, EndReason, Event
from mockserver.simulator.evolve import fold
from mockserver.simulator.lifecycle import Flow, Phase, Status
from mockserver.simulator.outcomes import (
    Conflict,
    Field,
    HungUp,
    NothingToDo,
    Outcome,
    RefusalError,
)
from mockserver.simulator.parking import park_event, parker_of
from mockserver.simulator.phone_call import PhoneCall, View, next_view_id
from mockserver.simulator.world import World


def decide_create(world: World, command: Create, now: float) -> tuple[Outcome | None, list[Event]]:
    """None as outcome: the call has to be read after the events."""
    user = resolve_user(world, command.address)
    extension = resolve_extension(world, user, command.address.extension)
    if extension is None or not extension.is_phone_terminal:
        raise RefusalError(
            Field.EXTENSION, f"extension '{command.address.extension}' is not one Phone Terminal extension."
        )
    _refuse_existing(world, command.call_id)
    source = _party(world, extension, command.source, Field.SOURCE)
    destination = _party(world, extension, command.destination, Field.DESTINATION)
    call = _new_call(
        world,
        extension,
        call_id=command.call_id,
        source=source,
        destination=destination,
        caller_ids=(command.caller_id, command.caller_destination),
        published=now,
        nonce=command.nonce,
    )
    delay = _pickup_delay(world, (source, destination), command.wait_for_pickup)
    if delay == 0:
        return None, [
            CallPlaced(at=now, call_id=call.id, call=call),
            CallAnswered(at=now, call_id=call.id),
        ]
    due = now + (command.wait_for_pickup if delay is None else delay)
    return None, [CallPlaced(at=now, call_id=call.id, call=call, due=due, picks_up=delay is not None)]


def decide_stage(world: World, command: Stage, now: float) -> tuple[Outcome | None, list[Event]]:
    extension = world.directory.find_extension(
        command.extension, organization_id=world.directory.users[command.user].organization_id
    )
    if extension is None or extension.user_id != command.user:
        raise RefusalError(
            Field.EXTENSION, f"There is no extension '{command.extension}' of user '{command.user}'."
        )
    ended = _taken_down(world, command.call_id, now)
    world = fold(world, tuple(ended))
    other = command.other or _other_terminal(world, extension)
    call = _new_call(
        world,
        extension,
        call_id=command.call_id,
        source=extension.number if not command.parked else other,
        destination=other if not command.parked else extension.number,
        caller_ids=(command.caller_id, None),
        published=now - command.age - command.parked_for,
        nonce=None,
        view_id=command.view_id,
    )
    events: list[Event] = [
        *ended,
        CallPlaced(at=now, call_id=call.id, call=call),
        CallAnswered(at=call.published, call_id=call.id),
    ]
    if command.parked:
        lot = world.lot(extension.organization_id)
        slots = world.directory.organizations[extension.organization_id].slots
        slot = lot.free_slot(slots=slots, choice=world.rules.slot_choice) or lot.slot_past_the_end()
        since = now - command.parked_for
        by = parker_of(world, call)
        events.append(park_event(call, at=since, slot=slot, by=by, time=command.max_in_parking))
    return None, events


def decide_hang_up(world: World, command: HangUp, now: float) -> tuple[Outcome | None, list[Event]]:
    calls = calls_at(world, command.address)
    if command.phone_number is not None:
        calls = tuple(call for call in calls if call.involves(command.phone_number))
    if not calls:
        return NothingToDo(), []
    events = [CallEnded(at=now, call_id=call.id, reason=EndReason.HUNG_UP) for call in calls]
    return HungUp(calls=calls), list(events)


def decide_end(world: World, command: End, now: float) -> tuple[Outcome | None, list[Event]]:
    call = world.calls.get(command.call_id)
    if call is None:
        return NothingToDo(), []
    return HungUp(calls=(call,)), _taken_down(world, call.id, now)


def _taken_down(world: World, call_id: str, now: float) -> list[Event]:
    if call_id not in world.calls:
        return []
    return [CallEnded(at=now, call_id=call_id, reason=EndReason.TAKEN_DOWN)]


def _refuse_existing(world: World, call_id: str) -> None:
    if call_id in world.calls:
        raise RefusalError(Conflict.CALL_EXISTS, f"There is a live phone call '{call_id}' already.")


def _party(world: World, extension: Extension, numbers: tuple[str, ...], field: Field) -> str:
    """The first number of a list, an extension of the organization in its extended form or a public number."""
    if not numbers:
        raise RefusalError(field, f"{field} is empty. Allowed: an extension or a public phone number.")
    found = world.directory.find_extension(numbers[0], organization_id=extension.organization_id)
    if found is not None:
        return found.number
    if "*" in numbers[0]:
        raise RefusalError(field, f"{field} '{numbers[0]}' is no extension.")
    return numbers[0]


def _pickup_delay(world: World, parties: tuple[str, ...], patience: float) -> float | None:
    """Seconds until all parties have picked up one after the other; public numbers answer at once."""
    total = 0.0
    for number in parties:
        extension = world.extension_named(number)
        answering = extension.answering if extension else Answering()
        delay = answering.seconds_within(patience - total)
        if delay is None:
            return None
        total += delay
    return total


def _other_terminal(world: World, extension: Extension) -> str:
    others = (each.number for each in world.directory.terminals_of(extension.user_id))
    return next((number for number in others if number != extension.number), extension.number)


def _new_call(
    world: World,
    extension: Extension,
    *,
    call_id: str,
    source: str,
    destination: str,
    caller_ids: tuple[str | None, str | None],
    published: float,
    nonce: str | None,
    view_id: str = FIRST_VIEW_ID,
) -> PhoneCall:
    """A call that rings at its destination.  The charged extension's view comes first if it is a party."""
    charged_is_called = extension.number == destination != source
    parties = (destination, source) if charged_is_called else (source, destination)
    statuses = (Status.OTHER_SIDE_RINGING, Status.RINGING)
    shown = (caller_ids[0] or extension.caller_id, caller_ids[1] or caller_ids[0] or extension.caller_id)
    views = tuple(
        View(
            id=party_view_id,
            extension=party,
            source=(source,),
            destination=(destination,),
            flow=_flow(world, source, destination),
            status=status,
            caller_id=caller_id,
            ringing=published,
        )
        for party_view_id, party, status, caller_id in zip(
            (view_id, next_view_id(view_id)),
            parties,
            statuses[::-1] if charged_is_called else statuses,
            shown,
            strict=True,
        )
    )
    return PhoneCall(
        id=call_id,
        extension=extension.number,
        user_id=extension.user_id,
        organization_id=extension.organization_id,
        published=published,
        phase=Phase.RINGING,
        views=views,
        nonce=nonce,
    )


def _flow(world: World, source: str, destination: str) -> Flow:
    if world.extension_named(source) is None:
        return Flow.INCOMING
    return Flow.LOCAL if world.extension_named(destination) else Flow.OUTGOING
