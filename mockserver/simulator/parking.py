"""Park: put the addressed party of a call into the first free slot of its organization's lot."""

from typing import Final

from mockserver.simulator.addressing import call_at, view_of
from mockserver.simulator.commands import Park
from mockserver.simulator.events import CallParked, Event
from mockserver.simulator.lifecycle import Phase
from mockserver.simulator.outcomes import Conflict, NothingToDo, Outcome, RefusalError
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World

_ON_CALL: Final = Phase.ON_CALL


def decide_park(world: World, command: Park, now: float) -> tuple[Outcome | None, list[Event]]:
    """None as outcome: the call has to be read after the events.

    Either view may be named.  The vendor's page names the view of the party that is to wait, the vendor's own
    test names the other party's and afterwards retrieves by the addressed extension's: in both cases the
    party that waits is the addressed extension's, the call's first view.
    """
    call = call_at(world, command.address)
    view_of(call, command.view_id)
    if call.phase is not _ON_CALL:
        return NothingToDo(), []
    organization = world.directory.organizations[call.organization_id]
    slot = world.lot(organization.id).free_slot(slots=organization.slots, choice=world.rules.slot_choice)
    if slot is None:
        raise RefusalError(
            Conflict.LOT_FULL,
            f"All {organization.slots} slots of organization '{organization.id}' are taken.",
        )
    return None, [park_event(call, at=now, slot=slot, by=parker_of(world, call), time=command.max_in_parking)]


def park_event(call: PhoneCall, *, at: float, slot: int, by: str, time: float | None) -> CallParked:
    due = None if time is None else at + time
    return CallParked(at=at, call_id=call.id, view_id=call.views[0].id, slot=slot, by=by, due=due)


def parker_of(world: World, call: PhoneCall) -> str:
    """The other party; the call's own extension if the other party is a public number."""
    waiting = call.views[0].extension
    for view in call.views:
        if view.extension != waiting and world.extension_named(view.extension):
            return view.extension
    return call.extension
