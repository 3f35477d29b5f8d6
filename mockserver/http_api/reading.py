"""From a question to a command."""

from typing import Any

from mockserver.http_api.question import Question
from mockserver.simulator.commands import (
    MAX_IN_PARKING_SECONDS,
    WAIT_FOR_PICKUP_SECONDS,
    Address,
    Create,
    HangUp,
    List,
    Park,
    UnPark,
)


def read_list(question: Question) -> List:
    return List(address=question.address)


def read_update(question: Question) -> UnPark | Park:
    body = question.body
    if body["action"] == "Park":
        return Park(
            address=question.address,
            view_id=body["phoneCallViewId"],
            max_in_parking=float(body.get("maxInParking", MAX_IN_PARKING_SECONDS)),
        )
    return UnPark(
        address=question.address,
        view_id=body["phoneCallViewId"],
        send_call_to=body["sendCallTo"],
        caller_id=body.get("callerId"),
        wait_for_pickup=float(body.get("waitForPickup", WAIT_FOR_PICKUP_SECONDS)),
    )


def read_create(question: Question) -> Create:
    body = question.body
    view = body["phoneCallView"][0]
    return Create(
        address=Address(viewer=question.viewer, user=question.user, extension=body["extension"]),
        call_id=question.session.new_call_id(),
        source=_parties(view["source"]),
        destination=_parties(view["destination"]),
        caller_id=view.get("callerId"),
        caller_destination=view.get("callerDestination"),
        nonce=body.get("nonce"),
        wait_for_pickup=float(question.query.get("waitForPickup", WAIT_FOR_PICKUP_SECONDS)),
    )


def read_hang_up(question: Question) -> HangUp:
    return HangUp(address=question.address, phone_number=question.query.get("phoneNumber"))


def _parties(value: Any) -> tuple[str, ...]:
    """The vendor's examples send an array or a plain string."""
    return (value,) if isinstance(value, str) else tuple(value)
