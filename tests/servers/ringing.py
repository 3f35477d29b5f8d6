"""The telephone man: a retrieved call first rings, and somebody has to pick up. asyncio streams, no
http.server.

Freedoms used: one call is answered with 202, all calls of an extension with 200 and an array, both at once;
the listing shows the terminal ringing (status 3, `ringing`, no `answered`) and 150 ms later on call (status
5); a phone nobody picks up is cancelled after `waitForPickup` seconds and the call is gone from the listing
(line 94), that is `RingingServer(pickup=None)`; a call that rings or talks is 204; errors of the payload that
the page has no code for are 422.
"""

import asyncio
import contextlib
import json
import re
import threading
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

from .base import JsonObject, Server

HOUSE = {"12": ["0003*210", "0003*211", "0003*024", "0003*500", "0003*501"], "13": ["0003*310"]}
NO_PHONES = ["0003*500", "0003*501"]
BUCHAREST = timezone(timedelta(hours=3))


class Problem(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code


def clock() -> str:
    return datetime.now(BUCHAREST).isoformat(timespec="seconds")


class RingingServer(Server):
    def __init__(self, pickup: float | None = 0.15) -> None:
        self.pickup = pickup
        self.calls: dict[str, JsonObject] = {}
        self.owner: dict[str, str] = {}

    def start(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda loop, context: None)
        server = self.loop.run_until_complete(asyncio.start_server(self.converse, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.server = server
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        async def leave() -> None:
            self.server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(leave(), self.loop).result(2)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(2)
        self.loop.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                    method, target, _ = head[0].split(" ", 2)
                    pairs = (line.split(":", 1) for line in head[1:] if ":" in line)
                    headers = {name.strip().lower(): value.strip() for name, value in pairs}
                    try:
                        if (
                            not headers.get("content-length", "0").isdecimal()
                            or "transfer-encoding" in headers
                        ):
                            headers["connection"] = "close"
                            raise Problem(411, "length_required")
                        body = await reader.readexactly(int(headers.get("content-length", "0")))
                        status, answer = self.respond(method, target, headers, body)
                    except Problem as problem:
                        status, answer = (
                            problem.status,
                            {"error": {"code": problem.code, "message": "See the code."}},
                        )
                    payload = json.dumps(answer).encode() if answer is not None else b""
                    length = (
                        f"content-type: application/json\r\ncontent-length: {len(payload)}\r\n"
                        if payload
                        else ""
                    )
                    writer.write(f"HTTP/1.1 {status} \r\n{length}\r\n".encode() + payload)
                    await writer.drain()
                    if headers.get("connection", "").lower() == "close":
                        break
        finally:
            writer.close()

    def respond(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        segments = [unquote(segment) for segment in target.split("?")[0].strip("/").split("/")]
        if segments == ["hook"]:
            return 200, self.arrange(json.loads(body))
        if segments[:2] != ["uapi", "phoneCalls"] or not 4 <= len(segments) <= 5:
            raise Problem(404, "not_found")
        me = self.identify(headers.get("authorization", ""))
        user, extension, call_id = [*segments[2:], ""][:3]
        if user == "@owner" and extension != "@self":
            user = next((name for name, numbers in HOUSE.items() if extension in numbers), "")
        elif user.startswith("@"):
            user = me if user in ("@me", "@viewer", "@owner") else ""
        if user != me or (extension != "@self" and extension not in HOUSE[me]):
            raise Problem(403, "access_denied")
        calls = [
            call
            for call in self.calls.values()
            if self.owner[call["id"]] == me and extension in ("@self", call["extension"])
            if call_id in ("", call["id"])
        ]
        if method == "GET":
            if not calls:
                return 204, None
            return 200, calls[0] if call_id else {"entry": calls, "totalResults": str(len(calls))}
        if method != "PUT":
            raise Problem(405, "method_not_allowed")
        order = self.read(body)
        if call_id and not calls:
            raise Problem(400, "pc_phonecall_invalid")
        for call in calls:
            if order["phoneCallViewId"] != call["phoneCallView"][0]["id"]:
                raise Problem(400, "pc_phonecallview_invalid")
        parked = [call for call in calls if "parked" in call["phoneCallView"][0]]
        for call in parked:
            self.ring(call, order)
        if not parked:
            return 204, None
        return (202, parked[0]) if call_id else (200, parked)

    def identify(self, authorization: str) -> str:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and token == self.token:
            return "12"
        if scheme.lower() == "bearer" and token == self.other_token:
            return "13"
        raise Problem(401, "access_denied")

    def read(self, body: bytes) -> JsonObject:
        try:
            order = json.loads(body)
        except (ValueError, RecursionError):
            raise Problem(422, "payload_invalid") from None
        if not isinstance(order, dict) or order.get("action") != "UnPark":
            raise Problem(422, "action_invalid")
        phone = order.get("sendCallTo")
        if phone in NO_PHONES or not any(phone in numbers for numbers in HOUSE.values()):
            raise Problem(422, "sendcallto_invalid")
        wait = order.setdefault("waitForPickup", 25)
        if (
            isinstance(wait, bool)
            or not re.fullmatch(r"\+?[0-9]+(\.[0-9]+)?", str(wait))
            or not re.search("[1-9]", str(wait))
        ):
            raise Problem(400, "pc_timeout_invalid")
        caller = order.setdefault("callerId", f"{phone} <{str(phone)[-3:]}>")
        if not isinstance(caller, str) or not re.fullmatch(r"[^<>]+ <\+?[0-9]+>", caller):
            raise Problem(400, "pc_callerid_invalid")
        if not isinstance(order.get("phoneCallViewId"), str):
            raise Problem(400, "pc_phonecallview_invalid")
        return order

    def ring(self, call: JsonObject, order: JsonObject) -> None:
        patience = self.patience(order)
        phone = order["sendCallTo"]
        call["phoneCallView"] = [
            {
                "id": "01",
                "extension": phone,
                "ringing": clock(),
                "status": "3",
                "callerId": order["callerId"],
                "source": [phone],
                "destination": [call["extension"]],
            }
        ]
        if self.pickup is not None and self.pickup <= patience:
            self.loop.call_later(self.pickup, self.answered, call)
        else:
            self.loop.call_later(patience, self.cancel, call)

    def patience(self, order: JsonObject) -> float:
        return min(float(str(order["waitForPickup"])), 86400.0)

    def answered(self, call: JsonObject) -> None:
        call["answered"] = clock()
        call["phoneCallView"][0] |= {"status": "5", "answered": clock()}

    def cancel(self, call: JsonObject) -> None:
        self.calls.pop(call["id"], None)

    def arrange(self, order: JsonObject) -> JsonObject:
        if order["action"] == "teardown":
            self.calls.clear()
            return {"calls": []}
        params = {"count": 1, "userId": "12", "extension": "0003*210"} | (order.get("params") or {})
        made = []
        for _ in range(int(params["count"])):
            view = {
                "id": "01",
                "extension": params["extension"],
                "answered": clock(),
                "status": "5",
                "callerId": "Guest <5550100>",
                "source": ["5550100"],
                "destination": [params["extension"]],
            }
            if order["state"] == "parked":
                view |= {"parked": clock(), "parkedPos": "1"}
            call = {
                "id": uuid.uuid4().hex,
                "extension": params["extension"],
                "ownerId": "3",
                "ownerName": "Default Organization",
                "published": clock(),
                "answered": clock(),
                "phoneCallView": [view],
            }
            self.calls[call["id"]] = call
            self.owner[call["id"]] = str(params["userId"])
            made.append(
                {
                    "userId": str(params["userId"]),
                    "extension": params["extension"],
                    "phoneCallId": call["id"],
                    "phoneCallViewId": "01",
                }
            )
        return {"calls": made}
