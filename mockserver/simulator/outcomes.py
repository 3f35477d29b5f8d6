"""What a command is answered: one of a few accepted outcomes, or a refusal that names its field."""

from enum import StrEnum

from msgspec import Struct

from mockserver.simulator.phone_call import PhoneCall


class Field(StrEnum):
    """Fields of a request, by their names on the wire."""

    USER_ID = "userId"
    EXTENSION = "extension"
    PHONE_CALL_ID = "phoneCallId"
    PHONE_CALL_VIEW_ID = "phoneCallViewId"
    SEND_CALL_TO = "sendCallTo"
    SOURCE = "source"
    DESTINATION = "destination"


class Conflict(StrEnum):
    """Refusals no field of the request is to blame for."""

    NOT_PARKED = "not parked"
    LOT_FULL = "lot full"
    CALL_EXISTS = "call exists"


class Refused(Struct, frozen=True, kw_only=True, gc=False):
    """`reason` is a sentence for people: what was wrong, where, and what is allowed.

    `foreign` marks something that exists but belongs to somebody else.
    """

    cause: Field | Conflict
    reason: str
    foreign: bool = False


class Listed(Struct, frozen=True, kw_only=True, gc=False):
    """Oldest first."""

    calls: tuple[PhoneCall, ...]


class Retrieved(Struct, frozen=True, kw_only=True, gc=False):
    """The calls after the command; still ringing at the terminal unless it answers at once."""

    calls: tuple[PhoneCall, ...]
    bulk: bool = False


class Parked(Struct, frozen=True, kw_only=True, gc=False):
    calls: tuple[PhoneCall, ...]


class Created(Struct, frozen=True, kw_only=True, gc=False):
    calls: tuple[PhoneCall, ...]


class HungUp(Struct, frozen=True, kw_only=True, gc=False):
    """The calls as they were before they ended."""

    calls: tuple[PhoneCall, ...]


class NothingToDo(Struct, frozen=True, kw_only=True, gc=False):
    """Accepted, and there is no phone call to return."""


Outcome = Refused | Listed | Retrieved | Parked | Created | HungUp | NothingToDo


class RefusalError(Exception):
    """Raised inside a decision and turned into its `Refused` at the door; never leaves `decide`."""

    def __init__(self, cause: Field | Conflict, reason: str, *, foreign: bool = False) -> None:
        super().__init__(reason)
        self.refused = Refused(cause=cause, reason=reason, foreign=foreign)
