"""Which clauses speak of what is particular about a step, and which of them an unfit answer breaks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.expectation import Expectation
from contract_tests.judge.answer import Answer
from contract_tests.lanes.steps import Change, Step

PLAIN = "request/documented-example"
SECOND = "parking/second-retrieval"
PARKED_AGAIN = "parking/parked-again"
WITH_SELF = "uri/phone-call-id/with-self"
CHARSET = "request/content-type"
ENCODED = "uri/percent-encoding"

PART_OF_CODE = {
    "pc_timeout_invalid": "waitForPickup",
    "pc_callerid_invalid": "callerId",
    "user_invalid": "user",
    "extension_invalid": "extension",
}
"""Of several changes, any of which may be what a refusal is for, its code tells which."""
_OF_USER = {"@me": "me", "@viewer": "viewer", "@owner": "owner"}


def suspects(step: Step, expectation: Expectation) -> tuple[str, ...]:
    """The clauses of everything that makes the request differ from the page's own, its faults first."""
    clauses = (
        *(fault.clause for fault in expectation.faults),
        *(mild.clause for mild in expectation.mild),
        *_allowing(step),
    )
    return tuple(dict.fromkeys(clauses))


def blamed(step: Step, answer: Answer, expectation: Expectation, *, changed: bool, parked_again: bool) -> str:
    """The clause that is broken by an answer which none of the admissible outcomes fits.

    `changed` says that the listings show the call changed, `parked_again` that the vendor's Park put it where it is.
    """
    if expectation.faults:
        return expectation.faults[0].clause
    if expectation.call is None or not expectation.call.parked:
        return SECOND
    if answer.is_success:
        return "success/status"
    if answer.status == 204 and changed:
        return "success/no-call"
    if parked_again:
        return PARKED_AGAIN
    of_code = PART_OF_CODE.get(answer.error_code or "")
    named = (clause for change in step.changes if change.part == of_code and (clause := _of_change(change)))
    return next(_with_self(step), None) or next(named, None) or next(_allowing(step), PLAIN)


def _with_self(step: Step) -> Iterator[str]:
    """@self beside another name of the user has a clause of its own."""
    if {"user", "extension"} <= {change.part for change in step.changes} and any(
        change.part == "extension" and change.value == "@self" for change in step.changes
    ):
        yield WITH_SELF


def _allowing(step: Step) -> Iterator[str]:
    """The clauses that allow changes with which nothing is wrong."""
    yield from _with_self(step)
    for change in step.changes:
        if clause := _of_change(change):
            yield clause


def _of_change(change: Change) -> str | None:
    value = change.value
    match change.part:
        case "waitForPickup":
            if change.kind == "absent":
                return "payload/wait-for-pickup/optional"
            if str(value) != "20":
                return "payload/wait-for-pickup/any-positive"
            return f"payload/wait-for-pickup/{'number' if isinstance(value, int) else 'numeric-string'}"
        case "callerId":
            if change.kind == "absent":
                return "payload/caller-id/optional"
            if "*" in str(value):
                return "payload/caller-id/extension-number"
            return f"payload/caller-id/{'with-plus' if '<+' in str(value) else 'without-plus'}"
        case "sendCallTo":
            return "payload/send-call-to/short-form"
        case "user":
            return f"uri/user-id/{_OF_USER.get(str(value), 'identifier')}"
        case "extension":
            return "uri/extension/self" if value == "@self" else "uri/extension/number"
        case "content_type":
            return CHARSET
        case "encode_all":
            return ENCODED
    return None
