"""Calls that a person makes, parks, retrieves and hangs up by hand."""

from typing import Any, Final

from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import ControlError, bad_request
from mockserver.control.inventory import shown
from mockserver.control.messages import CallRequest, ParkRequest, RetrieveRequest
from mockserver.sessions.session import Session
from mockserver.simulator.commands import Address, Command, Create, HangUp, Park, Stage, UnPark
from mockserver.simulator.directory import Extension
from mockserver.simulator.outcomes import Conflict, Created, NothingToDo, Refused
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World


async def list_calls(asked: Asked) -> Any:
    world = asked.current().world
    return {"calls": [shown(call) for call in world.calls.values()]}


async def get_call(asked: Asked) -> Any:
    return shown(_call(asked, asked.current()))


async def make_call(asked: Asked) -> Any:
    wanted = await asked.read(CallRequest, optional=True)
    session = asked.current()
    extension = _extension(session.world, wanted.extension)
    if wanted.max_in_parking is not None and wanted.state != "parked":
        raise bad_request(f"maxInParking goes with a parked call, not with one that is {wanted.state}")
    call_id = wanted.phone_call_id or session.new_call_id()
    command = (
        _dialled(wanted, extension, call_id)
        if wanted.state == "ringing"
        else _staged(wanted, extension, call_id)
    )
    outcome = session.execute(command)
    if isinstance(outcome, Refused):
        raise _refused(outcome)
    assert isinstance(outcome, Created)
    return shown(outcome.calls[0])


async def park_call(asked: Asked) -> Any:
    wanted = await asked.read(ParkRequest, optional=True)
    session = asked.current()
    call = _call(asked, session)
    command = Park(address=_address(call), view_id=call.views[0].id, max_in_parking=wanted.max_in_parking)
    return _done(session, call, command, otherwise=f"it is {call.phase}; only a call on call can be parked")


async def retrieve_call(asked: Asked) -> Any:
    wanted = await asked.read(RetrieveRequest)
    session = asked.current()
    call = _call(asked, session)
    command = UnPark(
        address=_address(call),
        view_id=call.views[0].id,
        send_call_to=wanted.send_call_to,
        caller_id=wanted.caller_id,
        wait_for_pickup=wanted.wait_for_pickup,
    )
    return _done(session, call, command, otherwise=f"it is {call.phase}; only a parked call can be retrieved")


async def hang_up(asked: Asked) -> Any:
    """The call as it was before it ended."""
    session = asked.current()
    call = _call(asked, session)
    session.execute(HangUp(address=_address(call)))
    return shown(call)


CALLS: Final[Operations] = {
    "listCalls": list_calls,
    "getCall": get_call,
    "makeCall": make_call,
    "parkCall": park_call,
    "retrieveCall": retrieve_call,
    "hangUpCall": hang_up,
}


def _call(asked: Asked, session: Session) -> PhoneCall:
    call = session.world.calls.get(asked.path["phoneCallId"])
    if call is None:
        raise ControlError(404, "not_found", f"There is no live call {asked.path['phoneCallId']!r}.")
    return call


def _extension(world: World, number: str) -> Extension:
    found = world.directory.extensions.get(number)
    if found is None:
        known = ", ".join(world.directory.extensions)
        raise bad_request(f"there is no extension {number!r}; allowed: {known}")
    return found


def _address(call: PhoneCall) -> Address:
    return Address(viewer=call.user_id, user=call.user_id, extension=call.extension, call_id=call.id)


def _dialled(wanted: CallRequest, extension: Extension, call_id: str) -> Command:
    """`other` rings `extension`; without another, the call comes from outside."""
    owner = extension.user_id
    return Create(
        address=Address(viewer=owner, user=owner, extension=extension.number),
        call_id=call_id,
        source=(wanted.other or OUTSIDE,),
        destination=(extension.number,),
        caller_id=wanted.caller_id,
    )


OUTSIDE: Final = "+15550100"


def _staged(wanted: CallRequest, extension: Extension, call_id: str) -> Command:
    return Stage(
        call_id=call_id,
        user=extension.user_id,
        extension=extension.number,
        parked=wanted.state == "parked",
        view_id=wanted.phone_call_view_id,
        other=wanted.other,
        caller_id=wanted.caller_id,
        max_in_parking=wanted.max_in_parking,
    )


def _done(session: Session, call: PhoneCall, command: Command, *, otherwise: str) -> Any:
    outcome = session.execute(command)
    if isinstance(outcome, Refused):
        raise _refused(outcome)
    if isinstance(outcome, NothingToDo):
        raise ControlError(409, "conflict", f"Nothing happened to call {call.id!r}: {otherwise}.")
    return shown(session.world.calls[call.id])


def _refused(refused: Refused) -> ControlError:
    if isinstance(refused.cause, Conflict):
        return ControlError(409, "conflict", refused.reason)
    return bad_request(refused.reason)
