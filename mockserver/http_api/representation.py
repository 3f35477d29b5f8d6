"""Phone calls as the vendor writes them in JSON.  Members without a value are left out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta, timezone
from functools import cache, lru_cache
from math import floor
from typing import Any, Self
from urllib.parse import quote

from msgspec import Struct

from mockserver.clock import date_at
from mockserver.policy import LinkMember, Presentation
from mockserver.simulator.directory import Directory
from mockserver.simulator.lifecycle import Flow, Status
from mockserver.simulator.phone_call import PhoneCall, View

Json = dict[str, Any]


class Notation(Struct, frozen=True, kw_only=True):
    """How a presentation has numbers, moments (in epoch seconds, whole) and links written; `link` None is no link."""

    number: Callable[[int], int | str]
    flow: Mapping[Flow, int | str]
    status: Mapping[Status, int | str]
    date: Callable[[int], str]
    link: str | None
    link_as_asked: bool

    @classmethod
    def of(cls, presentation: Presentation) -> Self:
        member = presentation.link_member
        number: Callable[[int], int | str] = _as_text if presentation.numbers_as_strings else int
        return cls(
            number=number,
            flow={flow: number(flow) for flow in Flow},
            status={status: number(status) for status in Status},
            date=_dates(presentation.utc_offset),
            link=None if member is LinkMember.NONE else member.value,
            link_as_asked=presentation.link_as_asked,
        )


class Representation(Struct, frozen=True, kw_only=True, gc=False):
    """`prefix` is the absolute URL of the API; `asked` the user and extension segments of the request."""

    directory: Directory
    notation: Notation
    prefix: str
    asked: tuple[str, str] | None = None

    def full(self, call: PhoneCall) -> Json:
        organization = self.directory.organizations[call.organization_id]
        date = self.notation.date
        shown: Json = {
            "id": call.id,
            "extension": call.extension,
            "ownerId": organization.id,
            "ownerName": organization.name,
            "published": date(floor(call.published)),
        }
        if call.answered is not None:
            shown["answered"] = date(floor(call.answered))
        if call.nonce is not None:
            shown["nonce"] = call.nonce
        shown["phoneCallView"] = [self._view(view) for view in call.views]
        self._link(call, shown)
        return shown

    def reduced(self, call: PhoneCall) -> Json:
        shown: Json = {"id": call.id, "extension": call.extension}
        self._link(call, shown)
        return shown

    @property
    def address(self) -> str:
        """The absolute URL of the extension's calls, as it was asked for."""
        user, extension = (quote(segment, safe="@*") for segment in self.asked or ("@me", "@self"))
        return f"{self.prefix}/phoneCalls/{user}/{extension}"

    def collection(self, calls: Sequence[Json], *, total: int, start: int) -> Json:
        """OpenSocial's envelope: `calls` are the page of `total` that begins at index `start`."""
        number = self.notation.number
        return {
            "entry": list(calls),
            "totalResults": number(total),
            "itemsPerPage": number(len(calls)),
            "startIndex": number(start),
        }

    def _view(self, view: View) -> Json:
        notation = self.notation
        date = notation.date
        shown: Json = {
            "id": view.id,
            "extension": view.extension,
            "source": [*view.source],
            "destination": [*view.destination],
            "flow": notation.flow[view.flow],
            "status": notation.status[view.status],
        }
        if view.ringing is not None:
            shown["ringing"] = date(floor(view.ringing))
        if view.caller_id is not None:
            shown["callerId"] = view.caller_id
        if view.answered is not None:
            shown["answered"] = date(floor(view.answered))
        parking = view.parking
        if parking is not None:
            shown["parked"] = date(floor(parking.since))
            shown["parkedPos"] = notation.number(parking.slot)
            shown["parkedBy"] = parking.by
        return shown

    def _link(self, call: PhoneCall, shown: Json) -> None:
        notation = self.notation
        if notation.link is None:
            return
        user, extension = call.user_id, call.extension
        if notation.link_as_asked and self.asked:
            user, extension = self.asked
        shown[notation.link] = {"self": f"{self.prefix}/phoneCalls/{user}/{extension}/{call.id}"}


def _as_text(value: int) -> str:
    return str(int(value))


@cache
def _dates(offset: int | None) -> Callable[[int], str]:
    """At an offset in minutes; the same seconds are written again and again."""
    zone = UTC if offset is None else timezone(timedelta(minutes=offset))

    @lru_cache(maxsize=4096)
    def date(second: int) -> str:
        text = date_at(second).astimezone(zone).isoformat(timespec="seconds")
        return text.replace("+00:00", "Z") if offset is None else text

    return date
