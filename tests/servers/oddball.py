"""The oddball: conforms to every sentence and to nobody's habits. The state is folded from a log of events.

Freedoms used: answers are chunked, their header names upper case, their content type `Application/JSON;
Charset=..`; timestamps have odd offsets and fractions; numbers are strings, absent values null, members extra
and in reverse order, letters escaped; the link is relative and speaks of @me and @self; the view has another
id after retrieval (nothing says that a view survives); refusals have extra members; undocumented ones are
422, a foreign account 404; a call not parked is 204; all retrieved calls come as an object with `entry`.
"""

import json
import math
import threading
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

from .base import HttpListener, JsonObject, QuietHandler, ThreadedServer

KATHMANDU = timezone(timedelta(hours=5, minutes=45))
NEWFOUNDLAND = timezone(-timedelta(hours=3, minutes=30))
DIRECTORY = (
    ("12", "0003*210", True),
    ("12", "0003*211", True),
    ("12", "0003*024", True),
    ("12", "0003*500", False),
    ("12", "0003*501", False),
    ("13", "0003*310", True),
)

Event = tuple[str, str, JsonObject]  # kind, call, details
Answer = tuple[int, Any]


def failure(status: int, code: str) -> Answer:
    return status, {"trace": None, "error": {"message": "Não é possível ☎", "code": code, "severity": "1"}}


class OddballServer(ThreadedServer):
    def __init__(self) -> None:
        self.log: list[Event] = []
        self.lock = threading.Lock()
        self.serial = 1000

    def listener(self) -> HttpListener:
        outer = self

        class Handler(QuietHandler):
            def send_header(self, keyword: str, value: str) -> None:
                super().send_header(keyword.upper(), value)

            def go(self) -> None:
                body = self.received()
                with outer.lock:
                    status, value = outer.go(self.command, self.path, self.headers.get("authorization"), body)
                self.send_response(status, "Whatever")
                if value is None:
                    self.end_headers()
                    return
                self.send_header("Content-Type", "Application/JSON; Charset=UTF-8")
                self.send_header("Transfer-Encoding", "chunked")
                self.send_header("X-Odd", "1")
                self.send_header("X-Odd", "2")
                self.end_headers()
                payload = b"\n " + json.dumps(value, indent=3).encode() + b"\r\n"
                for start in range(0, len(payload), 97):
                    piece = payload[start : start + 97]
                    self.wfile.write(b"%X;odd=yes\r\n%s\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")

            do_GET = do_PUT = do_POST = do_DELETE = go

        return HttpListener(("127.0.0.1", 0), Handler)

    def calls(self) -> dict[str, JsonObject]:
        """The state of the world: what the events add up to."""
        world: dict[str, JsonObject] = {}
        for kind, call_id, details in self.log:
            if kind == "cleared":
                world.clear()
            elif kind == "began":
                world[call_id] = details
            elif kind == "retrieved":
                world[call_id] = world[call_id] | details | {"parked": None, "view": "77"}
        return world

    def go(self, method: str, target: str, authorization: str | None, body: bytes) -> Answer:
        if target == "/hook":
            return 200, {"calls": self.stage(json.loads(body)), "note": None}
        me = {f"Bearer {self.token}": "12", f"Bearer {self.other_token}": "13"}.get(authorization or "")
        if me is None:
            return failure(401, "access_denied")
        match unquote(target.partition("?")[0]).rstrip("/").split("/")[1:]:
            case ["uapi", "phoneCalls", user, extension, *rest] if len(rest) < 2 and method in ("GET", "PUT"):
                call_id = rest[0] if rest else None
            case _:
                return failure(404, "no_such_thing")
        mine = [number for owner, number, _ in DIRECTORY if owner == me]
        if not self.is_me(user, me) or extension not in [*mine, "@self"]:
            return failure(404, "no_such_thing")
        calls = {
            key: call
            for key, call in self.calls().items()
            if call["user"] == me and extension in ("@self", call["extension"]) and call_id in (None, key)
        }
        if method == "GET":
            shown = [self.shown(key, call) for key, call in calls.items()]
            if call_id and shown:
                return 200, shown[0]
            return 200, {"totalResults": str(len(shown)), "paging": None, "entry": shown}
        return self.put(calls, call_id, body)

    def is_me(self, user: str, me: str) -> bool:
        return user in (me, "@me", "@viewer", "@owner")

    def put(self, calls: dict[str, JsonObject], call_id: str | None, body: bytes) -> Answer:
        try:
            sent = json.loads(body)
            action, phone, view = sent["action"], sent["sendCallTo"], sent.get("phoneCallViewId")
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            return failure(422, "payload_invalid")
        if action != "UnPark":
            return failure(422, "action_invalid")
        if phone not in [number for _, number, terminal in DIRECTORY if terminal]:
            return failure(422, "sendcallto_invalid")
        if call_id is not None and not calls:
            return failure(400, "pc_phonecall_invalid")
        if not isinstance(view, str) or any(
            call["parked"] and call["view"] != view for call in calls.values()
        ):
            return failure(400, "pc_phonecallview_invalid")
        if not self.positive(sent.get("waitForPickup")):
            return failure(400, "pc_timeout_invalid")
        caller = sent.get("callerId")
        if caller is not None and not self.presentable(caller):
            return failure(400, "pc_callerid_invalid")
        parked = [key for key, call in calls.items() if call["parked"]]
        for key in parked:
            self.log.append(
                ("retrieved", key, {"phone": phone, "caller": caller or f"Nr. {phone[-3:]} <{phone[-3:]}>"})
            )
        if not parked:
            return 204, None
        now = self.calls()
        answer = [self.returned(key, now[key]) for key in parked]
        return 200, answer[0] if call_id else {"entry": answer}

    def positive(self, value: object) -> bool:
        try:
            return value is None or (
                not isinstance(value, bool)
                and str(value).isascii()
                and "_" not in str(value)
                and 0 < float(str(value)) < math.inf
            )
        except ValueError:
            return False

    def presentable(self, caller: object) -> bool:
        if not isinstance(caller, str) or not caller.endswith(">") or caller.count("<") != 1:
            return False
        name, _, number = caller[:-1].partition("<")
        return name.strip() != "" and number.isascii() and number.removeprefix("+").isdecimal()

    def returned(self, key: str, call: JsonObject) -> JsonObject:
        return self.shown(key, call)

    def shown(self, key: str, call: JsonObject) -> JsonObject:
        began: datetime = call["began"]
        view = {
            "holder": None,
            "recording": None,
            "onHold": None,
            "parkedPos": "0" if call["parked"] else None,
            "parked": call["parked"].astimezone(KATHMANDU).isoformat() if call["parked"] else None,
            "disposition": "4",
            "destination": [call["extension"]],
            "source": [call["phone"] or "+977 1 4412 345"],
            "callerId": call["caller"],
            "status": "5",
            "flow": "2",
            "extension": call["phone"] or call["extension"],
            "id": call["view"],
            "x-colour": ["ultraviolet"],
        }
        return {
            "x-weather": {"rain": True},
            "link": {"self": f"/uapi/phoneCalls/@me/@self/{key}", "edit": None},
            "phoneCallView": [view],
            "nonce": None,
            "answered": None,
            "published": began.astimezone(NEWFOUNDLAND).isoformat(),
            "ownerName": "Default Organization",
            "ownerId": "3",
            "extension": call["extension"],
            "id": key,
        }

    def stage(self, order: JsonObject) -> list[JsonObject]:
        if order["action"] == "teardown":
            self.log.append(("cleared", "", {}))
            return []
        params, made = order.get("params") or {}, []
        for _ in range(int(params.get("count", "1"))):
            self.serial += 7
            now = datetime.now(NEWFOUNDLAND)
            call = {
                "user": str(params.get("userId", "12")),
                "extension": params.get("extension", "0003*210"),
                "began": now,
                "parked": now if order["state"] == "parked" else None,
                "view": "01",
                "phone": None,
                "caller": "Ωmega <97714412345>",
            }
            self.log.append(("began", f"X{self.serial}", call))
            made.append(
                {
                    "userId": call["user"],
                    "extension": call["extension"],
                    "phoneCallId": f"X{self.serial}",
                    "phoneCallViewId": "01",
                }
            )
        return made
