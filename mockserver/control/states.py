"""Named states that a test asks for and takes down again, and the world as it is."""

from typing import Any, Final

from msgspec.structs import replace

from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import bad_request
from mockserver.control.inventory import handles, state
from mockserver.control.messages import Params, StateRequest
from mockserver.sessions.session import Session
from mockserver.simulator.commands import End, Stage
from mockserver.simulator.outcomes import Created, Refused
from mockserver.simulator.phone_call import PhoneCall


async def set_up(asked: Asked) -> Any:
    wanted = await asked.read(StateRequest)
    return handles(bring_about(asked.session(wanted.params.session), wanted))


async def reset(asked: Asked) -> Any:
    session = asked.session()
    session.reset()
    return handles(session.parked_calls())


async def show(asked: Asked) -> Any:
    return state(asked.current())


STATES: Final[Operations] = {"setUpState": set_up, "reset": reset, "getState": show}


def bring_about(session: Session, request: StateRequest) -> tuple[PhoneCall, ...]:
    """The calls set up; none for a teardown.  Raise ControlError."""
    if request.action == "teardown":
        session.execute_all([End(call_id=call.phone_call_id) for call in request.params.calls])
        return ()
    if request.state in ("default", "empty"):
        session.reset(is_empty=request.state == "empty")
        return session.parked_calls()
    return _staged(session, request.params, parked=request.state == "parked")


def _staged(session: Session, params: Params, *, parked: bool) -> tuple[PhoneCall, ...]:
    if params.phone_call_id is not None and params.count != 1:
        raise bad_request("phoneCallId names one call; count must be 1 with it")
    if params.user_id not in session.world.directory.users:
        raise bad_request(f"there is no user {params.user_id!r}")
    stage = Stage(
        call_id="",
        user=params.user_id,
        extension=params.extension,
        parked=parked,
        view_id=params.phone_call_view_id,
        max_in_parking=params.max_in_parking,
    )
    ids = [params.phone_call_id or session.new_call_id() for _ in range(params.count)]
    made: list[PhoneCall] = []
    for outcome in session.execute_all([replace(stage, call_id=call_id) for call_id in ids]):
        if isinstance(outcome, Refused):
            raise bad_request(outcome.reason)
        if isinstance(outcome, Created):
            made += outcome.calls
    return tuple(made)
