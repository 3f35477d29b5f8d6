"""Phone calls as the vendor writes them in JSON.  Members without a value are left out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta, timezone
from functools import lru_cache
from math import floor
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from mockserver.clock import date_at
from mockserver.policy import LinkMember, Presentation
from mockserver.simulator.directory import Directory
from mockserver.simulator.phone_call import PhoneCall, View

Json = dict[str, Any]

_LINKS: Final[Mapping[LinkMember, str]] = {member: member.value for member in LinkMember}


class Representation(Struct, frozen=True, kw_only=True):
    """`prefix` is the absolute URL of the API; `asked` the user and extension segments of the request."""

    directory: Directory
    presentation: Presentation
    prefix: str
    asked: tuple[str, str] | None = None

    def full(self, call: PhoneCall) -> Json:
        organization = self.directory.organizations[call.organization_id]
        offset = self.presentation.utc_offset
        shown: Json = {
            "id": call.id,
            "extension": call.extension,
            "ownerId": organization.id,
            "ownerName": organization.name,
            "published": _date(floor(call.published), offset),
        }
        if call.answered is not None:
            shown["answered"] = _date(floor(call.answered), offset)
        if call.nonce is not None:
            shown["nonce"] = call.nonce
        shown["phoneCallView"] = [self._view(view) for view in call.views]
        shown.update(self._links(call))
        return shown

    def reduced(self, call: PhoneCall) -> Json:
        return {"id": call.id, "extension": call.extension, **self._links(call)}

    @property
    def address(self) -> str:
        """The absolute URL of the extension's calls, as it was asked for."""
        user, extension = (quote(segment, safe="@*") for segment in self.asked or ("@me", "@self"))
        return f"{self.prefix}/phoneCalls/{user}/{extension}"

    def collection(self, calls: Sequence[Json], *, total: int, start: int) -> Json:
        """OpenSocial's envelope: `calls` are the page of `total` that begins at index `start`."""
        return {
            "entry": list(calls),
            "totalResults": self._number(total),
            "itemsPerPage": self._number(len(calls)),
            "startIndex": self._number(start),
        }

    def _view(self, view: View) -> Json:
        offset, number = self.presentation.utc_offset, self._number
        shown: Json = {
            "id": view.id,
            "extension": view.extension,
            "source": list(view.source),
            "destination": list(view.destination),
            "flow": number(view.flow),
            "status": number(view.status),
        }
        if view.ringing is not None:
            shown["ringing"] = _date(floor(view.ringing), offset)
        if view.caller_id is not None:
            shown["callerId"] = view.caller_id
        if view.answered is not None:
            shown["answered"] = _date(floor(view.answered), offset)
        if view.parking is not None:
            shown["parked"] = _date(floor(view.parking.since), offset)
            shown["parkedPos"] = number(view.parking.slot)
            shown["parkedBy"] = view.parking.by
        return shown

    def _links(self, call: PhoneCall) -> Json:
        member = self.presentation.link_member
        if member is LinkMember.NONE:
            return {}
        user, extension = call.user_id, call.extension
        if self.presentation.link_as_asked and self.asked:
            user, extension = self.asked
        return {_LINKS[member]: {"self": f"{self.prefix}/phoneCalls/{user}/{extension}/{call.id}"}}

    @property
    def _number(self) -> Callable[[int], int | str]:
        return _as_text if self.presentation.numbers_as_strings else int


def _as_text(value: int) -> str:
    return str(int(value))


@lru_cache(maxsize=4096)
def _date(second: int, offset: int | None) -> str:
    zone = UTC if offset is None else timezone(timedelta(minutes=offset))
    text = date_at(second).astimezone(zone).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z") if offset is None else text
