"""What happens to calls, what is said of it, and what refusals leave behind."""

import dataclasses
from typing import Any, Final

from msgspec.structs import replace

from mockserver.defect import Defect, Kind
from mockserver.defects.answering import (
    on_call,
    on_listed,
    on_talking_views,
)
from mockserver.defects.deciding import (
    addressed,
    again,
    and_then,
    ended,
    on_nothing,
    on_refusal,
    on_retrieval,
    others,
    placed,
)
from mockserver.simulator.commands import Command, Park, UnPark
from mockserver.simulator.door import Decision
from mockserver.simulator.events import RetrievalStarted
from mockserver.simulator.outcomes import Field, Parked, Retrieved
from mockserver.simulator.world import World


def _nothing_happens(_world: World, _command: UnPark, decision: Decision) -> Decision:
    return replace(decision, events=())


def _another_phone(_world: World, _command: UnPark, decision: Decision) -> Decision:
    events = tuple(
        replace(event, extension="0003*211") if isinstance(event, RetrievalStarted) else event
        for event in decision.events
    )
    return replace(decision, events=events)


def _all_leave(world: World, command: UnPark, decision: Decision) -> Decision:
    return and_then(decision, *(ended(call.id) for call in others(world, command.address.call_id)))


def _call_ends(_world: World, command: UnPark, decision: Decision) -> Decision:
    return and_then(decision, ended(command.address.call_id or ""))


def _claims_success(world: World, command: UnPark, decision: Decision) -> Decision:
    call = addressed(world, command)
    return replace(decision, outcome=Retrieved(calls=(call,))) if call else decision


def _park_does_nothing(_world: World, command: Command, decision: Decision) -> Decision:
    if not isinstance(command, Park) or not isinstance(decision.outcome, Parked):
        return decision
    return replace(decision, events=())


_STATE: Final = (
    Defect(
        slug="left-parked",
        kind=Kind.STATE,
        clause="parking/leaves-lot",
        seeded="unpark_noop",
        summary="The answer is 200, and the call stays in the parking lot.",
        effect=on_retrieval(_nothing_happens),
    ),
    Defect(
        slug="park-does-nothing",
        kind=Kind.STATE,
        clause="parking/parked-again",
        seeded="park_noop",
        lane="explore",
        summary="Park is answered 200, and the call is not in the parking lot, so nothing can leave it.",
        effect=_park_does_nothing,
    ),
    Defect(
        slug="another-phone",
        kind=Kind.STATE,
        clause="parking/connects",
        summary="The call goes to another phone than sendCallTo.",
        effect=on_retrieval(_another_phone),
    ),
    Defect(
        slug="retrieved-call-ends",
        kind=Kind.STATE,
        clause="success/link-lists",
        summary="The retrieved call is cut off, and there is nothing to list.",
        effect=on_retrieval(_call_ends),
    ),
    Defect(
        slug="all-calls-leave",
        kind=Kind.STATE,
        clause="parking/only-that-call",
        summary="A retrieval takes every other call from the lot as well.",
        effect=on_retrieval(_all_leave),
    ),
    Defect(
        slug="self-takes-all",
        kind=Kind.STATE,
        clause="parking/only-that-call",
        summary="With @self every other call leaves the lot too, although an id is named.",
        effect=on_retrieval(
            lambda world, command, decision: (
                _all_leave(world, command, decision) if command.address.extension == "@self" else decision
            )
        ),
    ),
    Defect(
        slug="second-retrieval-200",
        kind=Kind.STATE,
        clause="parking/second-retrieval",
        seeded="second_200",
        summary="A call that was retrieved already is answered 200 again.",
        effect=on_nothing(
            lambda world, command, decision: (
                _claims_success(world, command, decision)
                if any(view.extension == command.send_call_to for view in _views(world, command))
                else decision
            )
        ),
    ),
    Defect(
        slug="talking-call-200",
        kind=Kind.STATE,
        clause="parking/not-parked",
        summary="A call that was never parked is answered 200.",
        effect=on_nothing(
            lambda world, command, decision: (
                decision
                if any(view.extension == command.send_call_to for view in _views(world, command))
                else _claims_success(world, command, decision)
            )
        ),
    ),
    Defect(
        slug="parked-fields-stay",
        kind=Kind.STATE,
        clause="parking/parked-fields-gone",
        summary="A call on the phone is listed with a position in the parking lot.",
        response=on_talking_views(lambda view: {**view, "parkedPos": 1, "parkedBy": "0003*211"}),
    ),
    Defect(
        slug="retrieved-call-not-listed",
        kind=Kind.STATE,
        clause="success/link-lists",
        summary="Only calls in the lot are listed.",
        response=on_listed(
            lambda call: call if any("parked" in view for view in call["phoneCallView"]) else None
        ),
    ),
    Defect(
        slug="list-writes-other-ids",
        kind=Kind.STATE,
        clause="uri/phone-call-id/from-list",
        summary="Lists show ids that no other request knows.",
        response=on_listed(lambda call: {**call, "id": f"c{call['id']}"}),
    ),
)


def _views(world: World, command: UnPark) -> tuple[Any, ...]:
    call = addressed(world, command)
    return call.views if call else ()


def _ends(world: World, command: UnPark, decision: Decision) -> Decision:
    return and_then(decision, ended(command.address.call_id or "")) if addressed(world, command) else decision


def _retrieves(world: World, command: UnPark, decision: Decision) -> Decision:
    call = addressed(world, command)
    view = call.parked_view if call else None
    if view is None:
        return decision
    return replace(decision, events=again(world, replace(command, view_id=view.id)).events)


def _to_another_slot(world: World, command: UnPark, decision: Decision) -> Decision:
    call = addressed(world, command)
    view = call.parked_view if call else None
    if call is None or view is None or view.parking is None:
        return decision
    moved = replace(view, parking=replace(view.parking, slot=view.parking.slot + 50))
    return and_then(decision, placed(replace(call, views=(moved,))))


def _rings_on(world: World, command: UnPark, decision: Decision) -> Decision:
    call = addressed(world, command)
    if call is None or not call.views:
        return decision
    return and_then(decision, placed(replace(call, views=(replace(call.views[0], extension="0003*024"),))))


_SIDE_EFFECT: Final = (
    Defect(
        slug="refusal-ends-call",
        kind=Kind.SIDE_EFFECT,
        clause="parking/refusal-changes-nothing",
        seeded="fail_mutates",
        summary="A refused sendCallTo ends the parked call.",
        effect=on_refusal(Field.SEND_CALL_TO, _ends),
    ),
    Defect(
        slug="refusal-retrieves",
        kind=Kind.SIDE_EFFECT,
        clause="parking/refusal-changes-nothing",
        summary="A wrong view is refused after the call was retrieved.",
        effect=on_refusal(Field.PHONE_CALL_VIEW_ID, _retrieves),
    ),
    Defect(
        slug="refusal-moves-slot",
        kind=Kind.SIDE_EFFECT,
        clause="parking/refusal-changes-nothing",
        summary="A wrong view is refused, and the call waits in another slot.",
        effect=on_refusal(Field.PHONE_CALL_VIEW_ID, _to_another_slot),
    ),
    Defect(
        slug="refusal-ends-others",
        kind=Kind.SIDE_EFFECT,
        clause="parking/refusal-changes-nothing",
        summary="An unknown user is refused, and the other calls in the lot are hung up.",
        effect=on_refusal(Field.USER_ID, _all_leave),
    ),
    Defect(
        slug="refusal-changes-view",
        kind=Kind.SIDE_EFFECT,
        clause="parking/refusal-changes-nothing",
        summary="A refused sendCallTo leaves the retriever in the parked view.",
        effect=on_refusal(Field.SEND_CALL_TO, _rings_on),
    ),
)

_ECHO: Final = (
    Defect(
        slug="wrong-id",
        kind=Kind.WRONG_ECHO,
        clause="success/returns-call",
        seeded="wrong_id",
        summary="The answer holds another id than the request.",
        response=on_call(lambda _, call: {**call, "id": call["id"][::-1]}),
    ),
    Defect(
        slug="link-to-the-list",
        kind=Kind.WRONG_ECHO,
        clause="success/link",
        summary="The self link leads to the extension, not to the call.",
        response=on_call(
            lambda _, call: {**call, "links": {"self": call["links"]["self"].rpartition("/")[0]}}
        ),
    ),
    Defect(
        slug="link-to-another-call",
        kind=Kind.WRONG_ECHO,
        clause="success/link",
        summary="The self link leads to a call with another id.",
        response=on_call(lambda _, call: {**call, "links": {"self": call["links"]["self"] + "0"}}),
    ),
)

_EXAMPLE: Final = (
    Defect(
        slug="status-trying",
        kind=Kind.EXAMPLE,
        shows="deviation",
        clause="parking/on-call",
        summary="A call on the phone is listed with status 2.",
        response=on_talking_views(lambda view: {**view, "status": 2}),
    ),
    Defect(
        slug="retriever-as-extension",
        kind=Kind.EXAMPLE,
        shows="deviation",
        clause="success/extension-echo",
        summary="The extension in the answer is the retriever's.",
        response=on_call(lambda received, call: {**call, "extension": received.json()["sendCallTo"]}),
    ),
    Defect(
        slug="new-id-after-retrieval",
        kind=Kind.EXAMPLE,
        shows="deviation",
        clause="parking/keeps-id",
        summary="A call has another id once it was retrieved.",
        response=on_listed(
            lambda call: (
                call
                if any("parked" in view for view in call["phoneCallView"])
                else {**call, "id": call["id"][::-1]}
            )
        ),
    ),
    Defect(
        slug="charset-refused",
        kind=Kind.EXAMPLE,
        shows="deviation",
        clause="request/content-type",
        summary="A payload announced with a charset is not read.",
        request=lambda received: (
            dataclasses.replace(received, body=b"")
            if "charset" in received.headers.get("content-type", "")
            else received
        ),
    ),
)

CALLS: Final = _STATE + _SIDE_EFFECT + _ECHO + _EXAMPLE
