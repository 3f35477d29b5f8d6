"""Phones that one can pick up, make busy, or unplug."""

from typing import Any, Final

from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import ControlError, bad_request
from mockserver.control.inventory import shown, terminal
from mockserver.control.messages import AnsweringRequest
from mockserver.simulator.commands import PickUp, SetAnswering
from mockserver.simulator.directory import Answering, Extension
from mockserver.simulator.outcomes import Listed, Refused
from mockserver.simulator.world import World


async def list_terminals(asked: Asked) -> Any:
    world = asked.current().world
    return {"terminals": [terminal(world, each) for each in world.directory.extensions.values()]}


async def set_answering(asked: Asked) -> Any:
    wanted = await asked.read(AnsweringRequest)
    session = asked.current()
    number = _known(session.world, asked).number
    answering = Answering(pickup=wanted.pickup, after=wanted.after)
    if isinstance(refused := session.execute(SetAnswering(extension=number, answering=answering)), Refused):
        raise bad_request(refused.reason)
    return terminal(session.world, session.world.directory.extensions[number])


async def pick_up(asked: Asked) -> Any:
    """The call that was picked up."""
    session = asked.current()
    extension = _known(session.world, asked)
    outcome = session.execute(PickUp(extension=extension.number))
    if isinstance(outcome, Listed):
        return shown(outcome.calls[0])
    raise ControlError(409, "conflict", f"Nothing rings at {extension.number}.")


TERMINALS: Final[Operations] = {
    "listTerminals": list_terminals,
    "setAnswering": set_answering,
    "pickUp": pick_up,
}


def _known(world: World, asked: Asked) -> Extension:
    number = asked.path["extension"]
    found = world.extension_named(number)
    if found is None:
        raise ControlError(404, "not_found", f"There is no extension {number!r}.")
    return found
