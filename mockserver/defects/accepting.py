"""Faults that are let pass: invalid values, values just beyond a boundary, fields that nobody looks at."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from mockserver.defect import Defect, Kind
from mockserver.defects import values
from mockserver.defects.asking import Request, action, member, payload, segments
from mockserver.defects.deciding import Change, addressed, again, on_refusal, on_retrieval, others
from mockserver.simulator.commands import UnPark
from mockserver.simulator.door import Decision
from mockserver.simulator.events import RetrievalStarted
from mockserver.simulator.outcomes import Field
from mockserver.simulator.world import World

_UNPARK: Final = b'{"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}'


def _accepts(slug: str, clause: str, summary: str, request: Request, *, seeded: str | None = None) -> Defect:
    return Defect(
        slug=slug, kind=Kind.ACCEPTS_INVALID, clause=clause, summary=summary, request=request, seeded=seeded
    )


def _dropped(name: str, if_: Callable[[Any], bool]) -> Request:
    return member(name, if_=if_, becomes=...)


_INVALID: Final = (
    _accepts(
        "word-timeout-accepted",
        "failure/timeout/not-numeric",
        "A waitForPickup that is not numeric is accepted.",
        _dropped("waitForPickup", values.is_not_numeric),
    ),
    _accepts(
        "timeout-with-unit",
        "failure/timeout/not-numeric",
        "A waitForPickup is read as far as it is a number: 20s is 20.",
        member("waitForPickup", if_=lambda value: value == "20s", becomes="20"),
    ),
    _accepts(
        "caller-id-any-text",
        "failure/caller-id/no-number",
        "A caller id without a number in angle brackets is accepted.",
        _dropped("callerId", values.has_no_brackets),
    ),
    _accepts(
        "caller-id-letters",
        "failure/caller-id/not-a-number",
        "A caller id with letters where the number belongs is accepted.",
        _dropped("callerId", values.has_letters_in_brackets),
    ),
    _accepts(
        "caller-id-any-type",
        "failure/caller-id/not-a-string",
        "A caller id that is not a string is accepted.",
        _dropped("callerId", values.is_given_and_no_text),
    ),
    _accepts(
        "view-optional",
        "failure/view/missing",
        "A payload without phoneCallViewId is accepted.",
        member("phoneCallViewId", if_=values.is_missing, becomes="01"),
        seeded="no_view",
    ),
    _accepts(
        "view-1-for-01",
        "failure/view/unknown",
        'The view "1" is taken for "01".',
        member("phoneCallViewId", if_=lambda value: value == "1", becomes="01"),
    ),
    _accepts(
        "send-call-to-optional",
        "payload/send-call-to/required",
        "A payload without sendCallTo is accepted.",
        member("sendCallTo", if_=values.is_missing, becomes="0003*024"),
    ),
    _accepts(
        "action-optional",
        "payload/action/required",
        "A payload without action is taken for UnPark.",
        action(if_=values.is_missing),
    ),
    _accepts(
        "empty-payload-unparks",
        "request/payload-not-json",
        "A request without a payload retrieves the call.",
        payload(if_=lambda body: not body, becomes=_UNPARK),
    ),
    _accepts(
        "dashes-in-id-ignored",
        "failure/call/not-alphanumeric",
        "Dashes in a call id are overlooked.",
        segments(lambda _, found: [*found[:-1], found[-1].replace("-", "")]),
    ),
)

_BOUNDARY: Final = (
    Defect(
        slug="zero-timeout-accepted",
        kind=Kind.BOUNDARY,
        clause="failure/timeout/not-positive",
        seeded="zero_timeout",
        summary="A waitForPickup of zero is accepted.",
        request=_dropped("waitForPickup", values.is_zero),
    ),
    Defect(
        slug="negative-timeout-accepted",
        kind=Kind.BOUNDARY,
        clause="failure/timeout/not-positive",
        seeded="neg_timeout",
        summary="A negative waitForPickup is accepted.",
        request=_dropped("waitForPickup", values.is_negative),
    ),
    Defect(
        slug="zero-string-accepted",
        kind=Kind.BOUNDARY,
        clause="failure/timeout/not-positive",
        summary='The string "0" as waitForPickup is accepted, the number is not.',
        request=_dropped("waitForPickup", lambda value: value == "0"),
    ),
    Defect(
        slug="one-second-refused",
        kind=Kind.BOUNDARY,
        clause="payload/wait-for-pickup/any-positive",
        summary="A waitForPickup of one second is refused, as if it had to be higher than 1.",
        request=member("waitForPickup", if_=lambda value: value == 1, becomes=0),
    ),
    Defect(
        slug="hour-refused",
        kind=Kind.BOUNDARY,
        clause="payload/wait-for-pickup/any-positive",
        summary="A waitForPickup of an hour is refused, as if there were an upper bound.",
        request=member(
            "waitForPickup", if_=lambda value: values.is_number(value) and value >= 3600, becomes=0
        ),
    ),
    Defect(
        slug="empty-brackets-accepted",
        kind=Kind.BOUNDARY,
        clause="failure/caller-id/no-number",
        summary="A caller id with nothing between its brackets is accepted.",
        request=_dropped("callerId", values.has_empty_brackets),
    ),
)


def _with_own_view(world: World, command: UnPark, decision: Decision) -> Decision:
    call = addressed(world, command)
    view = call.parked_view if call else None
    return again(world, replace(command, view_id=view.id)) if view else decision


def _view_of_another(world: World, command: UnPark, decision: Decision) -> Decision:
    foreign = any(call.view(command.view_id) for call in world.calls.values())
    return _with_own_view(world, command, decision) if foreign else decision


def _first_parked(world: World, command: UnPark, decision: Decision) -> Decision:
    parked = others(world, None)
    if not parked or (command.address.call_id or "") in world.calls:
        return decision
    first = replace(command.address, call_id=parked[0].id, extension=parked[0].extension)
    return again(world, replace(command, address=first))


def _any_number(world: World, command: UnPark, decision: Decision) -> Decision:
    call = addressed(world, command)
    if call is None or command.send_call_to in world.directory.extensions:
        return decision
    return again(world, replace(command, send_call_to=call.extension))


def _to(number: str) -> Change:
    def change(_world: World, _command: UnPark, decision: Decision) -> Decision:
        events = tuple(
            replace(event, extension=number) if isinstance(event, RetrievalStarted) else event
            for event in decision.events
        )
        return replace(decision, events=events)

    return change


_IGNORED: Final = (
    Defect(
        slug="send-call-to-ignored",
        kind=Kind.IGNORED_FIELD,
        clause="parking/connects",
        seeded="sendto_ignored",
        summary="The call goes back to the extension it was parked at, whatever sendCallTo says.",
        effect=on_retrieval(
            lambda world, command, decision: _to(world.calls[command.address.call_id or ""].extension)(
                world, command, decision
            )
        ),
    ),
    Defect(
        slug="send-call-to-any-number",
        kind=Kind.IGNORED_FIELD,
        clause="payload/send-call-to/unknown",
        summary="A sendCallTo that nobody has is accepted, and some phone rings.",
        effect=on_refusal(Field.SEND_CALL_TO, _any_number),
    ),
    Defect(
        slug="view-ignored",
        kind=Kind.IGNORED_FIELD,
        clause="failure/view/unknown",
        summary="Whatever view is named, the parked one is retrieved.",
        effect=on_refusal(Field.PHONE_CALL_VIEW_ID, _with_own_view),
    ),
    Defect(
        slug="view-of-another-call-accepted",
        kind=Kind.IGNORED_FIELD,
        clause="failure/view/of-another-call",
        seeded="other_view",
        summary="A view is accepted when any call has it.",
        effect=on_refusal(Field.PHONE_CALL_VIEW_ID, _view_of_another),
    ),
    Defect(
        slug="unknown-call-retrieves-first",
        kind=Kind.IGNORED_FIELD,
        clause="failure/call/unknown",
        summary="An unknown call id retrieves the first call in the lot.",
        effect=on_refusal(Field.PHONE_CALL_ID, _first_parked),
    ),
    Defect(
        slug="action-ignored",
        kind=Kind.IGNORED_FIELD,
        clause="payload/action/unpark",
        summary="Any word as action retrieves the call.",
        request=action(if_=lambda value: isinstance(value, str) and value != "Park"),
    ),
    Defect(
        slug="user-ignored",
        kind=Kind.IGNORED_FIELD,
        clause="uri/user-id/unknown",
        summary="A user id that names nobody is taken for @me.",
        request=segments(
            lambda _, found: ["@me", *found[1:]] if found[0].isdigit() and len(found[0]) > 2 else found
        ),
    ),
    Defect(
        slug="extension-ignored",
        kind=Kind.IGNORED_FIELD,
        clause="uri/extension/unknown",
        summary="An extension that does not exist is taken for @self.",
        effect=on_refusal(
            Field.EXTENSION,
            lambda world, command, decision: (
                again(world, replace(command, address=replace(command.address, extension="@self")))
                if world.directory.find_extension(command.address.extension, organization_id="3") is None
                else decision
            ),
        ),
    ),
    Defect(
        slug="short-form-to-another-phone",
        kind=Kind.IGNORED_FIELD,
        clause="payload/send-call-to/short-form",
        summary="The short form of a number rings another phone.",
        request=member(
            "sendCallTo", if_=lambda value: isinstance(value, str) and len(value) == 3, becomes="0003*211"
        ),
    ),
)

ACCEPTING: Final = _INVALID + _BOUNDARY + _IGNORED
