"""Calls, phones and worlds as the control plane shows them: camelCase, moments in epoch seconds."""

from typing import Any

from msgspec import to_builtins

from mockserver.sessions.session import Session
from mockserver.simulator.directory import Extension
from mockserver.simulator.events import Event
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.terminals import ringing_at
from mockserver.simulator.world import World

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


def shown(value: object) -> Any:
    """A value of the simulator with its members in camelCase."""
    return _camel(to_builtins(value))


def terminal(world: World, extension: Extension) -> Json:
    """`ringing` names the call that a pickup would take."""
    ringing = ringing_at(world, extension.number)
    return {
        **shown(extension),
        "ringing": ringing[0].id if ringing else None,
    }


def state(session: Session) -> Json:
    world = session.world
    return {
        "session": session.name,
        "scenario": session.scenario.name,
        "clock": clock(session),
        "waiting": session.waiting,
        "behaviour": behaviour(session),
        "calls": [shown(call) for call in world.calls.values()],
        "terminals": [terminal(world, each) for each in world.directory.extensions.values()],
        "lots": {
            organization.id: {
                "name": organization.name,
                "slots": organization.slots,
                "taken": {str(slot): call for slot, call in sorted(world.lot(organization.id).taken.items())},
            }
            for organization in world.directory.organizations.values()
        },
    }


def clock(session: Session) -> Json:
    """`now` is the moment of the world, which the clock of a session that runs has left behind already."""
    return {
        "now": session.world.now,
        "mode": session.clock.mode,
        "rate": session.clock.speed,
        "nextDue": session.next_moment,
    }


def behaviour(session: Session) -> Json:
    return {"variants": list(session.behaviour.variants), "defect": session.behaviour.defect}


def told(event: Event) -> Json:
    return {"event": type(event).__name__, **shown(event)}


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {_camel_name(name): _camel(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_camel(member) for member in value]
    return value


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
