"""Right servers with exactly one thing wrong each. `WRONG` says which sentence of the page is violated."""

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from .base import JsonObject, Server
from .collection import CollectionServer, Record
from .example import ExampleServer
from .literal import Call, LiteralServer
from .minimal import MinimalServer
from .mover import MoverServer
from .oddball import OddballServer
from .strict import Call as StrictCall
from .strict import Refusal, Request, Response, StrictServer
from .wrong_time import AnySeconds, Lost, Milliseconds, NegativeSeconds, NeverCancelled, ZeroSeconds

Answer = tuple[int, Any]


class AnyAction(LiteralServer):
    def check_action(self, payload: JsonObject) -> None:
        pass


class AnyCase(ExampleServer):
    def is_action(self, action: object) -> bool:
        return isinstance(action, str) and action.lower() == "unpark"


class OptionalDestination(LiteralServer):
    def check_destination(self, payload: JsonObject) -> None:
        if "sendCallTo" in payload:
            super().check_destination(payload)


class AnyExtension(LiteralServer):
    def check_destination(self, payload: JsonObject) -> None:
        if payload.get("sendCallTo") not in ("0003*500", "0003*501"):
            super().check_destination(payload)


class StaysParked(LiteralServer):
    def connect(self, call: Call, payload: JsonObject) -> None:
        pass


class WrongPhone(LiteralServer):
    def connect(self, call: Call, payload: JsonObject) -> None:
        super().connect(call, payload)
        call.phone = call.extension


class CallerIdIgnored(LiteralServer):
    def connect(self, call: Call, payload: JsonObject) -> None:
        super().connect(call, {name: value for name, value in payload.items() if name != "callerId"})


class RefusalRetrieves(LiteralServer):
    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        call = self.calls.get(call_id)
        answer: Answer = 500, None
        try:
            answer = super().unpark(user, extension, call_id, body)
        finally:
            if call and call.user == user and call.parked:
                self.connect(call, {})
        return answer


class ForeignToken(LiteralServer):
    def may(self, me: str, user: str) -> bool:
        return True


class AnyCall(LiteralServer):
    def under(self, user: str, extension: str) -> list[Call]:
        others = [call for call in self.calls.values() if call.user != user and extension != "@self"]
        return [*super().under(user, extension), *others]


class SelfTakesAll(LiteralServer):
    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        answer = super().unpark(user, extension, call_id, body)
        if extension == "@self" and call_id and answer[0] == 200:
            for call in self.under(user, extension):
                if call.parked:
                    self.connect(call, json.loads(body))
        return answer


class CallerIdListHangsUp(LiteralServer):
    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        if b'"callerId": [' in body:
            self.calls = {each: call for each, call in self.calls.items() if each == call_id}
        return super().unpark(user, extension, call_id, body)


class Anonymous(LiteralServer):
    def authenticate(self, authorization: str | None) -> str:
        return super().authenticate(authorization) if authorization else "12"


class Race(LiteralServer):
    class NoLock:
        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            pass

    def __init__(self) -> None:
        super().__init__()
        self.lock = self.NoLock()  # type: ignore[assignment]

    def connect(self, call: Call, payload: JsonObject) -> None:
        time.sleep(0.05)
        super().connect(call, payload)


class NumberRefused(ExampleServer):
    def is_timeout(self, sent: JsonObject) -> bool:
        return not isinstance(sent.get("waitForPickup"), int) and super().is_timeout(sent)


class StringRefused(ExampleServer):
    def is_timeout(self, sent: JsonObject) -> bool:
        return not isinstance(sent.get("waitForPickup"), str) and super().is_timeout(sent)


class TimeoutRequired(ExampleServer):
    def is_timeout(self, sent: JsonObject) -> bool:
        return "waitForPickup" in sent and super().is_timeout(sent)


class AnyCallerId(ExampleServer):
    def is_caller_id(self, sent: JsonObject) -> bool:
        return isinstance(sent.get("callerId", ""), str)


class CallerIdRequired(ExampleServer):
    def is_caller_id(self, sent: JsonObject) -> bool:
        return "callerId" in sent and super().is_caller_id(sent)


class LinkElsewhere(ExampleServer):
    def linked(self, call: JsonObject) -> str:
        return str(call["id"])[::-1] + "0"


class MeRefused(ExampleServer):
    def user(self, name: str, extension: str, me: str) -> str:
        return name if name == "@me" else super().user(name, extension, me)


class OnlyFirst(CollectionServer):
    def affected(self, records: list[Record], single: bool) -> list[Record]:
        return [record for record in records if record.parked][:1]


class AllExtensions(CollectionServer):
    def affected(self, records: list[Record], single: bool) -> list[Record]:
        return (
            records if single else [each for each in self.records if records and each.user == records[0].user]
        )


class SelfIsFirst(CollectionServer):
    def select(self, me: str, extension: str, call_id: str) -> list[Record]:
        records = super().select(me, extension, call_id)
        return [record for record in records if record.extension == records[0].extension]


class TakesNeighbours(CollectionServer):
    def hand_over(self, record: Record, sent: JsonObject) -> None:
        for each in self.records:
            if each.extension == record.extension and each.parked:
                super().hand_over(each, sent)


class WrongCall(CollectionServer):
    def returned(self, updated: list[Record]) -> list[JsonObject]:
        mine = [record for record in self.records if record.user == updated[0].user]
        return [self.shown(mine[0] if mine[0] is not record else mine[-1]) for record in updated]


class NotJson(CollectionServer):
    def returned(self, updated: list[Record]) -> Any:
        return Page(super().returned(updated))

    def encode(self, value: Any) -> bytes:
        return repr([*value]).encode() if isinstance(value, Page) else super().encode(value)


class Page(list[JsonObject]):
    """An answer that NotJson prints as Python does."""


class UnknownIsFine(MinimalServer):
    def unknown(self) -> Answer:
        return 200, {"entry": []}


class UnknownIsNothing(MinimalServer):
    def unknown(self) -> Answer:
        return 204, None


class CodesSwapped(MinimalServer):
    def code(self, code: str) -> str:
        swapped = {"pc_timeout_invalid": "pc_callerid_invalid", "pc_callerid_invalid": "pc_timeout_invalid"}
        return swapped.get(code, code)


class ViewOptional(MinimalServer):
    def check_view(self, sent: JsonObject, calls: list[JsonObject]) -> None:
        if "phoneCallViewId" in sent:
            super().check_view(sent, calls)


class AnyView(MinimalServer):
    def check_view(self, sent: JsonObject, calls: list[JsonObject]) -> None:
        if "phoneCallViewId" not in sent:
            super().check_view(sent, calls)


class NoViewer(MinimalServer):
    def names(self, me: str) -> list[str]:
        return [me, "@me", "@owner"]


class SilentSuccess(MinimalServer):
    def success(self, calls: list[JsonObject], one: bool) -> Answer:
        return 204, None


class EmptySuccess(MinimalServer):
    def success(self, calls: list[JsonObject], one: bool) -> Answer:
        return 200, None


class EmptyRefusal(StrictServer):
    def refused(self, refusal: Refusal, request: Request) -> Response:
        return Response(refusal.response.status, None, refusal.response.headers)


class RefusalIs200(StrictServer):
    def refused(self, refusal: Refusal, request: Request) -> Response:
        status = refusal.response.status
        return Response(200 if status == 400 else status, refusal.response.value, refusal.response.headers)


class EternalToken(StrictServer):
    def valid_tokens(self) -> list[tuple[str, str]]:
        return [*super().valid_tokens(), ("12", self.expired_token or "")]


class TellsToken(StrictServer):
    def refused(self, refusal: Refusal, request: Request) -> Response:
        refusal.response.value["error"]["message"] += f" You sent {request.headers}."
        return refusal.response


class SelfNeedsExtension(StrictServer):
    def identified(self, calls: list[StrictCall], extension: str, call_id: str) -> list[StrictCall]:
        if extension == "@self":
            raise Refusal(400, "pc_phonecall_invalid", "Name the extension.")
        return super().identified(calls, extension, call_id)


class ForeignBySelf(MoverServer):
    def addressed(self, user: str, extension: str, call_id: str) -> list[Any]:
        if extension == "@self" and call_id:
            return self.rows("SELECT * FROM call WHERE id = ?", call_id)
        return super().addressed(user, extension, call_id)


class ListingRetrieves(MoverServer):
    def run(self, method: str, target: str, authorization: str, body: bytes) -> Answer:
        answer = super().run(method, target, authorization, body)
        if method == "GET":
            self.db.execute("UPDATE call SET parked_at = NULL WHERE id = ?", (target.split("/")[-1],))
        return answer


class RefusalHangsUp(MoverServer):
    def validated(self, body: bytes) -> JsonObject:
        try:
            return super().validated(body)
        except Exception:
            self.db.execute("DELETE FROM call WHERE parked_at IS NOT NULL")
            raise


class OtherId(OddballServer):
    def returned(self, key: str, call: JsonObject) -> JsonObject:
        return super().returned(key, call) | {"id": f"Y{secrets.randbelow(10**6)}", "link": None}


class NoOwner(OddballServer):
    def is_me(self, user: str, me: str) -> bool:
        return user != "@owner" and super().is_me(user, me)


class DefaultUser(OddballServer):
    def is_me(self, user: str, me: str) -> bool:
        return True


class Crash(LiteralServer):
    def handle(self, method: str, target: str, authorization: str | None, body: bytes) -> Answer:
        if method == "PUT":
            try:
                json.loads(body)
            except ValueError as error:
                return 500, {"error": {"code": "internal", "message": repr(error)}}
        return super().handle(method, target, authorization, body)


WRONG: dict[str, tuple[Callable[[], Server], int | str, str]] = {
    "any_action": (AnyAction, 84, "Any action, and none, retrieves the call."),
    "any_case": (AnyCase, 84, "The action `unpark` counts as UnPark."),
    "optional_destination": (OptionalDestination, 85, "Without sendCallTo the call goes to some phone."),
    "any_extension": (AnyExtension, 88, "sendCallTo may be a queue or an IVR."),
    "stays_parked": (StaysParked, 3, "Says success, and the call stays in the parking lot."),
    "wrong_phone": (WrongPhone, 87, "Connects the parked extension, not sendCallTo."),
    "caller_id_ignored": (CallerIdIgnored, 91, "Always displays the default caller id."),
    "refusal_retrieves": (RefusalRetrieves, "safety", "A refused request retrieves the call all the same."),
    "foreign_token": (ForeignToken, "safety", "Any valid token may act for any user."),
    "any_call": (AnyCall, "safety", "User and extension must be one's own; the phoneCallId may be anybody's."),
    "self_takes_all": (SelfTakesAll, 76, "@self with a phoneCallId retrieves all the user's calls."),
    "caller_id_list_hangs_up": (CallerIdListHangsUp, "safety", "Refuses a list as callerId and hangs up the others."),
    "anonymous": (Anonymous, "safety", "Without an Authorization header everybody is user 12."),
    "race": (Race, "safety", "Two phones that ask at the same time both get the one call."),
    "zero_seconds": (ZeroSeconds, 113, "waitForPickup may be 0."),
    "negative_seconds": (NegativeSeconds, 113, "waitForPickup may be negative."),
    "any_seconds": (AnySeconds, 113, "waitForPickup may be a word."),
    "number_refused": (NumberRefused, 93, "waitForPickup must not be a JSON number."),
    "string_refused": (StringRefused, 31, "waitForPickup must not be the page's own string."),
    "timeout_required": (TimeoutRequired, 93, "Without waitForPickup the request is refused."),
    "any_caller_id": (AnyCallerId, 114, "callerId may be any text."),
    "caller_id_required": (CallerIdRequired, 90, "Without callerId the request is refused."),
    "link_elsewhere": (LinkElsewhere, 156, "The returned link leads to no call."),
    "me_refused": (MeRefused, 53, "@me is refused."),
    "only_first": (OnlyFirst, 75, "Without phoneCallId only the first parked call is retrieved."),
    "all_extensions": (AllExtensions, 75, "Without phoneCallId other extensions' calls come along."),
    "self_is_first": (SelfIsFirst, 66, "@self stands for one extension, not for all under the user."),
    "takes_neighbours": (TakesNeighbours, 74, "With a phoneCallId its neighbours are retrieved too."),
    "wrong_call": (WrongCall, 102, "Updates the right call and returns another one."),
    "not_json": (NotJson, 120, "The body of success is no JSON."),
    "milliseconds": (Milliseconds, 93, "waitForPickup counts milliseconds: nobody picks up in time."),
    "lost": (Lost, 126, "The phone picks up and the call is gone."),
    "never_cancelled": (NeverCancelled, 94, "A call nobody picks up rings for ever."),
    "unknown_is_fine": (UnknownIsFine, 115, "An unknown call is 200 with an empty collection."),
    "unknown_is_nothing": (UnknownIsNothing, 115, "An unknown call is 204."),
    "codes_swapped": (CodesSwapped, 113, "pc_timeout_invalid and pc_callerid_invalid are mixed up."),
    "view_optional": (ViewOptional, 96, "phoneCallViewId may be left out."),
    "any_view": (AnyView, 116, "phoneCallViewId may name a view the call does not have."),
    "no_viewer": (NoViewer, 54, "@viewer is refused."),
    "silent_success": (SilentSuccess, 105, "A retrieved call is answered with 204."),
    "empty_success": (EmptySuccess, 120, "A retrieved call is answered with 200 and no body."),
    "empty_refusal": (EmptyRefusal, 120, "Refusals have no body."),
    "refusal_is_200": (RefusalIs200, 112, "The error response comes with status 200."),
    "eternal_token": (EternalToken, "safety", "An expired token works."),
    "tells_token": (TellsToken, "safety", "Refusals repeat the request's headers with the bearer token."),
    "self_needs_extension": (SelfNeedsExtension, 76, "@self together with a phoneCallId is refused."),
    "foreign_by_self": (ForeignBySelf, "safety", "@self with a phoneCallId finds the calls of other users."),
    "listing_retrieves": (ListingRetrieves, "safety", "Listing one call takes it out of the parking lot."),
    "refusal_hangs_up": (RefusalHangsUp, "safety", "A refused payload hangs up the parked calls."),
    "other_id": (OtherId, 102, "The returned PhoneCall has an id nobody knows."),
    "no_owner": (NoOwner, 55, "@owner is refused."),
    "default_user": (DefaultUser, 56, "Whatever user the path names, the caller is meant."),
    "crash": (Crash, "safety", "A payload that is not JSON is answered with 500 and the exception."),
}  # fmt: skip
