"""Refused, but not as the page says: another status, another code, two codes in each other's place."""

from typing import Final

from mockserver.defect import Defect, Kind, Received, Sent
from mockserver.defects import values
from mockserver.defects.answering import (
    about,
    answers,
    both,
    nothing,
    on_retrieval,
    recode,
    refused,
    when,
    with_status,
)

_TIMEOUT: Final = "pc_timeout_invalid"
_CALLER: Final = "pc_callerid_invalid"
_CALL: Final = "pc_phonecall_invalid"
_VIEW: Final = "pc_phonecallview_invalid"


def _asks_for_no_id(received: Received, sent: Sent) -> bool:
    return sent.code == _CALL and not received.segments[-1].isalnum()


def _asks_for_unknown_id(received: Received, sent: Sent) -> bool:
    """Under the right extension: a call that is somebody else's, or another extension's, is another matter."""
    elsewhere = "0003*211" in received.path or "@self" in received.path
    return sent.code == _CALL and received.segments[-1].isalnum() and not elsewhere


def _asks_at_sibling(received: Received, sent: Sent) -> bool:
    return sent.code == _CALL and "/0003*211/" in received.path


_WRONG_STATUS: Final = (
    Defect(
        slug="retrieval-207",
        kind=Kind.WRONG_STATUS,
        clause="success/status",
        summary="A retrieval is answered 207.",
        response=on_retrieval(with_status(207)),
    ),
    Defect(
        slug="retrieval-204",
        kind=Kind.WRONG_STATUS,
        clause="success/no-call",
        summary="A retrieval is answered 204, as if there were no call to return.",
        response=on_retrieval(nothing),
    ),
    Defect(
        slug="unknown-call-204",
        kind=Kind.WRONG_STATUS,
        clause="failure/call/unknown",
        summary="An unknown call id is answered 204.",
        response=when(_asks_for_unknown_id, nothing),
    ),
    Defect(
        slug="unknown-call-200",
        kind=Kind.WRONG_STATUS,
        clause="failure/call/unknown",
        seeded="unknown_200",
        summary="An unknown call id is answered 200, with the error in the body.",
        response=when(_asks_for_unknown_id, with_status(200)),
    ),
    Defect(
        slug="bad-view-422",
        kind=Kind.WRONG_STATUS,
        clause="failure/view/unknown",
        summary="A view the call does not have is answered 422.",
        response=when(
            both(answers(_VIEW), about("phoneCallViewId", lambda value: value in ("99", "1"))),
            with_status(422),
        ),
    ),
    Defect(
        slug="no-token-400",
        kind=Kind.WRONG_STATUS,
        clause="access/no-token",
        summary="A request without a token is answered 400.",
        response=when(
            lambda received, sent: sent.status == 401 and "authorization" not in received.headers,
            with_status(400),
        ),
    ),
    Defect(
        slug="expired-token-404",
        kind=Kind.WRONG_STATUS,
        clause="access/expired-token",
        summary="An expired token is answered 404, as if there were no such call.",
        response=when(
            lambda received, sent: (
                sent.status == 401 and ".expired." in received.headers.get("authorization", "")
            ),
            with_status(404),
        ),
    ),
)

_WRONG_CODE: Final = (
    Defect(
        slug="timeout-code-of-caller-id",
        kind=Kind.WRONG_CODE,
        clause="failure/timeout/not-positive",
        seeded="wrong_code",
        summary="A waitForPickup of zero or less is answered pc_callerid_invalid.",
        response=recode(_CALLER, if_=both(answers(_TIMEOUT), about("waitForPickup", values.is_zero_or_less))),
    ),
    Defect(
        slug="word-code-of-caller-id",
        kind=Kind.WRONG_CODE,
        clause="failure/timeout/not-numeric",
        summary="A waitForPickup that is not numeric is answered pc_callerid_invalid.",
        response=recode(_CALLER, if_=both(answers(_TIMEOUT), about("waitForPickup", values.is_not_numeric))),
    ),
    Defect(
        slug="caller-id-code-of-timeout",
        kind=Kind.WRONG_CODE,
        clause="failure/caller-id/no-number",
        summary="A callerId without brackets is answered pc_timeout_invalid.",
        response=recode(_TIMEOUT, if_=both(answers(_CALLER), about("callerId", values.has_no_brackets))),
    ),
    Defect(
        slug="caller-id-type-code-of-its-own",
        kind=Kind.WRONG_CODE,
        clause="failure/caller-id/not-a-string",
        summary="A callerId that is not a string is answered with a code nobody documented.",
        response=recode(
            "pc_callerid_type", if_=both(answers(_CALLER), about("callerId", values.is_given_and_no_text))
        ),
    ),
    Defect(
        slug="bad-id-code-of-extension",
        kind=Kind.WRONG_CODE,
        clause="failure/call/not-alphanumeric",
        summary="A call id that is not alphanumeric is answered extension_invalid.",
        response=recode("extension_invalid", if_=_asks_for_no_id),
    ),
    Defect(
        slug="missing-view-code-of-call",
        kind=Kind.WRONG_CODE,
        clause="failure/view/missing",
        summary="A missing phoneCallViewId is answered pc_phonecall_invalid.",
        response=recode(_CALL, if_=both(answers(_VIEW), about("phoneCallViewId", values.is_missing))),
    ),
    Defect(
        slug="sibling-code-of-timeout",
        kind=Kind.WRONG_CODE,
        clause="uri/extension/of-the-call",
        summary="A call addressed under another extension is answered pc_timeout_invalid.",
        response=recode(_TIMEOUT, if_=_asks_at_sibling),
    ),
    Defect(
        slug="unknown-user-code-of-view",
        kind=Kind.WRONG_CODE,
        clause="uri/user-id/unknown",
        summary="A user id that names nobody is answered pc_phonecallview_invalid.",
        response=recode(
            _VIEW, if_=lambda received, sent: sent.code == "user_invalid" and received.segments[0] != "13"
        ),
    ),
    Defect(
        slug="unknown-extension-code-of-timeout",
        kind=Kind.WRONG_CODE,
        clause="uri/extension/unknown",
        summary="An extension that does not exist is answered pc_timeout_invalid.",
        response=recode(
            _TIMEOUT,
            if_=lambda received, sent: sent.code == "extension_invalid" and "/9999*999/" in received.path,
        ),
    ),
)


def _codes_of_call_and_view_swapped(received: Received, sent: Sent) -> Sent:
    if sent.code == _VIEW and values.is_missing(received.json().get("phoneCallViewId", ...)):
        return recode(_CALL, if_=refused)(received, sent)
    if _asks_for_unknown_id(received, sent):
        return recode(_VIEW, if_=refused)(received, sent)
    return sent


def _codes_of_caller_and_timeout_swapped(received: Received, sent: Sent) -> Sent:
    payload = received.json()
    if sent.code == _TIMEOUT and payload.get("waitForPickup") == "abc":
        return recode(_CALLER, if_=refused)(received, sent)
    if sent.code == _CALLER and values.has_letters_in_brackets(payload.get("callerId", ...)):
        return recode(_TIMEOUT, if_=refused)(received, sent)
    return sent


_SWAPPED: Final = (
    Defect(
        slug="call-and-view-codes-swapped",
        kind=Kind.SWAPPED_CODES,
        clause="failure/call/unknown",
        summary="An unknown call is answered with the view's code, a missing view with the call's.",
        response=_codes_of_call_and_view_swapped,
    ),
    Defect(
        slug="caller-id-and-timeout-codes-swapped",
        kind=Kind.SWAPPED_CODES,
        clause="failure/timeout/not-numeric",
        summary="A word as waitForPickup is answered with the code of callerId, letters in it with the other.",
        response=_codes_of_caller_and_timeout_swapped,
    ),
)

CODES: Final = _WRONG_STATUS + _WRONG_CODE + _SWAPPED
