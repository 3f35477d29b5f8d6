"""What happened.  An event carries everything `evolve` needs; nothing is chosen or looked up again later."""

from enum import StrEnum

from msgspec import Struct

from mockserver.simulator.directory import Answering
from mockserver.simulator.phone_call import PhoneCall


class EndReason(StrEnum):
    HUNG_UP = "hung up"
    NO_ANSWER = "no answer"
    RETRIEVAL_UNANSWERED = "retrieval unanswered"
    COMEBACK_UNANSWERED = "comeback unanswered"
    TAKEN_DOWN = "taken down"


class CallPlaced(Struct, frozen=True, kw_only=True, gc=False):
    """`call` has no timer yet; `due` is when it is picked up, or given up if it is not (`picks_up`)."""

    at: float
    call_id: str
    call: PhoneCall
    due: float | None = None
    picks_up: bool = False


class CallAnswered(Struct, frozen=True, kw_only=True, gc=False):
    at: float
    call_id: str


class CallParked(Struct, frozen=True, kw_only=True, gc=False):
    """`view_id` keeps waiting in `slot`, the other views are gone; `due` None means no time limit."""

    at: float
    call_id: str
    view_id: str
    slot: int
    by: str
    due: float | None


class RetrievalStarted(Struct, frozen=True, kw_only=True, gc=False):
    """`time_left` is what remains of the parking time, None without a limit.

    `due` None means that the terminal picks up at this very moment, in the event that follows.
    """

    at: float
    call_id: str
    extension: str
    caller_id: str
    due: float | None
    picks_up: bool
    time_left: float | None


class CallRetrieved(Struct, frozen=True, kw_only=True, gc=False):
    at: float
    call_id: str


class RetrievalGivenUp(Struct, frozen=True, kw_only=True, gc=False):
    at: float
    call_id: str
    due: float | None


class ComebackStarted(Struct, frozen=True, kw_only=True, gc=False):
    at: float
    call_id: str
    due: float
    picks_up: bool


class ComebackAnswered(Struct, frozen=True, kw_only=True, gc=False):
    at: float
    call_id: str


class CallEnded(Struct, frozen=True, kw_only=True, gc=False):
    at: float
    call_id: str
    reason: EndReason


class AnsweringSet(Struct, frozen=True, kw_only=True, gc=False):
    at: float
    extension: str
    answering: Answering


CallEvent = (
    CallPlaced
    | CallAnswered
    | CallParked
    | RetrievalStarted
    | CallRetrieved
    | RetrievalGivenUp
    | ComebackStarted
    | ComebackAnswered
    | CallEnded
)
WorldEvent = AnsweringSet
Event = CallEvent | WorldEvent
