"""Where no fixed table looks: values between those that everybody tries, and things that only go wrong together."""

import unicodedata
from typing import Any, Final

from msgspec.structs import replace

from mockserver.defect import SERVING, Defect, Kind, Received
from mockserver.defects import values
from mockserver.defects.asking import crash, member, segments, with_member
from mockserver.defects.deciding import again, on_refusal, on_retrieval
from mockserver.simulator.commands import UnPark
from mockserver.simulator.door import Decision
from mockserver.simulator.outcomes import Field, NothingToDo, Retrieved
from mockserver.simulator.world import World

_PHONE: Final = "0003*024"


def _has_control_character(value: Any) -> bool:
    return isinstance(value, str) and any(unicodedata.category(each) == "Cc" for each in value)


def _is_no_whole_minute(value: Any) -> bool:
    return values.is_number(value) and value > 60 and value % 60 != 0


def _has_short_number(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    number = value.partition("<")[2].rstrip(">")
    return number.isdigit() and len(number) < 3


_VALUES: Final = (
    Defect(
        slug="caller-id-control-character-500",
        kind=Kind.SERVER_ERROR,
        clause="body/no-server-error",
        lane="explore",
        summary="A callerId with a control character in it is answered 500.",
        request=crash(if_=lambda received: _has_control_character(received.json().get("callerId"))),
    ),
    Defect(
        slug="broken-minute-refused",
        kind=Kind.BOUNDARY,
        clause="payload/wait-for-pickup/any-positive",
        lane="explore",
        summary="A waitForPickup above 60 that is no whole minute is refused.",
        request=member("waitForPickup", if_=_is_no_whole_minute, becomes="minutes"),
    ),
    Defect(
        slug="short-number-refused",
        kind=Kind.BOUNDARY,
        clause="payload/caller-id/without-plus",
        lane="explore",
        summary="A callerId whose number has one or two digits is refused.",
        request=member("callerId", if_=_has_short_number, becomes=""),
    ),
)


def _zero_by_me(received: Received) -> Received:
    fits = received.is_unpark and received.segments[:1] == ["@me"]
    if fits and values.is_zero_or_less(received.json().get("waitForPickup")):
        return with_member(received, "waitForPickup", ...)
    return received


def _any_view_by_self(received: Received) -> Received:
    fits = received.is_unpark and received.segments[1:2] == ["@self"]
    if fits and values.is_text(received.json().get("phoneCallViewId")):
        return with_member(received, "phoneCallViewId", "01")
    return received


def _elsewhere_by_viewer(_world: World, command: UnPark, decision: Decision) -> Decision:
    if SERVING.get().segments[:1] != ["@viewer"]:
        return decision
    carried_out = again(_world, replace(command, send_call_to=_PHONE))
    return (
        replace(carried_out, outcome=decision.outcome)
        if isinstance(carried_out.outcome, Retrieved)
        else decision
    )


def _once_a_call(_world: World, command: UnPark, decision: Decision) -> Decision:
    tally, name = SERVING.get().tally, f"retrieved {command.address.call_id}"
    tally[name] += 1
    return decision if tally[name] == 1 else Decision(outcome=NothingToDo())


_TOGETHER: Final = (
    Defect(
        slug="owner-without-timeout-refused",
        kind=Kind.COMBINATION,
        clause="uri/user-id/owner",
        lane="explore",
        summary="@owner is refused when there is no waitForPickup.",
        request=segments(
            lambda received, names: (
                ["nobody", *names[1:]]
                if names[:1] == ["@owner"] and "waitForPickup" not in received.json()
                else names
            )
        ),
    ),
    Defect(
        slug="zero-timeout-by-me-accepted",
        kind=Kind.COMBINATION,
        clause="failure/timeout/not-positive",
        lane="explore",
        summary="A waitForPickup of zero or less is accepted when the user is @me.",
        request=_zero_by_me,
    ),
    Defect(
        slug="any-view-by-self-accepted",
        kind=Kind.COMBINATION,
        clause="failure/view/unknown",
        lane="explore",
        summary="Any view is accepted when the extension is @self.",
        request=_any_view_by_self,
    ),
    Defect(
        slug="refusal-by-viewer-retrieves",
        kind=Kind.SIDE_EFFECT,
        clause="parking/refusal-changes-nothing",
        lane="explore",
        summary="A bad sendCallTo is refused when the user is @viewer, and the call goes to another phone.",
        effect=on_refusal(Field.SEND_CALL_TO, _elsewhere_by_viewer),
    ),
    Defect(
        slug="retrieved-only-once",
        kind=Kind.STATE,
        clause="parking/parked-again",
        lane="explore",
        summary="A call that is parked again stays in the lot: the answer is 204.",
        effect=on_retrieval(_once_a_call),
    ),
)

CORNERS: Final = _VALUES + _TOGETHER
