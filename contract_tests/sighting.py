"""What a listing shows of a call, and what changed between two listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from contract_tests.draft import listing
from contract_tests.exchange import Exchange, Request, Response
from contract_tests.expectation.expect import parse_json
from contract_tests.expectation.path import parse_link
from contract_tests.world import KnownCall, same_extension

PARKED_MEMBERS = ("parked", "parkedPos", "parkedBy")
LOOKED_AT = 64
"""So many listings are kept read; each has at most `LONGEST_BODY` bytes."""
ON_CALL = 5
RINGING = (1, 2, 3, 4)
"""Off hook, trying, ringing, the other side is ringing."""


class Presence(StrEnum):
    """Whether a listing shows the call."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenView:
    """One view of a call as listed. `status` is None where none is shown; `parking` holds the names of the
    parked members shown, `place` the slot and who parked.
    """

    id: str
    extension: str
    status: int | None
    source: tuple[str, ...]
    destination: tuple[str, ...]
    parking: frozenset[str]
    place: tuple[str, ...] = ()

    def involves(self, extension: str) -> bool:
        """Whether the extension is this view's, or one of its parties."""
        return any(
            same_extension(extension, one) for one in (self.extension, *self.source, *self.destination)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A call as a listing shows it. With `UNKNOWN` the listing itself could not be used and `why` says so."""

    presence: Presence
    id: str = ""
    views: tuple[SeenView, ...] = ()
    why: str = ""

    @property
    def parking(self) -> frozenset[str]:
        """The parked members that any view shows."""
        return frozenset().union(*(view.parking for view in self.views))

    def involving(self, extension: str) -> tuple[SeenView, ...]:
        """The views in which the extension takes part."""
        return tuple(view for view in self.views if view.involves(extension))

    def rings_at(self, extension: str) -> bool:
        """Whether the call is still on its way to the extension, which has not picked up: some status below 5."""
        statuses = [view.status for view in self.involving(extension)]
        return bool(statuses) and all(status in RINGING for status in statuses)

    def is_on_call_with(self, extension: str) -> bool:
        """Whether the call left the lot and some view shows it on call with the extension."""
        views = self.involving(extension)
        return not self.parking and any(view.status in (ON_CALL, None) for view in views)


def sight(exchange: Exchange | None, call_id: str) -> Sighting:
    """Reads a List answer in any of its documented and observed shapes: collection, array, bare call, nothing."""
    if exchange is None:
        return Sighting(presence=Presence.UNKNOWN, why="the call was not listed")
    response = exchange.response
    if response is None:
        return Sighting(presence=Presence.UNKNOWN, why=exchange.trouble or "no answer")
    if response.is_too_long:
        return Sighting(presence=Presence.UNKNOWN, why=f"the listing has {response.body_size:,} bytes")
    return _listed(response.status, response.body, call_id)


@lru_cache(LOOKED_AT)
def _listed(status: int, body: bytes, call_id: str) -> Sighting:
    """A listing is looked at for the call before, after, and by whoever waits for it to show: it is read once."""
    if status == 204 or _says_no_such_call(status, body):
        return Sighting(presence=Presence.ABSENT)
    if status != 200:
        return Sighting(presence=Presence.UNKNOWN, why=f"listing the call was answered {status}")
    try:
        calls = listed_calls(parse_json(body))
    except ValueError as error:
        return Sighting(presence=Presence.UNKNOWN, why=f"the listing is no JSON: {error}")
    if calls is None:
        return Sighting(presence=Presence.UNKNOWN, why="the listing is neither a collection nor a call")
    found = [call for call in calls if call.get("id") == call_id] or calls
    return _seen(found[0]) if len(found) == 1 else Sighting(presence=Presence.ABSENT)


def linked_listing(response: Response | None, call: KnownCall) -> Request | None:
    """List PhoneCalls at the address in the link of an answer that returns the call, where that is another address.

    The page says to use the link; whoever moves a call to the extension that retrieved it may list it there alone.
    """
    if response is None or not 200 <= response.status < 300:
        return None
    try:
        returned = listed_calls(parse_json(response.body)) or []
    except ValueError:
        return None
    links = [one.get(name) for one in returned[:1] for name in ("links", "link")]
    link = next(
        (one["self"] for one in links if isinstance(one, dict) and isinstance(one.get("self"), str)), ""
    )
    address = parse_link(link)
    if address is None or address.call_id != call.id:
        return None
    request = listing(address.user, address.extension, call.id)
    return None if request.target == listing(call.user, call.extension, call.id).target else request


def listed_calls(value: Any) -> list[Mapping[str, Any]] | None:
    """The calls in a List body, or None where it is of no known shape."""
    if isinstance(value, dict) and "entry" in value:
        entry = value["entry"]
        value = list(entry.values()) if isinstance(entry, dict) else entry
    elif isinstance(value, dict):
        value = [value] if "id" in value else None
    if not isinstance(value, list) or not all(isinstance(call, dict) for call in value):
        return None
    return value


def is_unchanged(before: Sighting, after: Sighting) -> bool | None:
    """Whether two sightings show the call in the same state; None where one of them shows nothing usable."""
    if Presence.UNKNOWN in (before.presence, after.presence):
        return None
    return (before.presence, before.views) == (after.presence, after.views)


def is_left_alone(before: Sighting, after: Sighting) -> bool | None:
    """Whether a call that no request named is as it was; None where a listing shows nothing usable.

    Its place in the lot does not count: the vendor calls it a position, and whoever counts the calls that wait lets
    the others move up when one of them leaves.
    """
    return is_unchanged(before, after) or is_unchanged(_but_for_its_place(before), _but_for_its_place(after))


def is_as_handed_out(sighting: Sighting, call: KnownCall) -> bool:
    """Whether nothing in a sighting speaks against what a rung said of its call: that it is there, parked or not."""
    if sighting.presence is Presence.UNKNOWN:
        return True
    return sighting.presence is Presence.PRESENT and (bool(sighting.parking) or not call.parked)


def tells_of_retrieval(sighting: Sighting, retriever: str) -> bool:
    """Whether a sighting shows the end of a retrieval, or nothing that could be waited for.

    A call that is not listed may be on its way from one listing to the other.
    """
    if sighting.presence is Presence.ABSENT:
        return False
    return not sighting.views or sighting.is_on_call_with(retriever)


def the_telling_one(looks: Sequence[Exchange], call_id: str, retriever: str) -> Exchange:
    """The last look at a call after a request; where it is back in the lot, the last one at which it rang.

    Nobody picked up in time then, which is no fault of the service. There is at least one look.
    """
    last = sight(looks[-1], call_id)
    if last.parking and not last.involving(retriever):
        rang = [look for look in looks if sight(look, call_id).rings_at(retriever)]
        return rang[-1] if rang else looks[-1]
    return looks[-1]


def _but_for_its_place(sighting: Sighting) -> Sighting:
    return replace(sighting, views=tuple(replace(view, place=()) for view in sighting.views))


def _says_no_such_call(status: int, body: bytes) -> bool:
    return status in (404, 410) or (status == 400 and b"pc_phonecall_invalid" in body)


def _seen(call: Mapping[str, Any]) -> Sighting:
    views = call.get("phoneCallView", [])
    if isinstance(views, dict):
        views = [views]
    seen = [_seen_view(view) for view in views if isinstance(view, dict)] if isinstance(views, list) else []
    return Sighting(presence=Presence.PRESENT, id=str(call.get("id", "")), views=tuple(seen))


def _seen_view(view: Mapping[str, Any]) -> SeenView:
    return SeenView(
        id=str(view.get("id", "")),
        extension=str(view.get("extension", "")),
        status=_number(view.get("status")),
        source=_parties(view.get("source")),
        destination=_parties(view.get("destination")),
        parking=parked_members(view),
        place=tuple(str(view[name]) for name in ("parkedPos", "parkedBy") if name in parked_members(view)),
    )


def parked_members(view: Mapping[str, Any]) -> frozenset[str]:
    """The names of the parked members that a view shows; all of them blank or naught are as good as none."""
    shown = {name: view[name] for name in PARKED_MEMBERS if view.get(name) not in (None, "")}
    return frozenset(shown) if any(value not in (0, "0") for value in shown.values()) else frozenset()


def _parties(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),) if value else ()


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
