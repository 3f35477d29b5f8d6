"""What the control plane takes in, read strictly."""

from typing import Annotated, Literal, TypeVar

import msgspec

from mockserver.control.faults import bad_request
from mockserver.simulator.commands import FIRST_VIEW_ID

Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=10_000_000_000)]
ViewId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2,4}$")]
CallId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,64}$")]


class Call(msgspec.Struct, rename="camel"):
    """One call as `setup` returned it; only its id is needed to take it down."""

    phone_call_id: str


class Params(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """`session` names the session where no header does."""

    count: Count = 1
    user_id: str = "12"
    extension: str = "0003*210"
    max_in_parking: Annotated[float, msgspec.Meta(gt=0, le=10_000_000_000)] | None = None
    phone_call_id: CallId | None = None
    phone_call_view_id: ViewId = FIRST_VIEW_ID
    session: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{3,64}$")] | None = None
    calls: list[Call] = []


class StateRequest(msgspec.Struct):
    """Pact's provider states, and the hook contract; members of others (Pact sends some) are let pass."""

    action: Literal["setup", "teardown"]
    state: Literal["parked", "talking", "default"]
    params: Params = msgspec.field(default_factory=Params)


class AdvanceRequest(msgspec.Struct, forbid_unknown_fields=True):
    seconds: Seconds


Shape = TypeVar("Shape")


def read(data: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"{error}") from None
