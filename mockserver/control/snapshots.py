"""A session's whole state, to keep, to attach to a report, and to put back."""

from typing import Any, Final, Literal

import msgspec
from starlette.responses import Response

from mockserver.clock import ClockRateError, rate_named
from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import bad_request
from mockserver.control.inventory import state
from mockserver.control.messages import BehaviourRequest
from mockserver.simulator.layered import as_dictionary
from mockserver.simulator.world import World
from mockserver.store.snapshot import ImpossibleWorldError, possible

FORMAT: Final = "callpark-state-1"


class Snapshot(msgspec.Struct, forbid_unknown_fields=True):
    """`world` is the simulator's own; its moments are epoch seconds on the clock of the session."""

    world: World
    clock: str
    format: Literal["callpark-state-1"] = FORMAT
    behaviour: BehaviourRequest = msgspec.field(default_factory=BehaviourRequest)


async def export(asked: Asked) -> Response:
    session = asked.current()
    behaviour = BehaviourRequest(variants=list(session.behaviour.variants), defect=session.behaviour.defect)
    taken = Snapshot(world=session.world, clock=session.clock.mode, behaviour=behaviour)
    name = f"callpark-{session.name}.json"
    return Response(
        msgspec.json.encode(taken, enc_hook=as_dictionary),
        media_type="application/json",
        headers={"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'},
    )


async def restore(asked: Asked) -> Any:
    wanted = await asked.read(Snapshot)
    session = asked.current()
    try:
        world, rate = possible(wanted.world), rate_named(wanted.clock)
        session.restore(
            world, rate=rate, variants=tuple(wanted.behaviour.variants), defect=wanted.behaviour.defect
        )
    except (ImpossibleWorldError, ClockRateError, LookupError) as error:
        raise bad_request(str(error)) from None
    return state(session)


SNAPSHOTS: Final[Operations] = {"exportState": export, "importState": restore}
