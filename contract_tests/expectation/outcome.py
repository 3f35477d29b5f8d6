"""Admissible outcomes, and the table that says which of them answer which fault.

The table is the checker's whole law on refusals: fault (a clause id) -> outcomes. Where the page names a code it
is the only one; where it is silent the row holds every answer that voipnow-domain section 10 accepts, and marks as
warnings those it wants noted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contract_tests.verdict import Reading


class Effect(StrEnum):
    """What a request may have done to its call."""

    RETRIEVED = "retrieved"
    UNCHANGED = "unchanged"
    ANY = "any"


class Body(StrEnum):
    """What a body may be."""

    ERROR = "the error response"
    CALL = "the phone call"
    EMPTY = "no body"
    ANY = "any body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One admissible answer: a status, an error code out of `codes` (None: any but `excluding`), a body, an effect.

    `warning` says why the answer is noted as a deviation although it is let pass.
    """

    status: int
    codes: frozenset[str] | None = None
    excluding: frozenset[str] = frozenset()
    body: Body = Body.ERROR
    effect: Effect = Effect.UNCHANGED
    warning: str | None = None

    def __str__(self) -> str:
        if self.excluding:
            return f"{self.status} with a code of the service's own"
        if self.codes is None:
            return f"{self.status}" + (
                " with an error response" if self.body is Body.ERROR else f" with {self.body}"
            )
        return f"{self.status} " + " or ".join(sorted(self.codes))


VENDOR_CODES = frozenset(
    {
        "pc_timeout_invalid",
        "pc_callerid_invalid",
        "pc_phonecall_invalid",
        "pc_phonecallview_invalid",
        "user_invalid",
        "extension_invalid",
        "access_denied",
        "access_denided",
        "internal_server_error",
        "request_not_implemented",
    }
)
NOTHING_TO_RETURN = Outcome(status=204, body=Body.EMPTY)


def _refused(status: int, *codes: str, warning: str | None = None) -> Outcome:
    return Outcome(status=status, codes=frozenset(codes) or None, warning=warning)


_ACCESS = (_refused(401), _refused(403))
_NOT_FOUND = _refused(404, warning="answered 404 where the vendor's API answers 400")
_UNPROCESSABLE = _refused(422, warning="answered 422 where the vendor's API answers 400")
_OF_ITS_OWN = Outcome(
    status=400, excluding=VENDOR_CODES, warning="refused with a code that the vendor's API does not know"
)
_NOTHING_NOTED = Outcome(status=204, body=Body.EMPTY, warning="answered 204 where a refusal is expected")
_FOREIGN = (
    _refused(
        400, "user_invalid", "extension_invalid", "access_denied", "access_denided", "pc_phonecall_invalid"
    ),
    *_ACCESS,
    _NOT_FOUND,
    _OF_ITS_OWN,
    _NOTHING_NOTED,
)


def _unknown(code: str) -> tuple[Outcome, ...]:
    """For codes that stand on a sibling page only: a service written from this page alone may not know them."""
    others = {"pc_phonecall_invalid", "extension_invalid"} - {code}
    elsewhere = _refused(
        400, *others, warning=f"answered with the code of what follows in the path, not {code}"
    )
    return (_refused(400, code), *_ACCESS, elsewhere, _NOT_FOUND, _OF_ITS_OWN, _NOTHING_NOTED)


_SUCCESS_NOTED = "carried out where the vendor's API refuses"


def _succeeded(warning: str) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(status=s, body=Body.CALL, effect=Effect.ANY, warning=warning) for s in (200, 202, 204)
    )


NOT_PARKED = (
    NOTHING_TO_RETURN,
    _refused(400, "pc_phonecall_invalid", "pc_phonecallview_invalid"),
    _refused(409),
    _NOT_FOUND,
    _OF_ITS_OWN,
    _UNPROCESSABLE,
    *(
        _refused(status, warning=f"answered {status} where the page knows of 204 and 400 only")
        for status in (403, 410)
    ),
)

REFUSALS: dict[str, tuple[Outcome, ...]] = {
    "request/payload-not-json": (_refused(400), _refused(415), _UNPROCESSABLE),
    "payload/action/required": (_refused(400), _refused(501), _UNPROCESSABLE),
    "payload/action/unpark": (_refused(400), _refused(501), _UNPROCESSABLE),
    "payload/send-call-to/required": (_refused(400), _UNPROCESSABLE),
    "payload/send-call-to/unknown": (_refused(400), _NOT_FOUND, _UNPROCESSABLE),
    "payload/send-call-to/phone-terminal": (_refused(400), _UNPROCESSABLE, *_succeeded(_SUCCESS_NOTED)),
    "failure/timeout/not-numeric": (_refused(400, "pc_timeout_invalid"),),
    "failure/timeout/not-positive": (_refused(400, "pc_timeout_invalid"),),
    "failure/caller-id/no-number": (_refused(400, "pc_callerid_invalid"),),
    "failure/caller-id/not-a-number": (_refused(400, "pc_callerid_invalid"),),
    "failure/caller-id/not-a-string": (_refused(400, "pc_callerid_invalid"),),
    "failure/call/not-alphanumeric": (_refused(400, "pc_phonecall_invalid"), _NOT_FOUND),
    "failure/call/unknown": (_refused(400, "pc_phonecall_invalid"), _NOT_FOUND),
    "failure/view/missing": (_refused(400, "pc_phonecallview_invalid"),),
    "failure/view/unknown": (_refused(400, "pc_phonecallview_invalid"),),
    "failure/view/of-another-call": (_refused(400, "pc_phonecallview_invalid"),),
    "uri/user-id/unknown": _unknown("user_invalid"),
    "uri/user-id/owner-of-extension": _FOREIGN,
    "uri/extension/unknown": _unknown("extension_invalid"),
    "uri/extension/self-own-only": _FOREIGN,
    "uri/extension/of-the-call": (
        _refused(400, "pc_phonecall_invalid", "extension_invalid"),
        NOTHING_TO_RETURN,
        _NOT_FOUND,
        *_succeeded("carried out although the call belongs to another extension of the user"),
    ),
    "access/no-token": _ACCESS,
    "access/malformed-header": _ACCESS,
    "access/unknown-token": _ACCESS,
    "access/expired-token": _ACCESS,
    "access/other-user": _FOREIGN,
}


def may_be_carried_out(fault: str) -> bool:
    """Whether a server that reads the page in some admissible way may retrieve the call in spite of this fault."""
    return any(outcome.effect is not Effect.UNCHANGED for outcome in REFUSALS[fault])


def retrieved(reading: Reading) -> tuple[Outcome, ...]:
    """What may answer a request that retrieves a call. The example's 202 counts only under `document`."""
    returned = Outcome(status=200, body=Body.CALL, effect=Effect.RETRIEVED)
    if reading == "table":
        return (returned,)
    return (
        returned,
        Outcome(
            status=202,
            body=Body.CALL,
            effect=Effect.RETRIEVED,
            warning="answered 202 as the page's example does; its table says 200",
        ),
        Outcome(
            status=201,
            body=Body.CALL,
            effect=Effect.RETRIEVED,
            warning="answered 201, which the page does not know; its table says 200",
        ),
    )
