"""The session's wire faults."""

from typing import Any, Final

import msgspec

from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import ControlError, bad_request
from mockserver.wire_faults.arsenal import Armed, TooManyFaultsError
from mockserver.wire_faults.fault import WireFault


async def list_wire_faults(asked: Asked) -> Any:
    session = asked.session()
    return {"faults": [_shown(armed) for armed in session.faults.live(session.clock.now())]}


async def set_wire_fault(asked: Asked) -> Any:
    wanted = await asked.read(WireFault)
    session = asked.session()
    try:
        return _shown(session.faults.set(wanted, now=session.clock.now()))
    except TooManyFaultsError as error:
        raise bad_request(str(error)) from None


async def clear_wire_faults(asked: Asked) -> Any:
    asked.session().faults.clear()
    return await list_wire_faults(asked)


async def take_away_wire_fault(asked: Asked) -> Any:
    if not asked.session().faults.take_away(asked.path["faultId"]):
        raise ControlError(404, "not_found", f"There is no fault {asked.path['faultId']!r}.")
    return await list_wire_faults(asked)


WIRE_FAULTS: Final[Operations] = {
    "listWireFaults": list_wire_faults,
    "setWireFault": set_wire_fault,
    "clearWireFaults": clear_wire_faults,
    "takeAwayWireFault": take_away_wire_fault,
}


def _shown(armed: Armed) -> dict[str, Any]:
    return {
        "id": armed.id,
        "seen": armed.seen,
        "struck": armed.struck,
        "isSpent": armed.is_spent,
        "until": armed.until,
        "settings": msgspec.to_builtins(armed.fault),
    }
