"""The minimal engineer: what the page does not name does not exist.

Freedoms used: only the page's four codes, so an unknown user, an unknown or foreign extension, a bad action
and a bad `sendCallTo` are all 400 pc_phonecall_invalid; a bad token is 401 with a message and no code;
listings never show `parked` or `parkedPos`, they have the members of the example and no more; neither POST
nor DELETE (405); a call that is not parked is 204; percent signs are decoded strictly (%zz is refused).
"""

import json
import re
import threading
from typing import Any

from .base import HttpListener, JsonObject, QuietHandler, ThreadedServer

PHONES = {"0003*210": "12", "0003*211": "12", "0003*024": "12", "0003*310": "13"}
OTHERS = {"0003*500": "12", "0003*501": "12"}


class Bad(Exception):
    pass


def decoded(text: str) -> str:
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        raise Bad("phonecall")
    try:
        octets = re.sub(rb"%(..)", lambda found: bytes([int(found[1], 16)]), text.encode("latin-1"))
        return octets.decode()
    except UnicodeError:
        raise Bad("phonecall") from None


class MinimalServer(ThreadedServer):
    expired_token = None

    def __init__(self) -> None:
        self.calls: list[JsonObject] = []
        self.owner: dict[str, str] = {}
        self.parked: set[str] = set()
        self.made = 0
        self.lock = threading.Lock()

    def listener(self) -> HttpListener:
        outer = self

        class Handler(QuietHandler):
            def serve(self) -> None:
                with outer.lock:
                    status, value = outer.serve(self.command, self.path, self.headers, self.received())
                payload = b"" if value is None else json.dumps(value, separators=(",", ":")).encode()
                self.send_response(status)
                if status == 405:
                    self.send_header("Allow", "GET, PUT")
                if payload:
                    self.send_header("Content-Type", "application/json")
                if status != 204:
                    self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = serve

        return HttpListener(("127.0.0.1", 0), Handler)

    def serve(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        if path == "/hook":
            return 200, self.set_up(**json.loads(body))
        me = {f"Bearer {self.token}": "12", f"Bearer {self.other_token}": "13"}.get(headers["Authorization"])
        if not me:
            return 401, {"error": {"message": "Unauthorized"}}
        if method not in ("GET", "PUT"):
            return 405, {"error": {"message": "Method Not Allowed"}}
        try:
            _, uapi, service, user, extension, *rest = map(decoded, path.split("?")[0].split("/"))
            if (uapi, service) != ("uapi", "phoneCalls") or len(rest) > 1:
                raise Bad("phonecall")
            calls = self.find(me, user, extension, *rest)
            if method == "GET":
                return (200, calls[0] if any(rest) else {"entry": calls}) if calls else (204, None)
            return self.unpark(calls, json.loads(body), any(rest))
        except Bad as bad:
            return 400, {"error": {"code": self.code(f"pc_{bad}_invalid"), "message": f"Invalid {bad}."}}
        except (ValueError, RecursionError):
            return 400, {"error": {"code": "pc_phonecall_invalid", "message": "Invalid request."}}

    def code(self, code: str) -> str:
        return code

    def find(self, me: str, user: str, extension: str, call_id: str = "") -> list[JsonObject]:
        owner = me if extension == "@self" else (PHONES | OTHERS).get(extension)
        if owner != me or user not in self.names(me):
            raise Bad("phonecall")
        return [
            call
            for call in self.calls
            if self.owner[call["id"]] == me
            and extension in ("@self", call["extension"])
            and call_id in ("", call["id"])
        ]

    def names(self, me: str) -> list[str]:
        return [me, "@me", "@viewer", "@owner"]

    def unpark(self, calls: list[JsonObject], sent: Any, one: bool) -> tuple[int, Any]:
        if (
            not isinstance(sent, dict)
            or sent.get("action") != "UnPark"
            or str(sent.get("sendCallTo")) not in PHONES
        ):
            raise Bad("phonecall")
        if one and not calls:
            return self.unknown()
        self.check_view(sent, calls)
        wait = sent.get("waitForPickup", 25)
        if type(wait) not in (str, int) or not re.fullmatch("[0-9]{1,18}", str(wait)) or int(wait) == 0:
            raise Bad("timeout")
        caller = sent.get("callerId", f"Phone <{sent['sendCallTo'][-3:]}>")
        if not isinstance(caller, str) or not re.fullmatch(r".*\S <\+?[0-9]+>", caller):
            raise Bad("callerid")
        calls = [call for call in calls if call["id"] in self.parked]
        for call in calls:
            self.parked.discard(call["id"])
            call["phoneCallView"][0] |= {
                "extension": sent["sendCallTo"],
                "source": [sent["sendCallTo"]],
                "callerId": caller,
                "status": "5",
            }
        return self.success(calls, one) if calls else (204, None)

    def unknown(self) -> tuple[int, Any]:
        raise Bad("phonecall")

    def check_view(self, sent: JsonObject, calls: list[JsonObject]) -> None:
        view = sent.get("phoneCallViewId")
        if not isinstance(view, str) or any(call["phoneCallView"][0]["id"] != view for call in calls):
            raise Bad("phonecallview")

    def success(self, calls: list[JsonObject], one: bool) -> tuple[int, Any]:
        return 200, calls[0] if one else calls

    def set_up(self, action: str, state: str = "parked", params: JsonObject | None = None) -> JsonObject:
        params = JsonObject(count=1, userId="12", extension="0003*210") | (params or {})
        if action == "teardown":
            self.calls, self.parked = [], set()
            return {"calls": []}
        made = []
        for _ in range(int(params["count"])):
            self.made += 1
            view: JsonObject = {
                "id": "01",
                "extension": params["extension"],
                "answered": "2012-06-27T16:08:55+03:00",
                "status": "5",
                "callerId": "Somebody <3334444>",
                "source": ["3334444"],
                "destination": [params["extension"]],
            }
            call: JsonObject = {
                "id": f"{self.made:04d}",
                "extension": params["extension"],
                "ownerId": "3",
                "ownerName": "Default Organization",
                "answered": "2012-06-27T16:08:55+03:00",
                "published": "2012-06-27T16:08:50+02:00",
                "phoneCallView": [view],
            }
            self.owner[call["id"]] = str(params["userId"])
            self.calls.append(call)
            if state == "parked":
                self.parked.add(call["id"])
            made.append(
                {
                    "userId": str(params["userId"]),
                    "extension": params["extension"],
                    "phoneCallId": call["id"],
                    "phoneCallViewId": "01",
                }
            )
        return {"calls": made}
