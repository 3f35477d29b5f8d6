"""From a fault to the clauses it goes against, as far as the page has any for it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from mockserver.simulator.outcomes import Conflict, Field, Refused

_NUMBER: Final = re.compile(r"\s*[-+]?[0-9]+(\.[0-9]*)?\s*")

NO_TOKEN: Final = ("access/no-token",)
MALFORMED_HEADER: Final = ("access/malformed-header",)
UNKNOWN_TOKEN: Final = ("access/unknown-token",)
EXPIRED_TOKEN: Final = ("access/expired-token",)
PATH: Final = ("request/path",)
METHOD: Final = ("request/method",)
CONTENT_TYPE: Final = ("request/content-type",)
PAYLOAD: Final = ("request/payload",)
NOT_JSON: Final = ("request/payload-not-json",)

_MISSING: Final[Mapping[str, tuple[str, ...]]] = {
    "action": ("payload/action/required",),
    "phoneCallViewId": ("failure/view/missing", "payload/view/required"),
    "sendCallTo": ("payload/send-call-to/required",),
}

_ILL_FORMED: Final[Mapping[str, tuple[str, ...]]] = {
    "userId": ("uri/user-id/unknown", "uri/user-id/identifier"),
    "extension": ("uri/extension/unknown", "uri/extension/number"),
    "phoneCallId": ("failure/call/not-alphanumeric",),
    "action": ("payload/action/unpark",),
    "phoneCallViewId": ("failure/view/unknown",),
    "sendCallTo": ("payload/send-call-to/phone-terminal",),
}

_UNKNOWN: Final[Mapping[Field, tuple[str, ...]]] = {
    Field.USER_ID: ("uri/user-id/unknown",),
    Field.EXTENSION: ("uri/extension/unknown",),
    Field.PHONE_CALL_ID: ("failure/call/unknown",),
    Field.PHONE_CALL_VIEW_ID: ("failure/view/unknown",),
    Field.SEND_CALL_TO: ("payload/send-call-to/phone-terminal", "payload/send-call-to/unknown"),
}

_FOREIGN: Final = ("access/other-user",)
_NO_CALL_ID: Final = ("uri/phone-call-id/required",)
_NOT_PARKED: Final = ("parking/not-parked",)


def of_missing(field: str) -> tuple[str, ...]:
    return _MISSING.get(field, ())


def of_ill_formed(field: str, value: Any) -> tuple[str, ...]:
    if field == "waitForPickup":
        return (f"failure/timeout/{'not-positive' if _is_number(value) else 'not-numeric'}",)
    if field == "callerId":
        return (f"failure/caller-id/{_caller_id(value)}",)
    return _ILL_FORMED.get(field, ())


def of_refused(refused: Refused, *, names_call: bool) -> tuple[str, ...]:
    """`names_call` is whether the URI has a phoneCallId at all."""
    if isinstance(refused.cause, Conflict):
        return _NOT_PARKED if refused.cause is Conflict.NOT_PARKED else ()
    if refused.foreign:
        return _FOREIGN
    if refused.cause is Field.PHONE_CALL_ID and not names_call:
        return _NO_CALL_ID
    return _UNKNOWN.get(refused.cause, ())


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _caller_id(value: Any) -> str:
    if not isinstance(value, str):
        return "not-a-string"
    return "not-a-number" if re.search(r"<[^<>]+>$", value) else "no-number"
