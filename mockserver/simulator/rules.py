"""The latitude the page leaves to the lot itself; what it leaves to the wire is not known here."""

from enum import StrEnum

from msgspec import Struct


class NotParked(StrEnum):
    """What an UnPark of a call that is not parked is answered."""

    NOTHING = "nothing"
    PHONECALL_INVALID = "phone call invalid"
    VIEW_INVALID = "view invalid"
    CONFLICT = "conflict"


class SlotChoice(StrEnum):
    FIRST = "first"
    NEXT = "next"


class Rules(Struct, frozen=True, kw_only=True):
    not_parked: NotParked = NotParked.NOTHING
    slot_choice: SlotChoice = SlotChoice.FIRST
    bulk_unpark: bool = False
    unanswered_retrieval_ends_call: bool = False
    parking_time_runs_while_retrieving: bool = False
    any_extension_retrieves: bool = False
