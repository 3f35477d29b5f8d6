"""Theory of operation, and the tables it rests on.

A phone call is always in exactly one phase.  It enters RINGING when somebody dials, is ON_CALL once both
sides talk, and PARKED while one party waits in a numbered slot of the organization's parking lot.  To
retrieve it, a Phone Terminal is rung: the call is RETRIEVING, still holds its slot, and its parking time
stands still.  If the terminal picks up, the slot is freed and the call is ON_CALL again; if nobody picks up
within `waitForPickup`, it is PARKED again with the parking time it had left (or ends, see
`Rules.unanswered_retrieval_ends_call`).  A call that stays PARKED longer than `maxInParking` leaves its slot
and rings whoever parked it: COMEBACK.  Not answered there within `COMEBACK_RING_SECONDS`, it is ENDED.

Every event moves its call one step through `TRANSITIONS`.  A phase lists every step that can leave it; a
step that is not listed cannot happen, and `after` says so instead of guessing.  ENDED lists none.

A call has at most one timer, the one of its phase; entering another phase forgets it.  Timers are events in
waiting: they fire in order of their moment (and, at one moment, in the order they were set) and go through the
same `evolve` as everything else.

A slot is FREE or TAKEN.  It is taken when a call enters PARKED from outside the lot and freed once, when the
call leaves PARKED or RETRIEVING for a phase outside the lot.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

COMEBACK_RING_SECONDS: Final = 30.0

# Members of enums that every request asks for have names of their own, here and beside: until Python 3.12 to look at
# one through its enum costs as much as a call.


class Phase(StrEnum):
    RINGING = "ringing"
    ON_CALL = "on call"
    PARKED = "parked"
    RETRIEVING = "retrieving"
    COMEBACK = "comeback"
    ENDED = "ended"


class Step(StrEnum):
    ANSWER = "answer"
    PARK = "park"
    RETRIEVE = "retrieve"
    GIVE_UP = "give up"
    EXPIRE = "expire"
    END = "end"


class Slot(StrEnum):
    FREE = "free"
    TAKEN = "taken"


class Status(IntEnum):
    """The vendor's status of a view."""

    UNKNOWN = 0
    OFF_HOOK = 1
    TRYING = 2
    RINGING = 3
    OTHER_SIDE_RINGING = 4
    ON_CALL = 5


class Flow(IntEnum):
    """The vendor's direction of a view."""

    LOCAL = 2
    OUTGOING = 4
    INCOMING = 8


TRANSITIONS: Final[Mapping[Phase, Mapping[Step, Phase]]] = MappingProxyType(
    {
        Phase.RINGING: {Step.ANSWER: Phase.ON_CALL, Step.END: Phase.ENDED},
        Phase.ON_CALL: {Step.PARK: Phase.PARKED, Step.END: Phase.ENDED},
        Phase.PARKED: {Step.RETRIEVE: Phase.RETRIEVING, Step.EXPIRE: Phase.COMEBACK, Step.END: Phase.ENDED},
        Phase.RETRIEVING: {Step.ANSWER: Phase.ON_CALL, Step.GIVE_UP: Phase.PARKED, Step.END: Phase.ENDED},
        Phase.COMEBACK: {Step.ANSWER: Phase.ON_CALL, Step.END: Phase.ENDED},
        Phase.ENDED: {},
    }
)

SLOT_OF: Final[Mapping[Phase, Slot]] = MappingProxyType(
    {
        Phase.RINGING: Slot.FREE,
        Phase.ON_CALL: Slot.FREE,
        Phase.PARKED: Slot.TAKEN,
        Phase.RETRIEVING: Slot.TAKEN,
        Phase.COMEBACK: Slot.FREE,
        Phase.ENDED: Slot.FREE,
    }
)


class IllegalStepError(Exception):
    """An event does not fit the phase of its call: `decide` and `evolve` disagree, or a stored tail is torn."""

    def __init__(self, phase: Phase, step: Step) -> None:
        super().__init__(f"a call that is {phase} cannot {step}")
