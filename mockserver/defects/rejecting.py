"""Nothing is wrong, and it is refused: valid values, defaults, the other names of user and extension."""

from typing import Final

from mockserver.defect import Defect, Kind, Received
from mockserver.defects import values
from mockserver.defects.asking import member, members, path, segments
from mockserver.defects.deciding import on_retrieval
from mockserver.simulator.commands import WAIT_FOR_PICKUP_SECONDS

_VALID: Final = (
    Defect(
        slug="number-timeout-refused",
        kind=Kind.REJECTS_VALID,
        clause="payload/wait-for-pickup/number",
        summary="waitForPickup as a JSON number is refused.",
        request=member("waitForPickup", if_=values.is_number, becomes="number"),
    ),
    Defect(
        slug="string-timeout-refused",
        kind=Kind.REJECTS_VALID,
        clause="payload/wait-for-pickup/numeric-string",
        summary="waitForPickup as a string of digits is refused.",
        request=member("waitForPickup", if_=values.is_digits, becomes="string"),
    ),
    Defect(
        slug="caller-id-plus-refused",
        kind=Kind.REJECTS_VALID,
        clause="payload/caller-id/with-plus",
        summary="A caller id with a plus is refused.",
        request=member("callerId", if_=values.has_plus, becomes=""),
    ),
    Defect(
        slug="caller-id-plus-required",
        kind=Kind.REJECTS_VALID,
        clause="payload/caller-id/without-plus",
        summary="A caller id without a plus is refused.",
        request=member(
            "callerId",
            if_=lambda value: isinstance(value, str) and "<" in value and not values.has_plus(value),
            becomes="",
        ),
    ),
    Defect(
        slug="documented-request-refused",
        kind=Kind.REJECTS_VALID,
        clause="request/documented-example",
        summary="The request exactly as the page prints it is refused.",
        request=members(
            {
                "callerId": lambda value: value == "John Doe <42420042>",
                "waitForPickup": lambda value: value == "20",
                "sendCallTo": lambda value: value == "0003*024",
                "phoneCallViewId": lambda value: value == "01",
            },
            "sendCallTo",
            becomes="0003*999",
        ),
    ),
)

_DEFAULT: Final = (
    Defect(
        slug="timeout-required",
        kind=Kind.DEFAULT,
        clause="payload/wait-for-pickup/optional",
        summary="The default of waitForPickup is nothing, and so it is refused.",
        request=member("waitForPickup", if_=values.is_missing, becomes=""),
    ),
    Defect(
        slug="default-timeout-zero",
        kind=Kind.DEFAULT,
        clause="payload/wait-for-pickup/optional",
        summary="The default of waitForPickup is zero, and no phone is rung.",
        effect=on_retrieval(
            lambda _, command, decision: (
                decision
                if command.wait_for_pickup != WAIT_FOR_PICKUP_SECONDS
                else type(decision)(outcome=decision.outcome)
            )
        ),
    ),
    Defect(
        slug="caller-id-required",
        kind=Kind.DEFAULT,
        clause="payload/caller-id/optional",
        summary="The default of callerId is the empty string, and so it is refused.",
        request=member("callerId", if_=values.is_missing, becomes=""),
    ),
)


def _encoded(received: Received, found: list[str]) -> list[str]:
    return [found[0], "0003%2A210", *found[2:]] if "%2A" in received.raw_path.upper() else found


_ALIAS: Final = (
    Defect(
        slug="me-unknown",
        kind=Kind.ALIAS,
        clause="uri/user-id/me",
        summary="@me is nobody.",
        request=path("/@me/", "/nobody/"),
    ),
    Defect(
        slug="viewer-unknown",
        kind=Kind.ALIAS,
        clause="uri/user-id/viewer",
        summary="@viewer is nobody.",
        request=path("/@viewer/", "/nobody/"),
    ),
    Defect(
        slug="owner-unknown",
        kind=Kind.ALIAS,
        clause="uri/user-id/owner",
        summary="@owner is nobody.",
        request=path("/@owner/", "/nobody/"),
    ),
    Defect(
        slug="self-unknown",
        kind=Kind.ALIAS,
        clause="uri/extension/self",
        seeded="self_ignored",
        summary="@self matches nothing.",
        request=path("/@self", "/0003*999"),
    ),
    Defect(
        slug="self-first-extension-only",
        kind=Kind.ALIAS,
        clause="uri/extension/self",
        summary="@self matches the first extension of the user only.",
        request=path("/@self", "/0003*210"),
    ),
    Defect(
        slug="self-not-with-me",
        kind=Kind.ALIAS,
        clause="uri/phone-call-id/with-self",
        summary="@me and @self do not go together.",
        request=path("/@me/@self/", "/@me/0003*999/"),
    ),
    Defect(
        slug="percent-not-decoded",
        kind=Kind.ALIAS,
        clause="uri/percent-encoding",
        summary="Percent-encoded segments are taken as they stand.",
        request=segments(_encoded),
    ),
)

REJECTING: Final = _VALID + _DEFAULT + _ALIAS
