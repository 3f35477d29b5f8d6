"""A phone call, the views its parties have of it, and what it waits for.

None of them can be part of a cycle: the garbage collector need not look at them (`gc=False`), as at no event.
"""

from functools import lru_cache

from msgspec import Struct

from mockserver.simulator.lifecycle import Flow, Phase, Status


class Parking(Struct, frozen=True, kw_only=True, gc=False):
    """When, where and by whom: a view has all three or none."""

    since: float
    slot: int
    by: str


class View(Struct, frozen=True, kw_only=True, gc=False):
    """One party's point of view; moments are epoch seconds."""

    id: str
    extension: str
    source: tuple[str, ...]
    destination: tuple[str, ...]
    flow: Flow
    status: Status
    caller_id: str | None
    ringing: float | None = None
    answered: float | None = None
    parking: Parking | None = None


class Pending(Struct, frozen=True, kw_only=True, gc=False):
    """The timer of the current phase: when it is due, and whether it then brings a pickup or a failure."""

    timer: int
    due: float
    picks_up: bool = False


class Retrieval(Struct, frozen=True, kw_only=True, gc=False):
    """An UnPark under way; `time_left` is what remains of the parking time, None without a limit."""

    extension: str
    caller_id: str
    time_left: float | None


class PhoneCall(Struct, frozen=True, kw_only=True, gc=False):
    """`extension` is the one charged and addressed; it need not be a party any more after a retrieval."""

    id: str
    extension: str
    user_id: str
    organization_id: str
    published: float
    phase: Phase
    views: tuple[View, ...]
    answered: float | None = None
    nonce: str | None = None
    pending: Pending | None = None
    retrieval: Retrieval | None = None

    @property
    def parked_view(self) -> View | None:
        for view in self.views:
            if view.parking is not None:
                return view
        return None

    def view(self, view_id: str) -> View | None:
        for view in self.views:
            if view.id == view_id:
                return view
        return None

    def involves(self, number: str) -> bool:
        parties = {
            party for view in self.views for party in (view.extension, *view.source, *view.destination)
        }
        return number in parties


@lru_cache(maxsize=128)
def next_view_id(view_id: str) -> str:
    return f"{int(view_id) + 1:02d}"
