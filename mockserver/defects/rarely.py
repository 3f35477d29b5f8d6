"""Seen only now and then: two requests at once, every third answer, two members together."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from mockserver.defect import CRASHED, SERVING, Defect, Kind, Received, Sent
from mockserver.defects import values
from mockserver.defects.answering import (
    If,
    Response,
    about,
    answers,
    both,
    nothing,
    recode,
    refused,
    retrieved,
    when,
    with_body,
    with_json,
)
from mockserver.defects.asking import members, path
from mockserver.defects.deciding import addressed, again, and_then, on_retrieval, placed
from mockserver.simulator.commands import Command, HangUp, UnPark
from mockserver.simulator.door import Decision
from mockserver.simulator.evolve import fold
from mockserver.simulator.outcomes import Retrieved
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World

_HELD: Final = 0.02


def _is_beaten(received: Received, sent: Sent) -> bool:
    """Another request retrieved the call while this one was under way."""
    earlier = any(answer.status == 200 for answer in received.meeting.answers)
    return received.is_unpark and sent.status in (204, 400, 409) and earlier


def _told_the_same(received: Received, _sent: Sent) -> Sent:
    return next(answer for answer in received.meeting.answers if answer.status == 200)


Join = Callable[[PhoneCall | None, PhoneCall], PhoneCall]


def _from_stale_world(join: Join) -> Callable[[World, Command, Decision], Decision]:
    """Requests that meet are all decided in the world that the first of them found: read, wait, write."""

    def effect(world: World, command: Command, decision: Decision) -> Decision:
        serving = SERVING.get(None)
        if serving is None or not isinstance(command, UnPark | HangUp):
            return decision
        meeting = serving.meeting
        if meeting.world is None:
            meeting.world = world
            return decision
        if not isinstance(command, UnPark):
            return decision
        stale = again(meeting.world, command)
        if not isinstance(stale.outcome, Retrieved):
            return decision
        then = fold(meeting.world, stale.events).calls[stale.outcome.calls[0].id]
        return replace(stale, events=(placed(join(world.calls.get(then.id), then)),))

    return effect


def _last_one(_now: PhoneCall | None, then: PhoneCall) -> PhoneCall:
    return then


def _both_phones(now: PhoneCall | None, then: PhoneCall) -> PhoneCall:
    if now is None:
        return then
    (second,) = then.views
    return replace(now, views=(*now.views, replace(second, id=f"{len(now.views) + 1:02d}")))


def _race(slug: str, summary: str, *, clause: str = "parking/one-winner", **seam: Any) -> Defect:
    return Defect(
        slug=slug, kind=Kind.RACE, clause=clause, summary=summary, lane="explore", holds=_HELD, **seam
    )


def _with_the_timer_of_the_lot(world: World, command: UnPark, decision: Decision) -> Decision:
    """The call leaves the lot, and the timer that it had there goes on."""
    call = addressed(world, command)
    if call is None or call.pending is None:
        return decision
    retrieved_call = fold(world, decision.events).calls[call.id]
    return and_then(decision, replace(placed(retrieved_call), due=call.pending.due))


_RACE: Final = (
    _race(
        "race-both-told-200",
        "Of two UnParks at once both are answered 200; only one has the call.",
        response=when(_is_beaten, _told_the_same),
    ),
    _race(
        "race-double-bridge",
        "Of two UnParks at once both retrieve the call, and it is connected with two phones.",
        effect=_from_stale_world(_both_phones),
    ),
    _race(
        "race-last-one-wins",
        "Of two UnParks at once both are answered 200; the second takes the call from the first.",
        effect=_from_stale_world(_last_one),
    ),
    _race(
        "race-nobody-told",
        "Of two UnParks at once none is answered 200, and the call is gone from the lot.",
        response=when(
            lambda received, sent: received.meeting.size > 1 and retrieved(received, sent), nothing
        ),
    ),
    _race(
        "race-loser-500",
        "Of two UnParks at once the second is answered 500.",
        clause="body/no-server-error",
        response=when(_is_beaten, lambda _received, _sent: CRASHED),
    ),
    _race(
        "race-timer-runs-on",
        "A call that is retrieved ends, on the phone, when its time in the lot would have been over.",
        effect=on_retrieval(_with_the_timer_of_the_lot),
    ),
)


def _every_third(what: str, condition: If, change: Response) -> Response:
    """Counted for each session by itself."""

    def rewrite(received: Received, sent: Sent) -> Sent:
        if not condition(received, sent):
            return sent
        received.tally[what] += 1
        return change(received, sent) if received.tally[what] % 3 == 0 else sent

    return rewrite


def _every_third_left(_world: World, _command: UnPark, decision: Decision) -> Decision:
    tally = SERVING.get().tally
    tally["retrieval"] += 1
    return decision if tally["retrieval"] % 3 else replace(decision, events=())


_INTERMITTENT: Final = (
    Defect(
        slug="every-third-left-parked",
        kind=Kind.INTERMITTENT,
        clause="parking/leaves-lot",
        summary="Every third call that is retrieved stays in the lot.",
        effect=on_retrieval(_every_third_left),
    ),
    Defect(
        slug="every-third-204",
        kind=Kind.INTERMITTENT,
        clause="success/no-call",
        summary="Every third retrieval is answered 204.",
        response=_every_third("retrieval", retrieved, nothing),
    ),
    Defect(
        slug="every-third-id",
        kind=Kind.INTERMITTENT,
        clause="success/returns-call",
        summary="Every third retrieval is answered with another call's id.",
        response=_every_third(
            "retrieval",
            retrieved,
            lambda _, sent: with_json(sent, {**sent.json(), "id": sent.json()["id"][::-1]}),
        ),
    ),
    Defect(
        slug="every-third-timeout-code",
        kind=Kind.INTERMITTENT,
        clause="failure/timeout/not-positive",
        summary="Every third waitForPickup of zero or less is answered pc_callerid_invalid.",
        response=_every_third(
            "timeout",
            both(answers("pc_timeout_invalid"), about("waitForPickup", values.is_zero_or_less)),
            recode("pc_callerid_invalid", if_=refused),
        ),
    ),
    Defect(
        slug="every-third-refusal-empty",
        kind=Kind.INTERMITTENT,
        clause="body/error-response",
        summary="Every third refusal has no body.",
        response=_every_third("refusal", refused, with_body(b"")),
    ),
    Defect(
        slug="every-third-second-200",
        kind=Kind.INTERMITTENT,
        clause="parking/second-retrieval",
        lane="explore",
        summary="Every third time that a call is retrieved once more, the answer is 200.",
        response=_every_third(
            "nothing",
            lambda received, sent: received.is_unpark and sent.status == 204,
            lambda received, sent: with_json(
                sent, {"id": received.segments[-1], "extension": received.segments[-2]}, status=200
            ),
        ),
    ),
)


def _together(
    slug: str, clause: str, summary: str, tests: dict[str, Callable[[Any], bool]], name: str, becomes: Any
) -> Defect:
    return Defect(
        slug=slug,
        kind=Kind.COMBINATION,
        clause=clause,
        summary=summary,
        lane="explore",
        request=members(tests, name, becomes=becomes),
    )


_COMBINATION: Final = (
    Defect(
        slug="both-optional-required",
        kind=Kind.COMBINATION,
        clause="payload/wait-for-pickup/optional",
        summary="A payload without callerId and without waitForPickup is refused; one of them may be missing.",
        request=members(
            {"callerId": values.is_missing, "waitForPickup": values.is_missing}, "waitForPickup", becomes=""
        ),
    ),
    Defect(
        slug="number-without-caller-id-refused",
        kind=Kind.COMBINATION,
        clause="payload/wait-for-pickup/number",
        summary="waitForPickup as a number is refused when callerId is absent.",
        request=members(
            {"callerId": values.is_missing, "waitForPickup": values.is_number}, "waitForPickup", becomes="n"
        ),
    ),
    _together(
        "number-with-caller-id-refused",
        "payload/wait-for-pickup/number",
        "waitForPickup as a number is refused when there is a callerId.",
        {"callerId": values.is_text, "waitForPickup": lambda value: values.is_number(value) and value > 0},
        "waitForPickup",
        "number",
    ),
    _together(
        "plus-with-timeout-refused",
        "payload/caller-id/with-plus",
        "A caller id with a plus is refused when there is a waitForPickup.",
        {"callerId": values.has_plus, "waitForPickup": lambda value: value is not ...},
        "callerId",
        "",
    ),
    _together(
        "zero-without-caller-id-accepted",
        "failure/timeout/not-positive",
        "A waitForPickup of zero or less is accepted when callerId is absent.",
        {"callerId": values.is_missing, "waitForPickup": values.is_zero_or_less},
        "waitForPickup",
        ...,
    ),
    _together(
        "unknown-view-without-timeout-accepted",
        "failure/view/unknown",
        "Any view is accepted when waitForPickup is absent.",
        {"waitForPickup": values.is_missing, "phoneCallViewId": values.is_text},
        "phoneCallViewId",
        "01",
    ),
    Defect(
        slug="self-not-with-viewer",
        kind=Kind.COMBINATION,
        clause="uri/phone-call-id/with-self",
        lane="explore",
        summary="@viewer and @self do not go together.",
        request=path("/@viewer/@self/", "/@viewer/0003*999/"),
    ),
)

RARELY: Final = _RACE + _INTERMITTENT + _COMBINATION
