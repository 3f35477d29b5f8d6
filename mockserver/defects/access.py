"""Who may ask: tokens that should not count, and things that belong to somebody else."""

from dataclasses import replace
from typing import Final

from mockserver.defect import Defect, Kind, Received
from mockserver.defects.asking import Request, authorization, segments

_ANYBODY: Final = "Bearer mock.default.12"


def _as_owner(received: Received, given: str | None) -> str | None:
    """Another user's token counts for the owner of what he names."""
    if given is None or not given.endswith(".13") or received.segments[:1] != ["12"]:
        return given
    return given.removesuffix(".13") + ".12"


def _as_owner_of_self(received: Received, given: str | None) -> str | None:
    if given is None or not given.endswith(".13") or "/@me/@self/" not in received.path:
        return given
    return given.removesuffix(".13") + ".12"


def _calls_of_anybody(received: Received) -> Received:
    """User and extension of the path are his who asks; whose call it is, nobody looks."""
    given = received.headers.get("authorization", "")
    if not given.endswith(".13") or received.segments[:2] not in (["13", "0003*310"], ["@me", "0003*310"]):
        return received
    owned = segments(lambda _received, found: ["12", "@self", *found[2:]])(received)
    headers = {**received.headers, "authorization": given.removesuffix(".13") + ".12"}
    return replace(owned, headers=headers) if owned != received else received


def _own(names: str, place: int, becomes: str) -> Request:
    def change(_received: Received, found: list[str]) -> list[str]:
        if found[place] != names:
            return found
        return [*found[:place], becomes, *found[place + 1 :]]

    return segments(change)


def _foreign_as_own(received: Received) -> Received:
    changed = _own("13", 0, "@me")(received)
    return _own("0003*310", 1, "@self")(changed) if changed == received else changed


ACCESS: Final = (
    Defect(
        slug="no-token-needed",
        kind=Kind.ACCESS,
        clause="access/no-token",
        seeded="no_auth",
        summary="A request without a token is served.",
        request=authorization(lambda _, given: given or _ANYBODY),
    ),
    Defect(
        slug="any-scheme",
        kind=Kind.ACCESS,
        clause="access/malformed-header",
        summary="An Authorization header that is no Bearer token is served.",
        request=authorization(
            lambda _, given: given if given is None or given.startswith("Bearer ") else _ANYBODY
        ),
    ),
    Defect(
        slug="any-token",
        kind=Kind.ACCESS,
        clause="access/unknown-token",
        summary="A token that nobody issued is served.",
        request=authorization(
            lambda _, given: (
                _ANYBODY
                if given and given.startswith("Bearer ") and not given.startswith("Bearer mock.")
                else given
            )
        ),
    ),
    Defect(
        slug="expired-token-accepted",
        kind=Kind.ACCESS,
        clause="access/expired-token",
        summary="An expired token is served.",
        request=authorization(lambda _, given: given and given.replace(".expired.", ".default.")),
    ),
    Defect(
        slug="other-token-accepted",
        kind=Kind.ACCESS,
        clause="access/other-user",
        summary="Another user's token retrieves the call.",
        request=authorization(_as_owner),
    ),
    Defect(
        slug="own-path-any-call",
        kind=Kind.ACCESS,
        clause="access/other-user",
        summary="Another user's token retrieves the call by a path that names that user's own extension.",
        request=_calls_of_anybody,
    ),
    Defect(
        slug="self-of-everybody",
        kind=Kind.ACCESS,
        clause="uri/extension/self-own-only",
        summary="@self reaches other users' calls.",
        request=authorization(_as_owner_of_self),
    ),
    Defect(
        slug="foreign-names-accepted",
        kind=Kind.ACCESS,
        clause="uri/user-id/owner-of-extension",
        summary="Another user's id or extension in the path reaches the token's own calls.",
        request=_foreign_as_own,
    ),
)
