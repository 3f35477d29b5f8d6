"""What the control plane takes in, read strictly."""

from typing import Annotated, Literal

import msgspec

from mockserver.simulator.commands import (
    FIRST_VIEW_ID,
    MAX_IN_PARKING_SECONDS,
    WAIT_FOR_PICKUP_SECONDS,
)
from mockserver.simulator.directory import Pickup

Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=10_000_000_000)]
ViewId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2,4}\Z")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Duration = Annotated[float, msgspec.Meta(gt=0, le=10_000_000_000)]
CallId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,64}\Z")]


class Call(msgspec.Struct, rename="camel"):
    """One call as `setup` returned it; only its id is needed to take it down."""

    phone_call_id: str


class Params(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """`session` names the session where no header does."""

    count: Count = 1
    user_id: str = "12"
    extension: str = "0003*210"
    max_in_parking: Duration | None = None
    phone_call_id: CallId | None = None
    phone_call_view_id: ViewId = FIRST_VIEW_ID
    session: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{3,64}\Z")] | None = None
    calls: list[Call] = []


class StateRequest(msgspec.Struct):
    """Pact's provider states, and the hook contract; members of others (Pact sends some) are let pass."""

    action: Literal["setup", "teardown"]
    state: Literal["parked", "talking", "default", "empty"]
    params: Params = msgspec.field(default_factory=Params)


class AdvanceRequest(msgspec.Struct, forbid_unknown_fields=True):
    """One of the three: so many seconds, `to` the next event whatever it is, or `until` one of a kind."""

    seconds: Seconds | msgspec.UnsetType = msgspec.UNSET
    to: Literal["next"] | msgspec.UnsetType = msgspec.UNSET
    until: (
        Literal[
            "CallAnswered",
            "CallEnded",
            "CallRetrieved",
            "ComebackAnswered",
            "ComebackStarted",
            "RetrievalGivenUp",
        ]
        | msgspec.UnsetType
    ) = msgspec.UNSET


class ClockRequest(msgspec.Struct, forbid_unknown_fields=True):
    mode: str


class CallRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A call between `extension` and `other`, an extension or a public number; `maxInParking` only if parked."""

    extension: str = "0003*210"
    other: Text | None = None
    state: Literal["ringing", "talking", "parked"] = "talking"
    caller_id: Text | None = None
    max_in_parking: Duration | None = None
    phone_call_id: CallId | None = None
    phone_call_view_id: ViewId = FIRST_VIEW_ID


class ParkRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    max_in_parking: Duration = MAX_IN_PARKING_SECONDS


class RetrieveRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    send_call_to: str
    caller_id: Text | None = None
    wait_for_pickup: Duration = WAIT_FOR_PICKUP_SECONDS


class AnsweringRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`after` is in seconds and counts only for a phone that answers."""

    pickup: Pickup
    after: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0.0


class ScenarioRequest(msgspec.Struct, forbid_unknown_fields=True):
    """One of the two: the name of a scenario that comes with the kit, or a scenario in YAML."""

    name: str | None = None
    yaml: Annotated[str, msgspec.Meta(max_length=1_000_000)] | None = None


class SessionRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`start` is an ISO 8601 date with its offset; what is left out is as the server was started."""

    session: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{3,64}\Z")] | None = None
    scenario: ScenarioRequest | None = None
    clock: str | None = None
    start: str | None = None
    seed: Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)] | None = None


_Name = Annotated[str, msgspec.Meta(max_length=100)]


class BehaviourRequest(msgspec.Struct, forbid_unknown_fields=True):
    variants: Annotated[list[_Name], msgspec.Meta(max_length=100)] = []
    defect: _Name | None = None
