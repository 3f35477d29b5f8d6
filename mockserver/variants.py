"""The catalogue of conforming behaviours that differ from the default, one per freedom the page leaves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, Literal

from msgspec.structs import replace

from callpark_spec.errors import instead
from mockserver.policy import LinkMember, NothingListed, Policy, Presentation
from mockserver.simulator.rules import NotParked, Rules, SlotChoice

GlobalReading = Literal["table", "document"]

_BOTH: Final[frozenset[GlobalReading]] = frozenset({"table", "document"})
_DOCUMENT: Final[frozenset[GlobalReading]] = frozenset({"document"})


class UnknownVariantError(LookupError):
    def __init__(self, slug: str) -> None:
        super().__init__(f"there is no variant {slug!r}; {instead(slug, VARIANTS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """`reading` is the entry of the contract's readings it takes sides in; `conforms` the global readings it
    is right under.  `change` can be applied after any other variant's.
    """

    slug: str
    reading: str
    summary: str
    change: Callable[[Policy], Policy]
    conforms: frozenset[GlobalReading] = _BOTH


def policy_with(slugs: Iterable[str], base: Policy | None = None) -> Policy:
    """Apply variants from left to right; raise UnknownVariantError."""
    return reduce(lambda policy, slug: variant(slug).change(policy), slugs, base or Policy())


def variant(slug: str) -> Variant:
    try:
        return VARIANTS[slug]
    except KeyError:
        raise UnknownVariantError(slug) from None


def _wire(**changes: Any) -> Callable[[Policy], Policy]:
    replace(Presentation(), **changes)
    return lambda policy: replace(policy, presentation=replace(policy.presentation, **changes))


def _lot(**changes: Any) -> Callable[[Policy], Policy]:
    replace(Rules(), **changes)
    return lambda policy: replace(policy, rules=replace(policy.rules, **changes))


_CATALOGUE: Final = (
    Variant(
        slug="accepted-202",
        reading="success-status",
        summary="A retrieval is answered 202, as in the page's example.",
        change=_wire(unpark_status=202),
        conforms=_DOCUMENT,
    ),
    Variant(
        slug="documented-answer",
        reading="success-status",
        summary="A retrieval is answered as in the page's example: 202, three members, link, numbers as strings.",
        change=_wire(
            unpark_status=202, reduced_unpark=True, link_member=LinkMember.LINK, numbers_as_strings=True
        ),
        conforms=_DOCUMENT,
    ),
    Variant(
        slug="reduced-call",
        reading="full-or-reduced",
        summary="A retrieval is answered with id, extension and link only.",
        change=_wire(reduced_unpark=True),
    ),
    Variant(
        slug="array-of-one",
        reading="object-or-array",
        summary="A retrieval is answered with an array that holds the call.",
        change=_wire(unpark_in_array=True),
    ),
    Variant(
        slug="link-singular",
        reading="link-or-links",
        summary="The member is called link, as in the page's example.",
        change=_wire(link_member=LinkMember.LINK),
    ),
    Variant(
        slug="no-link",
        reading="link-or-links",
        summary="There is no self link.",
        change=_wire(link_member=LinkMember.NONE),
    ),
    Variant(
        slug="link-as-asked",
        reading="link-or-links",
        summary="The self link keeps @me and @self as the client wrote them.",
        change=_wire(link_as_asked=True),
    ),
    Variant(
        slug="numbers-as-strings",
        reading="numbers-as-strings",
        summary='Numbers are written as strings, as the status "5" of the page\'s listing.',
        change=_wire(numbers_as_strings=True),
    ),
    Variant(
        slug="dates-with-offset",
        reading="dates",
        summary="Dates carry the offset +03:00 instead of Z.",
        change=_wire(utc_offset=180),
    ),
    Variant(
        slug="bare-listing",
        reading="list-shape",
        summary="List of one call answers the bare call, as the page's listing.",
        change=_wire(bare_single_call=True),
    ),
    Variant(
        slug="nothing-listed-204",
        reading="nothing-found",
        summary="List answers 204 when there is nothing to list.",
        change=_wire(nothing_listed=NothingListed.NO_CONTENT),
    ),
    Variant(
        slug="nothing-listed-400",
        reading="nothing-found",
        summary="List of an unknown call answers 400 pc_phonecall_invalid.",
        change=_wire(nothing_listed=NothingListed.PHONECALL_INVALID),
    ),
    Variant(
        slug="not-parked-call-invalid",
        reading="not-parked",
        summary="A call that is not parked is refused with 400 pc_phonecall_invalid.",
        change=_lot(not_parked=NotParked.PHONECALL_INVALID),
    ),
    Variant(
        slug="not-parked-view-invalid",
        reading="not-parked",
        summary="A call that is not parked is refused with 400 pc_phonecallview_invalid.",
        change=_lot(not_parked=NotParked.VIEW_INVALID),
    ),
    Variant(
        slug="not-parked-conflict",
        reading="not-parked",
        summary="A call that is not parked is refused with 409.",
        change=_lot(not_parked=NotParked.CONFLICT),
    ),
    Variant(
        slug="unanswered-ends-call",
        reading="wait-for-pickup-expiry",
        summary="When nobody picks up, the parked call ends as well.",
        change=_lot(unanswered_retrieval_ends_call=True),
    ),
    Variant(
        slug="parking-time-runs-on",
        reading="park-timer-while-retrieving",
        summary="The parking time runs on while the call is being retrieved.",
        change=_lot(parking_time_runs_while_retrieving=True),
    ),
    Variant(
        slug="next-slot",
        reading="organization-scope",
        summary="The lot gives out the next slot instead of the first free one.",
        change=_lot(slot_choice=SlotChoice.NEXT),
    ),
    Variant(
        slug="bulk-retrieval",
        reading="call-id-required-or-all",
        summary="Without a call id, every parked call of the extension is retrieved.",
        change=_lot(bulk_unpark=True),
    ),
    Variant(
        slug="missing-call-id-404",
        reading="call-id-required-or-all",
        summary="Without a call id, the answer is 404.",
        change=_wire(missing_call_id_status=404),
    ),
    Variant(
        slug="unauthorized-403",
        reading="unauthorized-status",
        summary="Without a valid token, the answer is 403, which the vendor's demo apps expect.",
        change=_wire(unauthorized_status=403),
    ),
    Variant(
        slug="access-denided",
        reading="unauthorized-status",
        summary="The code is spelt access_denided, as in the vendor's sample.",
        change=_wire(access_denied_code="access_denided"),
    ),
    Variant(
        slug="no-challenge",
        reading="unauthorized-status",
        summary="A 401 has no WWW-Authenticate.",
        change=_wire(challenge=False),
    ),
    Variant(
        slug="foreign-401",
        reading="foreign-user-or-extension",
        summary="Another user's things are answered 401 access_denied.",
        change=_wire(foreign_status=401),
    ),
    Variant(
        slug="foreign-403",
        reading="foreign-user-or-extension",
        summary="Another user's things are answered 403 access_denied.",
        change=_wire(foreign_status=403),
    ),
    Variant(
        slug="unknown-action-400",
        reading="malformed-requests",
        summary="An unknown action is refused with 400.",
        change=_wire(unknown_action_status=400),
    ),
    Variant(
        slug="strict-media-type",
        reading="malformed-requests",
        summary="A payload that is not announced as application/json is refused with 415.",
        change=_wire(strict_media_type=True),
    ),
    Variant(
        slug="blank-is-default",
        reading="missing-or-invalid",
        summary="null and the empty string mean the default for optional members.",
        change=_wire(blank_is_absent=True),
    ),
    Variant(
        slug="send-call-to-own-code",
        reading="send-call-to-errors",
        summary="A bad sendCallTo that the document lets pass is refused with a code of its own.",
        change=_wire(send_call_to_code="pc_sendcallto_invalid"),
    ),
    Variant(
        slug="queue-retrieves",
        reading="send-call-to-errors",
        summary="A queue or an IVR is rung like a Phone Terminal.",
        change=_lot(any_extension_retrieves=True),
    ),
)

VARIANTS: Final[Mapping[str, Variant]] = {each.slug: each for each in _CATALOGUE}
