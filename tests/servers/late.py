"""The literal engineer's server, where answers come before their effect, or listings after what they show.

All within the time that a profile gives an answer to show (`settle`): the page gives none, and an answer 202 promises
no more than that the request was accepted.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from .base import JsonObject, Server
from .literal import Call, LiteralServer

Answer = tuple[int, Any]
Shown = Answer | None


class Later(LiteralServer):
    """202 at once, and the call is connected after a while; until then it is listed as parked, or not at all."""

    def __init__(self, delay: float, *, away: bool = False) -> None:
        super().__init__()
        self.delay, self.away = delay, away
        self.due: dict[str, tuple[float, JsonObject]] = {}

    def handle(self, method: str, target: str, authorization: str | None, body: bytes) -> Answer:
        with self.lock:
            for call_id, (moment, payload) in list(self.due.items()):
                if time.monotonic() >= moment:
                    del self.due[call_id]
                    if call_id in self.calls:
                        super().connect(self.calls[call_id], payload)
        return super().handle(method, target, authorization, body)

    def connect(self, call: Call, payload: JsonObject) -> None:
        self.due[call.id] = time.monotonic() + self.delay, payload

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        with self.lock:
            kept = self.due.get(call_id)
            status, value = super().unpark(user, extension, call_id, body)
            if kept is not None and status == 200:
                self.due[call_id] = kept
                return 204, None
        return (
            (202, {"id": call_id, "extension": value["extension"]})
            if status == 200 and call_id
            else (status, value)
        )

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        if self.away and call_id in self.due:
            return 204, None
        return super().listing(user, extension, call_id)


class Lagging(LiteralServer):
    """Listings come from a copy that is behind by some time: it knows a call only then, and parked even later.

    Every listing, or every second one, as where several copies take turns.
    """

    def __init__(self, lag: float, *, every: int = 1) -> None:
        super().__init__()
        self.lag, self.every, self.asked = lag, every, 0
        self.history: dict[str, list[tuple[float, Call]]] = {}

    def handle(self, method: str, target: str, authorization: str | None, body: bytes) -> Answer:
        answer = super().handle(method, target, authorization, body)
        with self.lock:
            self.note()
        return answer

    def note(self) -> None:
        for call in self.calls.values():
            states = self.history.setdefault(call.id, [])
            if not states or states[-1][1] != call:
                states.append((time.monotonic(), replace(call)))

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        self.asked += 1
        if not call_id or self.asked % self.every:
            return super().listing(user, extension, call_id)
        if not any(call.id == call_id for call in self.under(user, extension)):
            return 204, None
        known = self.history.get(call_id, [])
        seen = [call for moment, call in known if time.monotonic() - moment >= self.lag]
        return (200, seen[-1].as_json()) if seen else (204, None)


class ParkedLater(LiteralServer):
    """The hook parks a call at once; listings show it on the phone first, and in the lot after a while."""

    def __init__(self, lag: float) -> None:
        super().__init__()
        self.lag = lag
        self.since: dict[str, float] = {}

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        status, value = super().listing(user, extension, call_id)
        if value and call_id:
            since = self.since.setdefault(call_id, time.monotonic())
            if time.monotonic() - since < self.lag:
                for name in ("parked", "parkedPos", "parkedBy"):
                    value["phoneCallView"][0].pop(name, None)
        return status, value


class SlowPhone(LiteralServer):
    """200; the phone rings (status 2, 3, 4) and is picked up after a while, if it may ring for so long.

    While it rings the call holds its place in the lot; whom nobody picked up stays there.
    """

    def __init__(self, rings: float, status: str = "3", *, leaves: bool = False) -> None:
        super().__init__()
        self.rings, self.status, self.leaves = rings, status, leaves
        self.ringing: dict[str, tuple[float, float, JsonObject]] = {}

    def handle(self, method: str, target: str, authorization: str | None, body: bytes) -> Answer:
        with self.lock:
            for call_id, (since, limit, payload) in list(self.ringing.items()):
                rung = time.monotonic() - since
                if rung < min(self.rings, limit):
                    continue
                del self.ringing[call_id]
                if call_id in self.calls and self.rings <= limit:
                    super().connect(self.calls[call_id], payload)
        return super().handle(method, target, authorization, body)

    def connect(self, call: Call, payload: JsonObject) -> None:
        self.ringing[call.id] = time.monotonic(), float(payload.get("waitForPickup", 25)), payload

    def unpark(self, user: str, extension: str, call_id: str, body: bytes) -> Answer:
        with self.lock:
            if call_id not in self.ringing:
                return super().unpark(user, extension, call_id, body)
            rung = self.ringing[call_id]
            status, value = super().unpark(user, extension, call_id, body)
            self.ringing[call_id] = rung
            return (204, None) if status == 200 else (status, value)

    def listing(self, user: str, extension: str, call_id: str) -> Answer:
        status, value = super().listing(user, extension, call_id)
        if value and call_id in self.ringing:
            phone = self.ringing[call_id][2].get("sendCallTo")
            (waiting,) = value["phoneCallView"]
            if self.leaves:
                for name in ("parked", "parkedPos", "parkedBy"):
                    waiting.pop(name, None)
            leg = {
                "id": "02",
                "extension": phone,
                "source": [phone],
                "destination": [call_id],
                "status": self.status,
            }
            value["phoneCallView"] = [waiting, leg]
        return status, value


LATE: dict[str, Callable[[], Server]] = {
    "later": partial(Later, 0.1),
    "later_away": partial(Later, 0.1, away=True),
    "lagging": partial(Lagging, 0.1),
    "copies": partial(Lagging, 0.1, every=2),
    "parked_later": partial(ParkedLater, 0.1),
    "phone_tried": partial(SlowPhone, 0.1, "2"),
    "phone_rings": partial(SlowPhone, 0.1),
    "phone_rings_outside": partial(SlowPhone, 0.1, "4", leaves=True),
}
"""They come to show within half a second."""
