"""The strict engineer: HTTP by the book, from bytes on a socket, and a refusal for all that is not exactly
right.

Freedoms used: paths of another shape are 404; a token that is bad is 403 with `WWW-Authenticate`; a content
type other than application/json is 415, a payload without length 411; a call already retrieved is 409; order
of checks is path, method, token, media type, JSON, view, call, destination, timeout, caller id, action;
unknown members are refused; `sendCallTo` must be a Phone Terminal of the same user; the connection is closed
after every answer.
"""

import json
import re
import socketserver
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from .base import JsonObject, Listener, ThreadedServer


class Kind(Enum):
    TERMINAL = 1
    QUEUE = 2
    IVR = 3


WORLD: dict[str, tuple[str, Kind]] = {
    "0003*210": ("12", Kind.TERMINAL),
    "0003*211": ("12", Kind.TERMINAL),
    "0003*024": ("12", Kind.TERMINAL),
    "0003*500": ("12", Kind.QUEUE),
    "0003*501": ("12", Kind.IVR),
    "0003*310": ("13", Kind.TERMINAL),
}
REASONS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    415: "Unsupported Media Type",
}
MEMBERS = {"action", "sendCallTo", "callerId", "waitForPickup", "phoneCallViewId"}


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Response:
    status: int
    value: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        body = b"" if self.value is None else json.dumps(self.value).encode("ascii")
        headers = self.headers | {
            "Connection": "close",
            "Date": f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S GMT}",
        }
        if self.status != 204:
            headers["Content-Length"] = str(len(body))
        if body:
            headers["Content-Type"] = "application/json"
        lines = [
            f"HTTP/1.1 {self.status} {REASONS[self.status]}",
            *(f"{k}: {v}" for k, v in headers.items()),
            "",
            "",
        ]
        return "\r\n".join(lines).encode("ascii") + body


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        value = {"error": {"code": code, "message": message}}
        self.response = Response(
            status, value, {name.replace("_", "-"): text for name, text in headers.items()}
        )


@dataclass
class Call:
    id: str
    user: str
    extension: str
    parked: bool
    since: datetime
    phone: str | None = None
    caller_id: str = "Unknown <0>"

    def view(self) -> JsonObject:
        near = self.phone or self.extension
        view: JsonObject = {
            "id": "01",
            "extension": near,
            "source": [self.phone or "+13334444"],
            "destination": [self.extension],
            "flow": 2,
            "status": 5,
            "callerId": self.caller_id,
            "answered": self.since.isoformat(),
        }
        return view | ({"parked": self.since.isoformat(), "parkedPos": 0} if self.parked else {})


class StrictServer(ThreadedServer):
    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        self.lock = threading.Lock()

    def listener(self) -> Listener:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                start = self.rfile.readline(65536).decode("latin-1").split()
                headers = {}
                while (line := self.rfile.readline(65536).decode("latin-1").strip()) and ":" in line:
                    name, _, value = line.partition(":")
                    headers[name.lower()] = value.strip()
                length = headers.get("content-length", "0")
                body = self.rfile.read(int(length) if length.isdecimal() else 0)
                if len(start) == 3:
                    self.wfile.write(outer.respond(Request(start[0], start[1], headers, body)).encode())

        return Listener(("127.0.0.1", 0), Handler)

    def respond(self, request: Request) -> Response:
        if request.target == "/hook":
            return Response(200, self.stage(json.loads(request.body)))
        try:
            with self.lock:
                return self.dispatch(request)
        except Refusal as refusal:
            return self.refused(refusal, request)

    def refused(self, refusal: Refusal, request: Request) -> Response:
        return refusal.response

    def dispatch(self, request: Request) -> Response:
        path, _, _ = request.target.partition("?")
        match = re.fullmatch("/uapi/phoneCalls/([^/]+)/([^/]+)(?:/([^/]+))?", path)
        if not match or re.search("%(?![0-9A-Fa-f]{2})", path):
            raise Refusal(404, "not_found", "There is no such resource.")
        if request.method not in ("GET", "PUT"):
            raise Refusal(405, "method_not_allowed", "Use GET or PUT.", Allow="GET, PUT")
        me = self.principal(request.headers.get("authorization", ""))
        user, extension, call_id = (
            unquote_to_bytes(part or "").decode("utf-8", "replace") for part in match.groups()
        )
        self.permit(me, user, extension)
        if request.method == "PUT":
            return self.put(me, extension, call_id, request)
        calls = [call for call in self.owned(me, extension) if call_id in ("", call.id)]
        if call_id:
            if not calls:
                raise Refusal(404, "pc_phonecall_invalid", "There is no such call.")
            return Response(200, self.document(calls[0]))
        return Response(200, {"totalResults": len(calls), "entry": [self.document(call) for call in calls]})

    def principal(self, authorization: str) -> str:
        for user, token in self.valid_tokens():
            if authorization == f"Bearer {token}":
                return user
        raise Refusal(
            403, "access_denied", "The token is not valid.", WWW_Authenticate='Bearer error="invalid_token"'
        )

    def valid_tokens(self) -> list[tuple[str, str]]:
        return [("12", self.token), ("13", self.other_token)]

    def permit(self, me: str, user: str, extension: str) -> None:
        known = extension == "@self" or WORLD.get(extension, ("", Kind.IVR))[0] == me
        if user not in (me, "@me", "@viewer", "@owner") or not known:
            raise Refusal(403, "access_denied", "That is not yours.")

    def owned(self, me: str, extension: str) -> list[Call]:
        return [
            call for call in self.calls.values() if call.user == me and extension in ("@self", call.extension)
        ]

    def put(self, me: str, extension: str, call_id: str, request: Request) -> Response:
        if not request.headers.get("content-length", "").isdecimal():
            raise Refusal(411, "length_required", "Say how long the payload is.")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal(415, "unsupported_media_type", "Send application/json.")
        try:
            sent = json.loads(request.body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise Refusal(400, "json_invalid", "The payload is not JSON.") from None
        if not isinstance(sent, dict) or not sent.keys() <= MEMBERS:
            raise Refusal(400, "json_invalid", "The payload is not a PhoneCallAction.")
        calls = self.owned(me, extension)
        if sent.get("phoneCallViewId") != "01":
            raise Refusal(
                400, "pc_phonecallview_invalid", "phoneCallViewId must reference a view of the call."
            )
        if call_id:
            calls = self.identified(calls, extension, call_id)
        if WORLD.get(str(sent.get("sendCallTo"))) != (me, Kind.TERMINAL):
            raise Refusal(400, "sendcallto_invalid", "sendCallTo must be a Phone Terminal of yours.")
        wait = sent.get("waitForPickup", 25)
        if type(wait) not in (int, str) or not re.fullmatch("[1-9][0-9]{0,4}", str(wait)):
            raise Refusal(400, "pc_timeout_invalid", "waitForPickup must be numeric and higher than 0.")
        caller_id = sent.get(
            "callerId", f"Extension {str(sent['sendCallTo'])[-3:]} <{str(sent['sendCallTo'])[-3:]}>"
        )
        if not isinstance(caller_id, str) or not re.fullmatch(r"[^<>\x00-\x1f]+ <\+?[0-9]{1,20}>", caller_id):
            raise Refusal(400, "pc_callerid_invalid", "callerId must look like John Doe <+3334444>.")
        if sent.get("action") != "UnPark":
            raise Refusal(400, "action_invalid", "action must be UnPark.")
        parked = [call for call in calls if call.parked]
        if call_id and not parked:
            raise Refusal(409, "already_retrieved", "The call is not in the parking lot.")
        for call in parked:
            call.parked, call.phone, call.caller_id = False, str(sent["sendCallTo"]), caller_id
            call.since = datetime.now(UTC)
        if not parked:
            return Response(204)
        return Response(
            200, self.document(parked[0]) if call_id else [self.document(call) for call in parked]
        )

    def identified(self, calls: list[Call], extension: str, call_id: str) -> list[Call]:
        calls = [call for call in calls if call.id == call_id]
        if not calls:
            raise Refusal(400, "pc_phonecall_invalid", "phoneCallId must reference an existing phone call.")
        return calls

    def document(self, call: Call) -> JsonObject:
        return {
            "id": call.id,
            "extension": call.extension,
            "ownerId": 3,
            "ownerName": "Default Organization",
            "published": call.since.isoformat(),
            "answered": call.since.isoformat(),
            "phoneCallView": [call.view()],
            "link": {"self": f"{self.url}/uapi/phoneCalls/{call.user}/{quote(call.extension)}/{call.id}"},
        }

    def stage(self, order: JsonObject) -> JsonObject:
        with self.lock:
            if order["action"] == "teardown":
                self.calls.clear()
                return {"calls": []}
            params = order.get("params") or {}
            made = []
            for _ in range(int(params.get("count", 1))):
                extension = params.get("extension", "0003*210")
                call_id = f"call{len(self.calls)}x{int(datetime.now(UTC).timestamp() * 1e6):x}"
                call = Call(
                    call_id,
                    str(params.get("userId", "12")),
                    extension,
                    order["state"] == "parked",
                    datetime.now(UTC),
                )
                self.calls[call_id] = call
                made.append(
                    {
                        "userId": call.user,
                        "extension": extension,
                        "phoneCallId": call_id,
                        "phoneCallViewId": "01",
                    }
                )
            return {"calls": made}
