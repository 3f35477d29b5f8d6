"""A world as a whole, taken out of one session and put into another."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from mockserver.clock import FIRST_MOMENT, LAST_MOMENT
from mockserver.simulator.layered import as_dictionary
from mockserver.simulator.lifecycle import SLOT_OF, Phase, Slot
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import Lot, World

_FAR: Final = 10_000_000_000.0


class ImpossibleWorldError(ValueError):
    """No sequence of requests leads to such a world; the message says what is wrong with it."""


class WorldSet(Struct, frozen=True, kw_only=True):
    """From now on the session is in this world; its clock is set beside."""

    at: float
    world: World


def possible(world: World) -> World:
    """The world with its timers in order; raise ImpossibleWorldError."""
    for fault in _faults(world):
        raise ImpossibleWorldError(fault)
    lots = {name: lot if _is_filled(lot) else replace(lot, first=1) for name, lot in world.lots.items()}
    return replace(world, timers=tuple(sorted(world.timers)), lots=lots)


def _is_filled(lot: Lot) -> bool:
    """Whether no slot is free before the first that may be; who edits an exported world need not know of it."""
    return 1 <= lot.first <= len(lot.taken) + 1 and all(slot in lot.taken for slot in range(1, lot.first))


def _faults(world: World) -> Iterator[str]:
    if not FIRST_MOMENT <= world.now < LAST_MOMENT:
        yield f"now is {world.now:g}, which is no moment from 1970 to 8999"
    numbers = _numbers(to_builtins(world, enc_hook=as_dictionary))
    if odd := next((each for each in numbers if not -_FAR < each < LAST_MOMENT + _FAR), None):
        yield f"{odd:g} is neither a moment nor a duration that can be"
    directory = world.directory
    for key, extension in directory.extensions.items():
        if key != extension.number or extension.organization_id not in directory.organizations:
            yield f"extension {key!r} is under another number, or of no organization"
    for user in directory.users.values():
        if user.organization_id not in directory.organizations:
            yield f"user {user.id!r} is of no organization"
    for key, call in world.calls.items():
        if key != call.id or call.user_id not in directory.users:
            yield f"call {key!r} is under another id, or of no user"
        if call.organization_id not in directory.organizations:
            yield f"call {key!r} is of no organization"
        yield from _faults_of_call(world, call)
    for organization, lot in world.lots.items():
        for slot, call_id in lot.taken.items():
            holder = world.calls.get(call_id)
            if holder is None or SLOT_OF[holder.phase] is not Slot.TAKEN:
                yield f"slot {slot} of organization {organization!r} is held by no parked call"


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _numbers(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _numbers(member)


def _faults_of_call(world: World, call: PhoneCall) -> Iterator[str]:
    holds = SLOT_OF[call.phase] is Slot.TAKEN
    views = {Phase.PARKED: (1,), Phase.ON_CALL: (1, 2), Phase.ENDED: ()}.get(call.phase, (2,))
    if len(call.views) not in views:
        yield f"call {call.id!r} is {call.phase} and has {len(call.views)} views"
    elif any(not view.id.isdecimal() for view in call.views):
        yield f"call {call.id!r} has a view whose id is no number"
    elif holds and call.views[0].parking is None:
        yield f"call {call.id!r} is {call.phase}, and its first view is in no slot"
    elif holds and world.lot(call.organization_id).taken.get(call.views[0].parking.slot) != call.id:  # type: ignore[union-attr]  # the branch before
        yield f"call {call.id!r} does not hold its slot"
    if (call.retrieval is not None) != (call.phase is Phase.RETRIEVING):
        yield f"call {call.id!r} is {call.phase}, which does not go with its retrieval"
    if call.pending and all(timer.number != call.pending.timer for timer in world.timers):
        yield f"call {call.id!r} waits for a timer that is not set"
