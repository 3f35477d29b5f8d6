"""Calls and worlds as the control plane shows them."""

from dataclasses import asdict
from typing import Any

from mockserver.session import Session
from mockserver.simulator.door import next_due
from mockserver.simulator.events import Event
from mockserver.simulator.phone_call import PhoneCall

Json = dict[str, Any]


def handle(call: PhoneCall) -> Json:
    """What a tester needs to address the call; the view is the parked one, or the first."""
    view = call.parked_view or call.views[0]
    return {
        "userId": call.user_id,
        "extension": call.extension,
        "phoneCallId": call.id,
        "phoneCallViewId": view.id,
    }


def handles(calls: tuple[PhoneCall, ...]) -> Json:
    return {"calls": [handle(call) for call in calls]}


def state(session: Session) -> Json:
    """Moments are epoch seconds."""
    world = session.world
    return {
        "session": session.name,
        "scenario": session.scenario.name,
        "clock": {"now": world.now, "rate": session.clock.rate, "nextDue": next_due(world)},
        "calls": [asdict(call) for call in world.calls.values()],
        "lots": {
            organization.id: {
                "slots": organization.slots,
                "taken": {str(slot): call for slot, call in sorted(world.lot(organization.id).taken.items())},
            }
            for organization in world.directory.organizations.values()
        },
    }


def told(event: Event) -> Json:
    return {"event": type(event).__name__, **asdict(event)}
