"""What can be asked of a session.  Times are seconds; ids and choices are made by whoever asks."""

from typing import Final

from msgspec import Struct

from mockserver.simulator.directory import Answering

WAIT_FOR_PICKUP_SECONDS: Final = 25.0
MAX_IN_PARKING_SECONDS: Final = 180.0

FIRST_VIEW_ID: Final = "01"

ME: Final = frozenset({"@me", "@viewer"})
OWNER: Final = "@owner"
SELF: Final = "@self"


class Address(Struct, frozen=True, kw_only=True, gc=False):
    """The URI of a request: who asks (`viewer`), and whose calls are meant, in the vendor's own words."""

    viewer: str
    user: str
    extension: str
    call_id: str | None = None


class List(Struct, frozen=True, kw_only=True, gc=False):
    address: Address


class UnPark(Struct, frozen=True, kw_only=True, gc=False):
    """`caller_id` None means the caller id of the terminal that retrieves."""

    address: Address
    view_id: str
    send_call_to: str
    caller_id: str | None = None
    wait_for_pickup: float = WAIT_FOR_PICKUP_SECONDS


class Park(Struct, frozen=True, kw_only=True, gc=False):
    address: Address
    view_id: str
    max_in_parking: float = MAX_IN_PARKING_SECONDS


class Create(Struct, frozen=True, kw_only=True, gc=False):
    """A simple call between the first source and the first destination, charged to `address.extension`."""

    address: Address
    call_id: str
    source: tuple[str, ...]
    destination: tuple[str, ...]
    caller_id: str | None = None
    caller_destination: str | None = None
    nonce: str | None = None
    wait_for_pickup: float = WAIT_FOR_PICKUP_SECONDS


class HangUp(Struct, frozen=True, kw_only=True, gc=False):
    """`phone_number` narrows the calls to those that number is a party of."""

    address: Address
    phone_number: str | None = None


class Stage(Struct, frozen=True, kw_only=True, gc=False):
    """Put a call where a scenario or a test needs it; no user asks for this, and a full lot does not refuse it.

    A live call with this id is taken down for it, so that a set-up can be repeated.
    `age` and `parked_for` lie before the moment of the command; `max_in_parking` None means no limit.
    """

    call_id: str
    user: str
    extension: str
    parked: bool
    view_id: str = FIRST_VIEW_ID
    other: str | None = None
    caller_id: str | None = None
    age: float = 0.0
    parked_for: float = 0.0
    max_in_parking: float | None = None


class End(Struct, frozen=True, kw_only=True, gc=False):
    """Take a staged call away again, whatever its phase."""

    call_id: str


class SetAnswering(Struct, frozen=True, kw_only=True, gc=False):
    """From now on this extension answers so; `extension` is the extended form."""

    extension: str
    answering: Answering


class PickUp(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody picks up the phone; `extension` is the extended form."""

    extension: str


Command = List | UnPark | Park | Create | HangUp | Stage | End | SetAnswering | PickUp
