"""The database engineer: a retrieved call belongs to the phone that retrieved it. SQL underneath.

Freedoms used: after UnPark the call's `extension` is the retriever's and the collection of the old extension
no longer has it, but the address it was retrieved from goes on working; calls have two views, "00" of the
caller and "01" of the extension, and either may be named; PUT is idempotent as HTTP says, so the same request
again is 200 and changes nothing, while another phone asking for the call is 400; 200 with the full call and
`links`.
"""

import json
import re
import sqlite3
import threading
import time
from typing import Any
from urllib.parse import unquote

from .base import HttpListener, JsonObject, QuietHandler, ThreadedServer

SCHEMA = """
CREATE TABLE extension (number TEXT PRIMARY KEY, user TEXT, kind TEXT);
INSERT INTO extension VALUES ('0003*210', '12', 'phone'), ('0003*211', '12', 'phone'),
    ('0003*024', '12', 'phone'), ('0003*500', '12', 'queue'),
    ('0003*501', '12', 'ivr'), ('0003*310', '13', 'phone');
CREATE TABLE call (id TEXT PRIMARY KEY, user TEXT, extension TEXT, parked_at TEXT, retrieved_from TEXT,
    caller_id TEXT, published TEXT);
"""
PARAMETERS = {
    "timeout": (r"[0-9]*[1-9][0-9]*", "waitForPickup"),
    "callerid": (r"[^<>]+ <\+?[0-9]+>", "callerId"),
}


class No(Exception):
    pass


def text_of(value: object) -> str:
    return (
        "" if isinstance(value, bool | list | dict | None) else str(value).encode(errors="replace").decode()
    )


class MoverServer(ThreadedServer):
    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(SCHEMA)
        self.lock = threading.Lock()

    def stop(self) -> None:
        super().stop()
        with self.lock:
            self.db.close()

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self.db.execute(query, values).fetchall()

    def listener(self) -> HttpListener:
        outer = self

        class Handler(QuietHandler):
            def run(self) -> None:
                body = self.received()
                try:
                    with outer.lock:
                        status, value = outer.run(
                            self.command, self.path, self.headers["Authorization"] or "", body
                        )
                except No as no:
                    status, code = no.args
                    value = {"error": {"code": code, "message": f"No: {code}"}}
                self.send_response(status)
                payload = b"" if status == 204 else json.dumps(value).encode()
                if payload:
                    self.send_header("Content-Type", "application/json; charset=utf-8")
                    self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_PUT = do_POST = run

        return HttpListener(("127.0.0.1", 0), Handler)

    def run(self, method: str, target: str, authorization: str, body: bytes) -> tuple[int, Any]:
        if (method, target) == ("POST", "/hook"):
            return 200, {"calls": self.park(json.loads(body))}
        me = {self.token: "12", self.other_token: "13"}.get(
            authorization[7:] if authorization[:7] == "Bearer " else ""
        )
        if me is None:
            raise No(401, "access_denied")
        path = [unquote(step) for step in target.split("?")[0].split("/")]
        if path[:3] != ["", "uapi", "phoneCalls"] or len(path) not in (5, 6) or method == "POST":
            raise No(404, "not_found")
        owner = self.rows("SELECT user FROM extension WHERE number = ?", path[4])
        user = {"@me": me, "@viewer": me, "@owner": owner[0]["user"] if owner else me}.get(path[3], path[3])
        if user != me or (path[4] != "@self" and (not owner or owner[0]["user"] != me)):
            raise No(401, "access_denied")
        call_id = path[5] if len(path) == 6 else ""
        calls = self.addressed(user, path[4], call_id)
        if method == "GET":
            if call_id:
                return (200, self.shown(calls[0])) if calls else (200, {"entry": [], "totalResults": 0})
            return 200, {"entry": [self.shown(call) for call in calls], "totalResults": len(calls)}
        if call_id and not calls:
            raise No(400, "pc_phonecall_invalid")
        sent = self.validated(body)
        parked = [call for call in calls if call["parked_at"]]
        if not parked and call_id:
            if calls[0]["retrieved_from"] and calls[0]["extension"] == sent["sendCallTo"]:
                return 200, self.shown(calls[0])
            raise No(400, "pc_phonecall_invalid")
        for call in parked:
            self.db.execute(
                "UPDATE call SET parked_at = NULL, retrieved_from = extension, extension = ?, caller_id = ?"
                " WHERE id = ?",
                (sent["sendCallTo"], text_of(sent.get("callerId", "Phone <1>")), call["id"]),
            )
        moved = [self.shown(self.rows("SELECT * FROM call WHERE id = ?", call["id"])[0]) for call in parked]
        if not moved:
            return 204, None
        return 200, moved[0] if call_id else {"entry": moved, "totalResults": len(moved)}

    def addressed(self, user: str, extension: str, call_id: str) -> list[sqlite3.Row]:
        if call_id:
            return self.rows(
                "SELECT * FROM call WHERE user = ? AND id = ? AND ? IN ('@self', extension, retrieved_from)",
                user,
                call_id,
                extension,
            )
        return self.rows("SELECT * FROM call WHERE user = ? AND ? IN ('@self', extension)", user, extension)

    def validated(self, body: bytes) -> JsonObject:
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            raise No(400, "json_invalid") from None
        if not isinstance(sent, dict) or sent.get("action") != "UnPark":
            raise No(400, "action_invalid")
        phone = text_of(sent.get("sendCallTo"))
        if not self.rows("SELECT 1 FROM extension WHERE number = ? AND kind = 'phone'", phone):
            raise No(400, "extension_invalid")
        for name, (pattern, member) in PARAMETERS.items():
            if member in sent and not re.fullmatch(pattern, text_of(sent[member])):
                raise No(400, f"pc_{name}_invalid")
        if sent.get("phoneCallViewId") not in ("00", "01"):
            raise No(400, "pc_phonecallview_invalid")
        return sent

    def shown(self, call: sqlite3.Row) -> JsonObject:
        here, far = call["extension"], call["retrieved_from"] or "+4021555"
        own: JsonObject = {
            "id": "01",
            "extension": here,
            "status": 5,
            "flow": 2,
            "callerId": call["caller_id"],
            "source": [here],
            "destination": [far],
        }
        if call["parked_at"]:
            own |= {"parked": call["parked_at"], "parkedPos": 1, "parkedBy": here}
        return {
            "id": call["id"],
            "extension": here,
            "ownerId": "3",
            "ownerName": "Default Organization",
            "published": call["published"],
            "phoneCallView": [own | {"id": "00", "source": [far], "destination": [here]}, own],
            "links": {"self": f"{self.url}/uapi/phoneCalls/{call['user']}/{here}/{call['id']}"},
        }

    def park(self, order: JsonObject) -> list[JsonObject]:
        if order["action"] == "teardown":
            self.db.execute("DELETE FROM call")
            return []
        made = []
        params = order.get("params") or {}
        for _ in range(int(params.get("count", 1))):
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            call_id = self.rows("SELECT lower(hex(randomblob(10))) AS id")[0]["id"]
            user, extension = str(params.get("userId", "12")), params.get("extension", "0003*210")
            self.db.execute(
                "INSERT INTO call VALUES (?, ?, ?, ?, NULL, 'Outside <4021555>', ?)",
                (call_id, user, extension, now if order.get("state") == "parked" else None, now),
            )
            made.append(
                {"userId": user, "extension": extension, "phoneCallId": call_id, "phoneCallViewId": "01"}
            )
        return made
