"""The literal engineer's server, each time with one freedom taken that the page leaves."""

from collections.abc import Callable
from functools import partial
from typing import Any

from .base import JsonObject, Server
from .literal import Call, LiteralServer, RefusedError

Answer = tuple[int, Any]


class OwnWords(LiteralServer):
    """A call that is not in the lot is refused in words of its own."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        if status == 204:
            raise RefusedError(self.status, "call_not_parked", "The call is not in the parking lot.")
        return status, value


class Queue(LiteralServer):
    """The position in the lot is the place in a queue: who comes later moves up when a call leaves."""

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        waiting = [call.id for call in self.calls.values() if call.parked]
        status, value = super().listing(user, extension, call_id)
        for call in value.get("entry", [value]) if value else []:
            if call["id"] in waiting:
                call["phoneCallView"][0]["parkedPos"] = waiting.index(call["id"]) + 1
        return status, value


class RingsOn(LiteralServer):
    """202 at once; the call has left the lot, and the phone that is to take it rings on and on."""

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        return 202 if status == 200 else status, value

    def connect(self, call: Call, payload: JsonObject) -> None:
        call.parked = None

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        status, value = super().listing(user, extension, call_id)
        if call_id and value:
            value["phoneCallView"][0]["status"] = "5" if self.calls[call_id].parked else "4"
        return status, value


class Linked(LiteralServer):
    """A link to the call under a prefix of its own, or none."""

    def __init__(self, prefix: str | None) -> None:
        super().__init__()
        self.prefix = prefix

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        if status == 200:
            value["links"] = {
                "self": None if self.prefix is None else f"{self.prefix}/phoneCalls/12/0003*210/{call_id}"
            }
        return status, value


class Blanks(LiteralServer):
    """Every member is always there: one that has no value is blank, or naught."""

    def __init__(self, unset: JsonObject) -> None:
        super().__init__()
        self.unset = unset

    def handle(self, method: str, target: str, authorization: str | None, body: bytes) -> Answer:
        status, value = super().handle(method, target, authorization, body)
        if status == 200 and value is not None and target != "/hook":
            for call in value.get("entry", [value]):
                call["phoneCallView"] = [self.unset | view for view in call["phoneCallView"]]
        return status, value


class Unlinked(LiteralServer):
    """The member for links is there, and leads nowhere."""

    def __init__(self, **members: Any) -> None:
        super().__init__()
        self.members = members

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        return status, value | self.members if status == 200 and call_id else value


FREE: dict[str, Callable[[], Server]] = {
    **{f"own_words_{status}": partial(OwnWords, status) for status in (400, 403, 410, 422)},
    "queue": Queue,
    "rings_on": RingsOn,
    "no_link": partial(Linked, None),
    "blanks": partial(Blanks, {"parked": "", "parkedPos": 0, "parkedBy": "", "ringing": "", "recording": ""}),
    "naughts": partial(Blanks, {"parked": None, "parkedPos": "0", "parkedBy": None, "holder": None}),
    "null_link": partial(Unlinked, link=None, links=None),
    "link_without_self": partial(Unlinked, links={"next": None}, link={}),
    "other_prefix": partial(Linked, "https://x.x.x.x/api/v5"),
}
