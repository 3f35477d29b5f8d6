"""What happened.  An event carries everything `evolve` needs; nothing is chosen or looked up again later."""

from dataclasses import dataclass
from enum import StrEnum

from mockserver.simulator.directory import Answering
from mockserver.simulator.phone_call import PhoneCall


class EndReason(StrEnum):
    HUNG_UP = "hung up"
    NO_ANSWER = "no answer"
    RETRIEVAL_UNANSWERED = "retrieval unanswered"
    COMEBACK_UNANSWERED = "comeback unanswered"
    TAKEN_DOWN = "taken down"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlaced:
    """`call` has no timer yet; `due` is when it is picked up, or given up if it is not (`picks_up`)."""

    at: float
    call_id: str
    call: PhoneCall
    due: float | None = None
    picks_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    at: float
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallParked:
    """`view_id` keeps waiting in `slot`, the other views are gone; `due` None means no time limit."""

    at: float
    call_id: str
    view_id: str
    slot: int
    by: str
    due: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalStarted:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRetrieved:
    at: float
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalGivenUp:
    at: float
    call_id: str
    due: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComebackStarted:
    at: float
    call_id: str
    due: float
    picks_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComebackAnswered:
    at: float
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    at: float
    call_id: str
    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweringSet:
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
