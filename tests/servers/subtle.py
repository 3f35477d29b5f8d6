"""The literal engineer's server with one mistake that takes a second look: a boundary, a repetition, a neighbour.

`SUBTLE` and `DEEPER` say of each by which clause it is found, and what is wrong.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from .base import JsonObject, LineHandler, Listener, Server
from .literal import EXTENSIONS, Call, LiteralServer, RefusedError

Answer = tuple[int, Any]


class HangsUp(LiteralServer):
    """Answers nothing to some payloads: the connection is closed."""

    def __init__(self, on: Callable[[JsonObject], bool], status: int | None = None, wait: str = "0") -> None:
        super().__init__()
        self.on, self.status, self.wait = on, status, wait

    def listener(self) -> Any:
        outer = self

        class Handler(LineHandler):
            def handle(self) -> None:
                for method, target, headers, body in self.requests():
                    extra = ""
                    if method == "PUT" and outer.is_struck(body):
                        if outer.status is None:
                            return
                        status, value = outer.status, None
                        extra = f"Retry-After: {outer.wait}\r\n"
                    else:
                        status, value = outer.handle(method, target, headers.get("authorization"), body)
                    payload = b"" if value is None else json.dumps(value).encode()
                    length = "" if status == 204 else f"Content-Length: {len(payload)}\r\n"
                    self.wfile.write(f"HTTP/1.1 {status} X\r\n{extra}{length}\r\n".encode() + payload)

        return Listener(("127.0.0.1", 0), Handler)

    def is_struck(self, body: bytes) -> bool:
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            return False
        return isinstance(payload, dict) and self.on(payload)


class OfItsConnection(LiteralServer):
    """Another server to some requests: `on` is told the connection that one comes by and its place there, from 0."""

    def __init__(self, on: Callable[[int, int], bool], other: Callable[[], LiteralServer]) -> None:
        super().__init__()
        self.on, self.other = on, other()
        self.other.calls, self.other.lock = self.calls, self.lock
        self.connections = 0

    def listener(self) -> Any:
        outer = self

        class Handler(LineHandler):
            def handle(self) -> None:
                number: int | None = None
                for place, (method, target, headers, body) in enumerate(self.requests()):
                    if number is None and target != "/hook":
                        number, outer.connections = outer.connections, outer.connections + 1
                    is_other = number is not None and outer.on(number, place)
                    server = outer.other if is_other else outer
                    status, value = server.handle(method, target, headers.get("authorization"), body)
                    payload = b"" if value is None else json.dumps(value).encode()
                    length = "" if status == 204 else f"Content-Length: {len(payload)}\r\n"
                    self.wfile.write(f"HTTP/1.1 {status} X\r\n{length}\r\n".encode() + payload)

        return Listener(("127.0.0.1", 0), Handler)


def _is_null(payload: JsonObject) -> bool:
    return None in payload.values()


def _is_odd_wait(payload: JsonObject) -> bool:
    return repr(payload.get("waitForPickup", 20)) in ("''", "True", "20.5", "' 20'", "'020'", "'²'", "None")


class Leaks(LiteralServer):
    """What one request leaves out is taken from the request before."""

    def __init__(self, member: str) -> None:
        super().__init__()
        self.member = member
        self.last: Any = None

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            payload = None
        if isinstance(payload, dict):
            payload = {self.member: self.last, **payload} if self.last is not None else payload
            self.last = payload.get(self.member)
            body = json.dumps(payload).encode()
        return super().unpark(user, extension, call_id, body)


class Below(LiteralServer):
    """waitForPickup has to be below an hour."""

    def check_timeout(self, payload: JsonObject) -> None:
        super().check_timeout(payload)
        if float(payload.get("waitForPickup", 25)) >= 3600:
            raise RefusedError(400, "pc_timeout_invalid", "waitForPickup must be less than an hour.")


class MoreThanOne(LiteralServer):
    """waitForPickup has to be higher than 1."""

    def check_timeout(self, payload: JsonObject) -> None:
        super().check_timeout(payload)
        if float(payload.get("waitForPickup", 25)) <= 1:
            raise RefusedError(400, "pc_timeout_invalid", "waitForPickup must be higher than 1.")


class AgainBySelf(LiteralServer):
    """A retrieved call can be retrieved once more, by @self only."""

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        if status == 204 and extension == "@self" and call_id:
            return 200, self.calls[call_id].as_json()
        return status, value


class EffectFirst(LiteralServer):
    """The call is connected, and then the caller id is looked at."""

    def check_caller_id(self, payload: JsonObject) -> None:
        self.late = payload

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        answer = super().unpark(user, extension, call_id, body)
        super().check_caller_id(json.loads(body))
        return answer


class WrongCodeForStrings(LiteralServer):
    """400 for every bad waitForPickup, with another code where it is a string."""

    def check_timeout(self, payload: JsonObject) -> None:
        try:
            super().check_timeout(payload)
        except RefusedError:
            if isinstance(payload["waitForPickup"], str):
                raise RefusedError(400, "pc_callerid_invalid", "Look at the payload.") from None
            raise


class CallBefore(LiteralServer):
    """A retrieval is answered with the call that was retrieved before it."""

    def __init__(self) -> None:
        super().__init__()
        self.before: JsonObject | None = None

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        status, value = super().unpark(user, extension, call_id, body)
        if status != 200:
            return status, value
        before, self.before = self.before, value
        return 200, before or value


class BeginsAlike(LiteralServer):
    """A call is found by anything that begins with its id."""

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        found = next((each for each in self.calls if call_id.startswith(each)), call_id)
        return super().unpark(user, extension, found, body)


class CutCallerId(LiteralServer):
    """A caller id is cut after 20 characters before it is looked at."""

    def check_caller_id(self, payload: JsonObject) -> None:
        value = payload.get("callerId")
        super().check_caller_id(payload | ({"callerId": value[:20]} if isinstance(value, str) else {}))


class AnyTokenPrefix(LiteralServer):
    """A token is believed when it begins as a valid one does."""

    def authenticate(self, authorization: str | None) -> str:
        return super().authenticate(
            f"Bearer {self.token}" if (authorization or "").startswith("Bearer valid") else authorization
        )


class NoScheme(LiteralServer):
    """The token is taken wherever it stands in the header."""

    def authenticate(self, authorization: str | None) -> str:
        return super().authenticate(f"Bearer {(authorization or '').split(' ')[-1]}")


class ViewIsNumber(LiteralServer):
    """Views are compared as numbers."""

    def check_view(self, payload: JsonObject, calls: list[Call]) -> None:
        view = payload.get("phoneCallViewId")
        padded = view.zfill(2) if isinstance(view, str) else view
        super().check_view(payload | {"phoneCallViewId": padded}, calls)


class RefusalForgets(LiteralServer):
    """After a refusal for its view a call has no place in the lot any more, though it is parked."""

    def check_view(self, payload: JsonObject, calls: list[Call]) -> None:
        try:
            super().check_view(payload, calls)
        except RefusedError:
            for call in calls:
                call.view = "02"
            raise


class ThirdOfMany(LiteralServer):
    """A lot with three calls or more hands out the oldest one, whichever is asked for."""

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        waiting = [call for call in self.under(user, extension) if call.parked]
        if len(waiting) >= 3 and call_id in [call.id for call in waiting] and waiting[0].id != call_id:
            status, value = super().unpark(user, extension, waiting[0].id, body)
            return status, value | {"id": call_id} if status == 200 else value
        return super().unpark(user, extension, call_id, body)


class RefusedOnce(LiteralServer):
    """A call that was refused once can never be retrieved any more."""

    def __init__(self) -> None:
        super().__init__()
        self.spoilt: set[str] = set()

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        if call_id in self.spoilt:
            return 204, None
        try:
            return super().unpark(user, extension, call_id, body)
        except RefusedError:
            self.spoilt.add(call_id)
            raise


class AnyNumber(LiteralServer):
    """sendCallTo is looked for among all numbers that end in it, nobody's among them."""

    def check_destination(self, payload: JsonObject) -> None:
        number = str(payload.get("sendCallTo", ""))
        super().check_destination(payload | ({"sendCallTo": "0003*024"} if "*" in number else {}))


class OwnerOfAnybody(LiteralServer):
    """@owner is whoever owns the extension in the path, and nobody asks who wants to know."""

    def address(self, me: str, user: str, extension: str) -> tuple[str, str]:
        if user == "@owner":
            user = next((owner for owner, numbers in EXTENSIONS.items() if extension in numbers), me)
            return super().address(user, user, extension)
        return super().address(me, user, extension)


class DefaultRefused(LiteralServer):
    """The default of waitForPickup comes in as a word that its own check refuses, where callerId is left out too."""

    def check_timeout(self, payload: JsonObject) -> None:
        if "waitForPickup" not in payload and "callerId" not in payload:
            raise RefusedError(400, "pc_timeout_invalid", "waitForPickup must be numeric and higher than 0.")
        super().check_timeout(payload)


SUBTLE: dict[str, tuple[Callable[[], Server], str, str]] = {
    "null_drops": (partial(HangsUp, _is_null), "body/no-server-error", "A null closes the connection."),
    "odd_wait_503": (
        partial(HangsUp, _is_odd_wait, 503),
        "body/no-server-error",
        "An odd waitForPickup is 503.",
    ),
    "odd_wait_503_for_long": (
        partial(HangsUp, _is_odd_wait, 503, "3600"),
        "body/no-server-error",
        "An odd waitForPickup is 503, and asks for an hour.",
    ),
    "leaks_view": (
        partial(Leaks, "phoneCallViewId"),
        "failure/view/missing",
        "A view missing is the one before.",
    ),
    "leaks_destination": (
        partial(Leaks, "sendCallTo"),
        "payload/send-call-to/required",
        "A destination missing is the one before.",
    ),
    "below_an_hour": (Below, "payload/wait-for-pickup/any-positive", "3600 seconds are refused."),
    "more_than_one": (MoreThanOne, "payload/wait-for-pickup/any-positive", "One second is refused."),
    "effect_first": (
        EffectFirst,
        "parking/refusal-changes-nothing",
        "A refused caller id retrieves the call.",
    ),
    "wrong_code_for_strings": (
        WrongCodeForStrings,
        "failure/timeout/not-positive",
        "A bad waitForPickup has another code as a string.",
    ),
    "call_before": (CallBefore, "success/returns-call", "The call returned is that of the request before."),
    "begins_valid": (
        AnyTokenPrefix,
        "uri/extension/self-own-only",
        "Any token that begins right is believed.",
    ),
    "no_scheme": (NoScheme, "access/malformed-header", "The scheme of the header is not looked at."),
    "view_is_number": (ViewIsNumber, "failure/view/unknown", "The view 1 is taken for 01."),
    "refusal_forgets": (
        RefusalForgets,
        "parking/refusal-changes-nothing",
        "A refused view gives the call another.",
    ),
    "third_of_many": (ThirdOfMany, "parking/leaves-lot", "In a lot with many calls the oldest one is taken."),
    "refused_once": (
        RefusedOnce,
        "failure/timeout/not-positive",
        "A call that was refused once is 204 ever after.",
    ),
    "any_number": (AnyNumber, "payload/send-call-to/unknown", "sendCallTo may be any number."),
    "defaults_refused": (
        DefaultRefused,
        "payload/wait-for-pickup/optional",
        "Both defaults together are refused.",
    ),
}
"""What the fixed table finds, and the clause that it names first."""

DEEPER: dict[str, tuple[Callable[[], Server], str, str]] = {
    "again_by_self": (AgainBySelf, "parking/second-retrieval", "A second retrieval succeeds by @self."),
    "begins_alike": (BeginsAlike, "failure/call/unknown", "What begins with a call's id is taken for it."),
    "owner_of_anybody": (
        OwnerOfAnybody,
        "access/other-user",
        "@owner with a stranger's token reaches anybody's extension.",
    ),
    "cut_caller_id": (
        CutCallerId,
        "payload/caller-id/without-plus",
        "A caller id is cut after 20 characters.",
    ),
}
"""What takes sequences, pairs or values that are drawn."""
