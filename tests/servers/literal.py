"""The literal engineer: every sentence of the page, in the order of the page, and nothing else.

Freedoms used: success is 200 with the full PhoneCall (line 105, not the example's 202); List answers one call
as a bare object, an unknown one with 204; parameters are checked in the order of the table of errors (lines
113-116); no parked call to return is 204 (line 106); `sendCallTo` may be anybody's Phone Terminal (line 88
asks no more); several retrieved calls come as a collection; somebody else's account is 403.
"""

import json
import re
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from .base import HttpListener, JsonObject, QuietHandler, ThreadedServer

EXTENSIONS = {
    "12": {
        "0003*210": "terminal",
        "0003*211": "terminal",
        "0003*024": "terminal",
        "0003*500": "queue",
        "0003*501": "ivr",
    },
    "13": {"0003*310": "terminal"},
}
CALLER_IDS = {
    "0003*210": "Ann <3334210>",
    "0003*211": "Bob <3334211>",
    "0003*024": "Cid <3334024>",
    "0003*310": "Dan <3334310>",
}


class RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


@dataclass
class Call:
    id: str
    user: str
    extension: str
    published: str
    answered: str
    parked: str | None
    view: str = "01"
    phone: str = ""
    caller_id: str = "Eve <42420042>"

    def as_json(self) -> JsonObject:
        view: JsonObject = {
            "id": self.view,
            "extension": self.phone or self.extension,
            "answered": self.answered,
            "status": "5",
            "callerId": self.caller_id,
            "source": [self.phone or "42420042"],
            "destination": [self.extension],
        }
        if self.parked:
            view |= {"parked": self.parked, "parkedPos": 1, "parkedBy": self.extension}
        return {
            "id": self.id,
            "extension": self.extension,
            "ownerId": "3",
            "ownerName": "Default Organization",
            "answered": self.answered,
            "published": self.published,
            "phoneCallView": [view],
        }


def now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


class LiteralServer(ThreadedServer):
    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        self.lock = threading.RLock()
        self.next_id = 0xB817D2618FE6F1804333  # the documented call comes first

    def listener(self) -> HttpListener:
        outer = self

        class Handler(QuietHandler):
            def answer(self) -> None:
                status, body = outer.handle(
                    self.command, self.path, self.headers.get("Authorization"), self.received()
                )
                self.send_response(status)
                if body is not None:
                    payload = json.dumps(body).encode()
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                else:
                    if status != 204:
                        self.send_header("Content-Length", "0")
                    self.end_headers()

            do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = answer

        return HttpListener(("127.0.0.1", 0), Handler)

    def handle(self, method: str, target: str, authorization: str | None, body: bytes) -> tuple[int, Any]:
        path = urlsplit(target).path
        if path == "/hook":
            return 200, self.run_hook(json.loads(body))
        try:
            parts = [unquote(part) for part in path.split("/")]
            if parts[1:3] != ["uapi", "phoneCalls"] or len(parts) not in (5, 6):
                raise RefusedError(404, "not_found", "No such resource.")
            me = self.authenticate(authorization)
            call_id = parts[5] if len(parts) == 6 else ""
            user, extension = self.address(me, parts[3], parts[4])
            if method == "GET":
                return self.listing(user, extension, call_id)
            if method == "PUT":
                return self.unpark(user, extension, call_id, body)
            raise RefusedError(405, "method_not_allowed", "Use GET or PUT.")
        except RefusedError as refused:
            return refused.status, {"error": {"code": refused.code, "message": refused.message}}

    def authenticate(self, authorization: str | None) -> str:
        users = {f"Bearer {self.token}": "12", f"Bearer {self.other_token}": "13"}
        if authorization not in users:
            raise RefusedError(401, "access_denied", "The access token is missing, invalid or expired.")
        return users[authorization]

    def address(self, me: str, user: str, extension: str) -> tuple[str, str]:
        if user in ("@me", "@viewer"):
            user = me
        elif user == "@owner":
            user = next((owner for owner, numbers in EXTENSIONS.items() if extension in numbers), me)
        if not self.may(me, user):
            raise RefusedError(403, "access_denied", "The User belongs to somebody else.")
        if extension != "@self" and extension not in EXTENSIONS.get(user, {}):
            raise RefusedError(400, "extension_invalid", "The Extension is not owned by the User.")
        return user, extension

    def may(self, me: str, user: str) -> bool:
        return me == user

    def under(self, user: str, extension: str) -> list[Call]:
        return [
            call
            for call in self.calls.values()
            if call.user == user and extension in ("@self", call.extension)
        ]

    def listing(self, user: str, extension: str, call_id: str) -> tuple[int, Any]:
        calls = self.under(user, extension)
        if call_id:
            calls = [call for call in calls if call.id == call_id]
            return (200, calls[0].as_json()) if calls else (204, None)
        if not calls:
            return 204, None
        return 200, {"entry": [call.as_json() for call in calls], "totalResults": len(calls)}

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> tuple[int, Any]:
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            payload = None
        if not isinstance(payload, dict):
            raise RefusedError(400, "payload_invalid", "The payload must be a JSON object.")
        with self.lock:
            self.check_action(payload)
            self.check_destination(payload)
            self.check_timeout(payload)
            self.check_caller_id(payload)
            calls = self.under(user, extension)
            if call_id:
                calls = [call for call in calls if call.id == call_id]
                if not calls:
                    raise RefusedError(
                        400, "pc_phonecall_invalid", "phoneCallId must reference an existing call."
                    )
            self.check_view(payload, calls)
            calls = [call for call in calls if call.parked]
            for call in calls:
                self.connect(call, payload)
            if not calls:
                return 204, None
            if call_id:
                return 200, calls[0].as_json()
            return 200, {"entry": [call.as_json() for call in calls], "totalResults": len(calls)}

    def check_action(self, payload: JsonObject) -> None:
        if payload.get("action") != "UnPark":
            raise RefusedError(400, "action_invalid", "action must be set to UnPark.")

    def check_destination(self, payload: JsonObject) -> None:
        number = payload.get("sendCallTo")
        if not any(numbers.get(str(number)) == "terminal" for numbers in EXTENSIONS.values()):
            raise RefusedError(
                400, "sendcallto_invalid", "sendCallTo must refer to a Phone Terminal Extension."
            )

    def check_timeout(self, payload: JsonObject) -> None:
        value = payload.get("waitForPickup", 25)
        number = re.fullmatch(r"\+?[0-9]+(\.[0-9]+)?", str(value)) and not isinstance(value, bool)
        valid = isinstance(value, (str, int, float)) and number and re.search("[1-9]", str(value))
        if not valid:
            raise RefusedError(400, "pc_timeout_invalid", "waitForPickup must be numeric and higher than 0.")

    def check_caller_id(self, payload: JsonObject) -> None:
        value = payload.get("callerId", "John Doe <+3334444>")
        if not isinstance(value, str) or not re.fullmatch(r"[^<>]+ <\+?[0-9]+>", value):
            raise RefusedError(400, "pc_callerid_invalid", "callerId must look like John Doe <+3334444>.")

    def check_view(self, payload: JsonObject, calls: list[Call]) -> None:
        view = payload.get("phoneCallViewId")
        if not isinstance(view, str) or any(call.view != view for call in calls):
            raise RefusedError(
                400, "pc_phonecallview_invalid", "phoneCallViewId must reference a view of the call."
            )

    def connect(self, call: Call, payload: JsonObject) -> None:
        call.parked = None
        call.phone = payload.get("sendCallTo", "0003*024")
        call.caller_id = payload.get("callerId", CALLER_IDS.get(call.phone, call.caller_id))
        call.answered = now()

    def run_hook(self, order: JsonObject) -> JsonObject:
        params = order.get("params") or {}
        with self.lock:
            if order["action"] == "teardown":
                self.calls.clear()
                return {"calls": []}
            made = []
            for _ in range(int(params.get("count", 1))):
                parked = now() if order.get("state", "parked") == "parked" else None
                user, extension = str(params.get("userId", "12")), params.get("extension", "0003*210")
                call = Call(f"{self.next_id:020x}", user, extension, now(), now(), parked)
                self.next_id += 1
                self.calls[call.id] = call
                made.append(call)
            return {
                "calls": [
                    {
                        "userId": call.user,
                        "extension": call.extension,
                        "phoneCallId": call.id,
                        "phoneCallViewId": call.view,
                    }
                    for call in made
                ]
            }
