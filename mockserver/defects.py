"""The catalogue of wrong behaviours.  Each breaks the clause it names and is caught by that clause first."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from mockserver.defect import Defect, Received, Sent
from mockserver.simulator.commands import Command, UnPark
from mockserver.simulator.door import Decision
from mockserver.simulator.events import CallEnded, EndReason, RetrievalStarted
from mockserver.simulator.outcomes import Field, Refused, Retrieved

Json = dict[str, Any]


class UnknownDefectError(LookupError):
    def __init__(self, slug: str) -> None:
        super().__init__(f"there is no defect {slug!r}; allowed: {', '.join(DEFECTS)}")


def defect(slug: str) -> Defect:
    """Raise UnknownDefectError."""
    try:
        return DEFECTS[slug]
    except KeyError:
        raise UnknownDefectError(slug) from None


# The request seam: what comes in is read as something else.


def _unpark_payload(change: Callable[[Json], None]) -> Callable[[Received], Received]:
    def rewrite(received: Received) -> Received:
        body = received.json()
        if received.method != "PUT" or body.get("action") != "UnPark":
            return received
        change(body)
        return replace(received, body=orjson.dumps(body))

    return rewrite


def _member(name: str, *, if_: Callable[[Any], bool], becomes: Any) -> Callable[[Received], Received]:
    """Rewrite one member; a member that is missing counts as `...`, and becoming `...` removes it."""

    def change(body: Json) -> None:
        if if_(body.get(name, ...)):
            body.pop(name, None)
            if becomes is not ...:
                body[name] = becomes

    return _unpark_payload(change)


def _path(old: str, new: str) -> Callable[[Received], Received]:
    return lambda received: replace(received, path=received.path.replace(old, new))


def _without_token(received: Received) -> Received:
    if "authorization" in received.headers:
        return received
    return replace(received, headers={**received.headers, "authorization": "Bearer mock.default.12"})


def _expired_token(received: Received) -> Received:
    revived = received.headers.get("authorization", "").replace(".expired.", ".default.")
    return replace(received, headers={**received.headers, "authorization": revived})


def _is_missing(value: Any) -> bool:
    return value is ...


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_zero_or_less(value: Any) -> bool:
    try:
        return float(value) <= 0
    except (TypeError, ValueError):
        return False


def _is_not_numeric(value: Any) -> bool:
    if _is_missing(value):
        return False
    try:
        float(value)
    except (TypeError, ValueError):
        return True
    return False


def _has_no_brackets(value: Any) -> bool:
    return isinstance(value, str) and not ("<" in value and ">" in value)


def _has_letters_in_brackets(value: Any) -> bool:
    return isinstance(value, str) and any(each.isalpha() for each in value.partition("<")[2])


# The effect seam: what was decided is not what happens.


def _nothing_happens(_command: Command, decision: Decision) -> Decision:
    if isinstance(decision.outcome, Retrieved):
        return replace(decision, events=())
    return decision


def _another_phone(_command: Command, decision: Decision) -> Decision:
    events = tuple(
        replace(event, extension="0003*211") if isinstance(event, RetrievalStarted) else event
        for event in decision.events
    )
    return replace(decision, events=events)


def _refusal_ends_call(command: Command, decision: Decision) -> Decision:
    refused = isinstance(decision.outcome, Refused) and decision.outcome.cause is Field.SEND_CALL_TO
    if not refused or not isinstance(command, UnPark) or command.address.call_id is None:
        return decision
    ended = CallEnded(at=0.0, call_id=command.address.call_id, reason=EndReason.HUNG_UP)
    return replace(decision, events=(ended,))


# The response seam: what goes out says something else.


def _recoded(old: str, new: str, *, if_: Callable[[Any], bool]) -> Callable[[Received, Sent], Sent]:
    def rewrite(received: Received, sent: Sent) -> Sent:
        if sent.status != 400 or sent.json()["error"]["code"] != old:
            return sent
        if not if_(received.json().get("waitForPickup", ...)):
            return sent
        return _with_json(sent, {"error": {**sent.json()["error"], "code": new}})

    return rewrite


def _with_json(sent: Sent, body: Any, *, status: int | None = None) -> Sent:
    headers = {**sent.headers, "content-type": "application/json"}
    return replace(sent, status=status or sent.status, headers=headers, body=orjson.dumps(body))


def _put_answer(change: Callable[[Received, Json], Json]) -> Callable[[Received, Sent], Sent]:
    def rewrite(received: Received, sent: Sent) -> Sent:
        if received.method != "PUT" or sent.status != 200 or received.json().get("action") != "UnPark":
            return sent
        return _with_json(sent, change(received, sent.json()))

    return rewrite


def _listed_views(change: Callable[[Json], Json]) -> Callable[[Received, Sent], Sent]:
    """Change the views of calls on the phone, in lists only."""

    def rewrite(received: Received, sent: Sent) -> Sent:
        if received.method != "GET" or sent.status != 200:
            return sent
        body = sent.json()
        for call in body["entry"]:
            call["phoneCallView"] = [
                view if "parked" in view else change(view) for view in call["phoneCallView"]
            ]
        return _with_json(sent, body)

    return rewrite


def _error_body(change: Callable[[Json], Any]) -> Callable[[Received, Sent], Sent]:
    def rewrite(_received: Received, sent: Sent) -> Sent:
        return _with_json(sent, change(sent.json())) if sent.status >= 400 else sent

    return rewrite


def _no_error_body(_received: Received, sent: Sent) -> Sent:
    return replace(sent, body=b"") if sent.status >= 400 else sent


def _empty_success(received: Received, sent: Sent) -> Sent:
    return replace(sent, body=b"") if received.method == "PUT" and sent.status == 200 else sent


def _unknown_call_204(received: Received, sent: Sent) -> Sent:
    unknown = sent.status == 400 and sent.json()["error"]["code"] == "pc_phonecall_invalid"
    if received.method != "PUT" or not unknown or not received.path.rpartition("/")[2].isalnum():
        return sent
    return replace(sent, status=204, body=b"")


def _again_200(received: Received, sent: Sent) -> Sent:
    if received.method != "PUT" or sent.status != 204:
        return sent
    _, extension, call_id = received.path.rsplit("/", 2)
    return _with_json(sent, {"id": call_id, "extension": extension}, status=200)


_CATALOGUE: Final = (
    Defect(
        slug="timeout-code-of-caller-id",
        clause="failure/timeout/not-positive",
        summary="A waitForPickup of zero or less is answered pc_callerid_invalid.",
        response=_recoded("pc_timeout_invalid", "pc_callerid_invalid", if_=_is_zero_or_less),
    ),
    Defect(
        slug="word-code-of-caller-id",
        clause="failure/timeout/not-numeric",
        summary="A waitForPickup that is not numeric is answered pc_callerid_invalid.",
        response=_recoded("pc_timeout_invalid", "pc_callerid_invalid", if_=_is_not_numeric),
    ),
    Defect(
        slug="left-parked",
        clause="parking/leaves-lot",
        summary="The answer is 200, and the call stays in the parking lot.",
        effect=_nothing_happens,
    ),
    Defect(
        slug="view-1-for-01",
        clause="failure/view/unknown",
        summary='The view "1" is taken for "01".',
        request=_member("phoneCallViewId", if_=lambda value: value == "1", becomes="01"),
    ),
    Defect(
        slug="zero-timeout-accepted",
        clause="failure/timeout/not-positive",
        summary="A waitForPickup of zero or less is accepted.",
        request=_member("waitForPickup", if_=_is_zero_or_less, becomes=...),
    ),
    Defect(
        slug="word-timeout-accepted",
        clause="failure/timeout/not-numeric",
        summary="A waitForPickup that is not numeric is accepted.",
        request=_member("waitForPickup", if_=_is_not_numeric, becomes=...),
    ),
    Defect(
        slug="number-timeout-refused",
        clause="payload/wait-for-pickup/number",
        summary="waitForPickup as a JSON number is refused.",
        request=_member("waitForPickup", if_=_is_number, becomes="number"),
    ),
    Defect(
        slug="string-timeout-refused",
        clause="payload/wait-for-pickup/numeric-string",
        summary="waitForPickup as a string of digits is refused.",
        request=_member(
            "waitForPickup", if_=lambda value: isinstance(value, str) and value.isdigit(), becomes="string"
        ),
    ),
    Defect(
        slug="timeout-required",
        clause="payload/wait-for-pickup/optional",
        summary="A payload without waitForPickup is refused.",
        request=_member("waitForPickup", if_=_is_missing, becomes=""),
    ),
    Defect(
        slug="caller-id-required",
        clause="payload/caller-id/optional",
        summary="A payload without callerId is refused.",
        request=_member("callerId", if_=_is_missing, becomes=""),
    ),
    Defect(
        slug="caller-id-plus-refused",
        clause="payload/caller-id/with-plus",
        summary="A caller id with a plus is refused.",
        request=_member("callerId", if_=lambda value: "<+" in str(value), becomes=""),
    ),
    Defect(
        slug="caller-id-any-text",
        clause="failure/caller-id/no-number",
        summary="A caller id without a number in angle brackets is accepted.",
        request=_member("callerId", if_=_has_no_brackets, becomes=...),
    ),
    Defect(
        slug="caller-id-letters",
        clause="failure/caller-id/not-a-number",
        summary="A caller id with letters where the number belongs is accepted.",
        request=_member("callerId", if_=_has_letters_in_brackets, becomes=...),
    ),
    Defect(
        slug="caller-id-any-type",
        clause="failure/caller-id/not-a-string",
        summary="A caller id that is not a string is accepted.",
        request=_member(
            "callerId", if_=lambda value: not _is_missing(value) and not isinstance(value, str), becomes=...
        ),
    ),
    Defect(
        slug="view-optional",
        clause="failure/view/missing",
        summary="A payload without phoneCallViewId is accepted.",
        request=_member("phoneCallViewId", if_=_is_missing, becomes="01"),
    ),
    Defect(
        slug="send-call-to-optional",
        clause="payload/send-call-to/required",
        summary="A payload without sendCallTo is accepted.",
        request=_member("sendCallTo", if_=_is_missing, becomes="0003*024"),
    ),
    Defect(
        slug="queue-retrieves",
        clause="payload/send-call-to/phone-terminal",
        summary="A queue or an IVR is accepted as sendCallTo.",
        request=_member(
            "sendCallTo", if_=lambda value: value in ("0003*500", "0003*501"), becomes="0003*024"
        ),
    ),
    Defect(
        slug="another-phone",
        clause="parking/connects",
        summary="The call goes to another phone than sendCallTo.",
        effect=_another_phone,
    ),
    Defect(
        slug="unknown-call-204",
        clause="failure/call/unknown",
        summary="An unknown call id is answered 204.",
        response=_unknown_call_204,
    ),
    Defect(
        slug="refusal-ends-call",
        clause="parking/refusal-changes-nothing",
        summary="A refused sendCallTo ends the parked call.",
        effect=_refusal_ends_call,
    ),
    Defect(
        slug="second-retrieval-200",
        clause="parking/second-retrieval",
        summary="A call that was retrieved already is answered 200 again.",
        response=_again_200,
    ),
    Defect(
        slug="parked-fields-stay",
        clause="parking/parked-fields-gone",
        summary="A call on the phone is listed with a position in the parking lot.",
        response=_listed_views(lambda view: {**view, "parkedPos": 1, "parkedBy": "0003*211"}),
    ),
    Defect(
        slug="status-trying",
        clause="parking/on-call",
        summary="A call on the phone is listed with status 2.",
        response=_listed_views(lambda view: {**view, "status": 2}),
    ),
    Defect(
        slug="wrong-id",
        clause="success/returns-call",
        summary="The answer holds another id than the request.",
        response=_put_answer(lambda _, call: {**call, "id": call["id"][::-1]}),
    ),
    Defect(
        slug="empty-200",
        clause="body/json",
        summary="A 200 has no body.",
        response=_empty_success,
    ),
    Defect(
        slug="no-error-body",
        clause="body/error-response",
        summary="A refusal has no body.",
        response=_no_error_body,
    ),
    Defect(
        slug="no-error-message",
        clause="body/error-envelope",
        summary="error.message is missing.",
        response=_error_body(lambda body: {"error": {"code": body["error"]["code"]}}),
    ),
    Defect(
        slug="no-token-needed",
        clause="access/no-token",
        summary="A request without a token is served.",
        request=_without_token,
    ),
    Defect(
        slug="expired-token-accepted",
        clause="access/expired-token",
        summary="An expired token is served.",
        request=_expired_token,
    ),
    Defect(
        slug="self-unknown",
        clause="uri/extension/self",
        summary="@self matches nothing.",
        request=_path("/@self", "/0003*999"),
    ),
    Defect(
        slug="me-unknown",
        clause="uri/user-id/me",
        summary="@me is nobody.",
        request=_path("/@me/", "/nobody/"),
    ),
)

DEFECTS: Final[Mapping[str, Defect]] = {each.slug: each for each in _CATALOGUE}
