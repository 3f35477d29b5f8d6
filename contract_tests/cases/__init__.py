"""The fixed table, one module per clause file: the folder listing is the page's table of contents."""

from contract_tests.case import Case
from contract_tests.cases import access, body, failure, parking, payload, request, success, uri

CONTROL = request.CONTROL
"""The page's request with no fault. Refusals count only in a run in which a retrieval was seen to work."""

OPENING = (
    "failure/view/unknown/without-leading-zero",
    "failure/call/unknown/hex",
    "failure/timeout/not-positive/zero-string",
    "failure/timeout/not-numeric/unit",
    "failure/caller-id/not-a-number/letters",
    "payload/send-call-to/phone-terminal/no-terminal",
    "access/no-token/absent",
    "access/expired-token/expired",
)
"""The refusals that are sent first: those that, with the control, give away most of the mock's defects."""


def all_cases() -> tuple[Case, ...]:
    """Every case, in the order of the page's areas."""
    return (
        request.CASES
        + uri.CASES
        + payload.CASES
        + success.CASES
        + failure.CASES
        + body.CASES
        + parking.CASES
        + access.CASES
    )
