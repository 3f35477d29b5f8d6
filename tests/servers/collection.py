"""The lover of collections: everything is a list, even one; a WSGI application on the standard library's
server.

Freedoms used: PUT answers 200 with an array of the updated calls; each has `links`; every listing is a
collection with `entry` and `totalResults` as a number, an unknown call is an empty one; answers are HTTP/1.0
and close the connection; numbers are numbers; a call not parked is 204; path and payload are checked before
the token's owner.
"""

import itertools
import json
import re
import socketserver
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from .base import JsonObject, ThreadedServer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PHONES = ("0003*210", "0003*211", "0003*024", "0003*310")
NUMBERS = {"12": ("0003*210", "0003*211", "0003*024", "0003*500", "0003*501"), "13": ("0003*310",)}
PHRASES = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
}

Answer = tuple[int, Any]


class Record:
    """One call of the list."""

    def __init__(self, number: int, user: str, extension: str, parked: bool) -> None:
        self.id, self.user, self.extension, self.parked = f"c{number:07d}", user, extension, parked
        self.views: list[JsonObject] = [
            {
                "id": "01",
                "extension": extension,
                "source": ["+40213334444"],
                "destination": [extension],
                "flow": 8,
                "status": 5,
                "callerId": "Customer <+40213334444>",
            }
        ]
        if parked:
            self.views[0] |= {
                "parked": datetime.now(UTC).isoformat(),
                "parkedPos": number,
                "parkedBy": extension,
            }
        self.published = datetime.now(UTC).isoformat()


def fault(status: int, code: str) -> Answer:
    return status, {"error": {"code": code, "message": code.replace("_", " ")}}


class SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class WsgiListener(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.socket.getsockname()[1])
        self.setup_environ()


class CollectionServer(ThreadedServer):
    media_type = "application/json"

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()

    def listener(self) -> WSGIServer:
        listener = WsgiListener(("127.0.0.1", 0), SilentHandler)
        listener.set_app(self.application)
        return listener

    def application(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        body = environ["wsgi.input"].read(int(length) if length.isdecimal() else 0)
        with self.lock:
            status, value = self.route(
                environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("HTTP_AUTHORIZATION", ""), body
            )
        payload = b"" if value is None else self.encode(value)
        headers = [("Content-Length", str(len(payload)))] if status != 204 else []
        if payload:
            headers.append(("Content-Type", self.media_type))
        start_response(f"{status} {PHRASES[status]}", headers)
        return [payload]

    def encode(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def route(self, method: str, path: str, authorization: str, body: bytes) -> Answer:
        if (method, path) == ("POST", "/hook"):
            return self.hooked(json.loads(body))
        me = {"Bearer " + self.token: "12", "Bearer " + self.other_token: "13"}.get(authorization)
        if me is None:
            return fault(401, "access_denied")
        match path.split("/"):
            case ["", "uapi", "phoneCalls", user, extension]:
                call_id = ""
            case ["", "uapi", "phoneCalls", user, extension, call_id]:
                pass
            case _:
                return fault(404, "path_invalid")
        if method not in ("GET", "PUT"):
            return fault(405, "method_invalid")
        sent: JsonObject = {}
        if method == "PUT":
            sent = self.parse(body)
            if code := self.wrong(sent):
                return fault(400, code)
        owner = next((name for name, numbers in NUMBERS.items() if extension in numbers), me)
        user = {"@me": me, "@viewer": me, "@owner": owner}.get(user, user)
        if user != me or owner != me:
            return fault(403, "access_denied")
        if extension != "@self" and extension not in NUMBERS[me]:
            return fault(400, "extension_invalid")
        records = self.select(me, extension, call_id)
        if method == "GET":
            return 200, {
                "entry": [self.shown(record) for record in records],
                "totalResults": len(records),
                "itemsPerPage": 20,
            }
        if call_id and not records:
            return fault(400, "pc_phonecall_invalid")
        if any(sent["phoneCallViewId"] not in [view["id"] for view in record.views] for record in records):
            return fault(400, "pc_phonecallview_invalid")
        updated = [record for record in self.affected(records, bool(call_id)) if record.parked]
        for record in updated:
            self.hand_over(record, sent)
        return (200, self.returned(updated)) if updated else (204, None)

    def parse(self, body: bytes) -> JsonObject:
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            return {}
        return sent if isinstance(sent, dict) else {}

    def wrong(self, sent: JsonObject) -> str:
        wait, caller = sent.get("waitForPickup", 25), sent.get("callerId", "A <1>")
        if sent.get("action") != "UnPark":
            return "action_invalid"
        if sent.get("sendCallTo") not in PHONES:
            return "sendcallto_invalid"
        if not isinstance(sent.get("phoneCallViewId"), str):
            return "pc_phonecallview_invalid"
        if (
            isinstance(wait, bool)
            or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", str(wait))
            or float(wait) <= 0
        ):
            return "pc_timeout_invalid"
        if not isinstance(caller, str) or not re.fullmatch(r"[^<>]+<\+?[0-9*]+>", caller):
            return "pc_callerid_invalid"
        return ""

    def select(self, me: str, extension: str, call_id: str) -> list[Record]:
        return [
            record
            for record in self.records
            if record.user == me and extension in ("@self", record.extension) and call_id in ("", record.id)
        ]

    def affected(self, records: list[Record], single: bool) -> list[Record]:
        return records

    def hand_over(self, record: Record, sent: JsonObject) -> None:
        record.parked = False
        phone = sent["sendCallTo"]
        record.views = [
            {
                "id": "01",
                "extension": phone,
                "source": [phone],
                "destination": [record.extension],
                "flow": 2,
                "status": 5,
                "callerId": sent.get("callerId", f"Phone <{phone}>"),
                "answered": datetime.now(UTC).isoformat(),
            }
        ]

    def returned(self, updated: list[Record]) -> list[JsonObject]:
        return [self.shown(record) for record in updated]

    def shown(self, record: Record) -> JsonObject:
        return {
            "id": record.id,
            "extension": record.extension,
            "ownerId": "3",
            "ownerName": "Default Organization",
            "published": record.published,
            "phoneCallView": record.views,
            "links": {"self": f"{self.url}/uapi/phoneCalls/{record.user}/{record.extension}/{record.id}"},
        }

    def hooked(self, order: JsonObject) -> Answer:
        if order["action"] == "teardown":
            self.records = []
            return 200, {"calls": []}
        params = order.get("params", {})
        made = [
            Record(
                next(self.numbers),
                str(params.get("userId", "12")),
                params.get("extension", "0003*210"),
                order["state"] == "parked",
            )
            for _ in range(int(params.get("count", 1)))
        ]
        self.records += made
        return 200, {
            "calls": [
                {
                    "userId": record.user,
                    "extension": record.extension,
                    "phoneCallId": record.id,
                    "phoneCallViewId": "01",
                }
                for record in made
            ]
        }
