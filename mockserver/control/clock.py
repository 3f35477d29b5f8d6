"""The session's clock."""

from typing import Any, Final

from mockserver.control.asked import Asked, Operations
from mockserver.control.inventory import state, told
from mockserver.control.messages import AdvanceRequest


async def advance(asked: Asked) -> Any:
    wanted = await asked.read(AdvanceRequest)
    session = asked.session()
    before = session.elapse()
    session.clock.advance(wanted.seconds)
    events = (*before, *session.elapse())
    return {"events": [told(event) for event in events], "state": state(session)}


CLOCK: Final[Operations] = {"advanceClock": advance}
