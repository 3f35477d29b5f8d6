"""The follower of the example: where prose and example differ, the example wins.

Freedoms used: success is `202 Accepted` with id, extension and link.self only, the link with the example's
double slash (line 153, and such paths are served); every number is a string; a call that is not in the
parking lot is 400 pc_phonecall_invalid; `waitForPickup` is a whole number; several calls come as an array; a
listing of none is an empty collection with 200; a JSON null counts as a member left out.
"""

import json
import re
import secrets
import threading
import time
from http import HTTPStatus
from typing import Any

from .base import HttpListener, JsonObject, QuietHandler, ThreadedServer

PATH = re.compile(r"/+uapi/phoneCalls/(?P<user>[^/]+)/(?P<extension>[^/]+)(?:/(?P<call>[^/]*))?")
TERMINALS = {"0003*210": "12", "0003*211": "12", "0003*024": "12", "0003*310": "13"}
OWNERS = TERMINALS | {"0003*500": "12", "0003*501": "12"}

Answer = tuple[int, Any]


def refuse(code: str, status: int = 400) -> Answer:
    return status, {"error": {"code": code, "message": f"The request was refused: {code}."}}


def stamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


class ExampleServer(ThreadedServer):
    expired_token = None  # this engineer's tokens live for ever

    def __init__(self) -> None:
        self.book: dict[str, JsonObject] = {}  # id → {"user", "parked", "call"}
        self.lock = threading.Lock()

    def listener(self) -> HttpListener:
        outer = self

        class Handler(QuietHandler):
            def reply(self, answer: Answer) -> None:
                self.send_response(answer[0], HTTPStatus(answer[0]).phrase)
                if answer[1] is None:
                    self.end_headers()
                    return
                payload = json.dumps(answer[1], indent=1).encode()
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def do_GET(self) -> None:
                self.reply(outer.serve(self.path, self.headers.get("Authorization", ""), None))

            def do_PUT(self) -> None:
                self.reply(outer.serve(self.path, self.headers.get("Authorization", ""), self.received()))

            def do_POST(self) -> None:
                body = self.received()
                is_hook = self.path == "/hook"
                self.reply(
                    (200, outer.prepare(json.loads(body))) if is_hook else refuse("method_invalid", 405)
                )

        return HttpListener(("127.0.0.1", 0), Handler)

    def serve(self, target: str, authorization: str, body: bytes | None) -> Answer:
        path = re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), target.partition("?")[0])
        match = PATH.fullmatch(path)
        if not match:
            return refuse("url_invalid", 404)
        me = {self.token: "12", self.other_token: "13"}.get(authorization.removeprefix("Bearer "))
        if me is None or not authorization.startswith("Bearer "):
            return refuse("access_denied", 401)
        user, extension = self.user(match["user"], match["extension"], me), match["extension"]
        if user != me or OWNERS.get(extension, me if extension == "@self" else "") != user:
            return refuse("access_denied", 403)
        with self.lock:
            found = [
                item
                for item in self.book.values()
                if item["user"] == user and extension in ("@self", item["call"]["extension"])
                if not match["call"] or item["call"]["id"] == match["call"]
            ]
            if body is None:
                return self.listing(found, bool(match["call"]))
            return self.update(found, bool(match["call"]), body)

    def user(self, name: str, extension: str, me: str) -> str:
        return {"@me": me, "@viewer": me, "@owner": OWNERS.get(extension, me)}.get(name, name)

    def listing(self, found: list[JsonObject], single: bool) -> Answer:
        if single and found:
            return 200, found[0]["call"]
        return 200, {
            "startIndex": "0",
            "totalResults": str(len(found)),
            "entry": [item["call"] for item in found],
        }

    def update(self, found: list[JsonObject], single: bool, body: bytes) -> Answer:
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            return refuse("json_invalid")
        if not isinstance(sent, dict):
            return refuse("json_invalid")
        sent = {name: value for name, value in sent.items() if value is not None}
        found = [item for item in found if item["parked"]]
        if single and not found:
            return refuse("pc_phonecall_invalid")
        if not self.is_action(sent.get("action")):
            return refuse("action_invalid")
        if not isinstance(sent.get("sendCallTo"), str) or sent["sendCallTo"] not in TERMINALS:
            return refuse("extension_invalid")
        if not self.is_caller_id(sent):
            return refuse("pc_callerid_invalid")
        if not self.is_timeout(sent):
            return refuse("pc_timeout_invalid")
        view = sent.get("phoneCallViewId")
        if view is None or any(view != item["call"]["phoneCallView"][0]["id"] for item in found):
            return refuse("pc_phonecallview_invalid")
        if not found:
            return 204, None
        for item in found:
            item["parked"] = False
            item["call"]["answered"] = stamp()
            item["call"]["phoneCallView"] = [
                {
                    "id": view,
                    "extension": sent["sendCallTo"],
                    "answered": stamp(),
                    "status": "5",
                    "callerId": sent.get("callerId", f"Extension <{sent['sendCallTo'][-3:]}>"),
                    "source": [sent["sendCallTo"]],
                    "destination": [item["call"]["extension"]],
                }
            ]
        reduced = [self.reduced(item) for item in found]
        return 202, reduced[0] if single else reduced

    def reduced(self, item: JsonObject) -> JsonObject:
        call = item["call"]
        link = f"{self.url}//uapi/phoneCalls/{item['user']}/{call['extension']}/{self.linked(call)}"
        return {"id": call["id"], "extension": call["extension"], "link": {"self": link}}

    def linked(self, call: JsonObject) -> str:
        return str(call["id"])

    def is_action(self, action: object) -> bool:
        return action == "UnPark"

    def is_caller_id(self, sent: JsonObject) -> bool:
        value = sent.get("callerId", "A <1>")
        return isinstance(value, str) and re.fullmatch(r"[^<>]*[^<> ] <\+?[0-9]+>", value) is not None

    def is_timeout(self, sent: JsonObject) -> bool:
        value = sent.get("waitForPickup", "25")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        return isinstance(value, str) and re.fullmatch("0*[1-9][0-9]{0,8}", value) is not None

    def prepare(self, order: JsonObject) -> JsonObject:
        params = order.get("params") or {}
        extension, user = params.get("extension", "0003*210"), str(params.get("userId", 12))
        with self.lock:
            if order.get("action") == "teardown":
                self.book.clear()
                return {"calls": []}
            fresh = [secrets.token_hex(10) for _ in range(int(params.get("count", 1)))]
            for call_id in fresh:
                parked = order.get("state") != "talking"
                view = {
                    "id": "01",
                    "extension": extension,
                    "answered": stamp(),
                    "status": "5",
                    "callerId": "Caller <0213334444>",
                    "source": ["0213334444"],
                    "destination": [extension],
                }
                if parked:
                    view["parked"] = stamp()
                call = {
                    "id": call_id,
                    "extension": extension,
                    "ownerId": "3",
                    "ownerName": "Default Organization",
                    "answered": stamp(),
                    "published": stamp(),
                    "phoneCallView": [view],
                }
                self.book[call_id] = {"user": user, "parked": parked, "call": call}
        return {
            "calls": [
                {"userId": user, "extension": extension, "phoneCallId": call_id, "phoneCallViewId": "01"}
                for call_id in fresh
            ]
        }
