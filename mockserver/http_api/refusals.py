"""Refusals on their way to the wire, and the one table of those that no field of the document stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from mockserver.simulator.outcomes import Conflict
from mockserver.store.done import is_begun
from mockserver.store.seam import StoreUnavailableError

RETRY_AFTER_SECONDS: Final = 1
_NOT_IN_A_DESCRIPTION: Final = re.compile(r"[^ !#-\[\]-~]")


class Fixed(Enum):
    """(status, error code).  Codes marked invented are ours: the vendor documents none for the case."""

    ACCESS_DENIED = (401, "access_denied")
    NOT_IMPLEMENTED = (501, "request_not_implemented")
    SERVER_ERROR = (500, "internal_server_error")
    REQUEST_INVALID = (400, "request_invalid")  # invented
    NOT_FOUND = (404, "not_found")  # invented
    METHOD_NOT_ALLOWED = (405, "method_not_allowed")  # invented
    PAYLOAD_TOO_LARGE = (413, "payload_too_large")  # invented
    MEDIA_TYPE = (415, "request_invalid")  # invented
    TIMED_OUT = (408, "request_timeout")  # invented
    BUSY_CONNECTION = (429, "too_many_requests")  # invented
    HEAD_TOO_LARGE = (431, "headers_too_large")  # invented
    NOT_PARKED = (409, "not_parked")  # invented
    LOT_FULL = (409, "parking_lot_full")  # invented
    CALL_EXISTS = (409, "phonecall_exists")  # invented
    UNAVAILABLE = (503, "service_unavailable")  # invented


CONFLICTS: Final[Mapping[Conflict, Fixed]] = {
    Conflict.NOT_PARKED: Fixed.NOT_PARKED,
    Conflict.LOT_FULL: Fixed.LOT_FULL,
    Conflict.CALL_EXISTS: Fixed.CALL_EXISTS,
}

_BY_STATUS: Final[Mapping[int, Fixed]] = {
    401: Fixed.ACCESS_DENIED,
    404: Fixed.NOT_FOUND,
    405: Fixed.METHOD_NOT_ALLOWED,
    413: Fixed.PAYLOAD_TOO_LARGE,
    415: Fixed.MEDIA_TYPE,
    501: Fixed.NOT_IMPLEMENTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        return {"error": {"code": self.code, "message": self.message}}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefusal(Refusal):
    """One of the token endpoint, in the words of RFC 6749."""

    def body(self) -> dict[str, object]:
        described = self.message.replace('"', "'").replace("\\", "/")
        return {"error": self.code, "error_description": _NOT_IN_A_DESCRIPTION.sub("?", described)}


def in_words_of_the_endpoint(refusal: Refusal) -> TokenRefusal:
    """What was refused before the endpoint itself had a say (no JSON, too large, another method)."""
    if isinstance(refusal, TokenRefusal):
        return refusal
    return TokenRefusal(
        status=refusal.status,
        code="server_error" if refusal.status >= 500 else "invalid_request",
        message=refusal.message,
        headers=refusal.headers,
    )


class RefusedRequest(Exception):
    """A request refused while it was being read, before any command exists."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def fixed(kind: Fixed, message: str) -> Refusal:
    status, code = kind.value
    return Refusal(status=status, code=code, message=message)


def for_status(status: int, message: str) -> Refusal:
    """What a framework's own error becomes; anything it calls a server error is one."""
    fallback = Fixed.REQUEST_INVALID if 400 <= status < 500 else Fixed.SERVER_ERROR
    return fixed(_BY_STATUS.get(status, fallback), message)


def unavailable(error: StoreUnavailableError) -> Refusal:
    """What is known of the request that is served: nothing of it was done, or some of it, or nobody knows."""
    if is_begun():
        what = "Part of this was done, or all of it"
    elif error.is_open:
        what = "Whether this was done is not known"
    else:
        what = "Nothing was done"
    refusal = fixed(Fixed.UNAVAILABLE, f"{what}, for the mock's store failed: {error}.")
    return replace(refusal, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
