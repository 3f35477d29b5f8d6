"""A client of its own for the servers here, with urllib, and independent of the checker."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from .base import Server

EXAMPLE = {
    "action": "UnPark",
    "sendCallTo": "0003*024",
    "callerId": "John Doe <42420042>",
    "waitForPickup": "20",
    "phoneCallViewId": "01",
}


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The PhoneCalls of the answer, however it wraps them."""
        if self.status == 204:
            assert self.body == b""
            return []
        value = json.loads(self.body)
        if isinstance(value, dict):
            value = value.get("entry", [value])
        assert isinstance(value, list)
        return value

    def retrieved(self, *ids: str) -> None:
        """Lines 102-106 and 120: a success that returns exactly these calls as JSON."""
        assert self.status in (200, 202), self
        assert self.headers.get_content_type() == "application/json"
        assert sorted(call["id"] for call in self.calls) == sorted(ids)

    def refused(self, code: str | None = None) -> None:
        """Line 120: a 4xx with an error response; lines 112-116: a documented code comes with 400."""
        assert 400 <= self.status < 500, self
        error = json.loads(self.body)["error"]
        assert error["message"]
        if code:
            assert (self.status, error["code"]) == (400, code)


class Client:
    def __init__(self, server: Server) -> None:
        self.server = server

    def send(self, method: str, path: str, body: bytes | None = None, token: str | None = "") -> Answer:
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token or self.server.token}"
        url = urljoin(self.server.url, path)
        request = urllib.request.Request(url, data=body, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=2) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def park(self, count: int = 1, extension: str = "0003*210", state: str = "parked") -> list[str]:
        params = {"count": count, "userId": "12", "extension": extension}
        order = {"action": "setup", "state": state, "params": params}
        calls = json.loads(self.send("POST", "/hook", json.dumps(order).encode()).body)["calls"]
        assert all((call["userId"], call["extension"], call["phoneCallViewId"]) == ("12", extension, "01")
                   for call in calls)  # fmt: skip
        ids = [call["phoneCallId"] for call in calls]
        assert len(set(ids)) == count
        return ids

    def unpark(
        self, call: str = "", at: str = "12/0003*210", token: str | None = "", drop: str = "", **change: Any
    ) -> Answer:
        payload = {name: value for name, value in (EXAMPLE | change).items() if name != drop}
        path = f"/uapi/phoneCalls/{at}/{call}".rstrip("/")
        return self.send("PUT", path, json.dumps(payload).encode(), token)

    def listed(self, call: str) -> dict[str, Any] | None:
        answer = self.send("GET", f"/uapi/phoneCalls/12/0003*210/{call}")
        if answer.status == 404:
            return None
        assert answer.status in (200, 204)
        return next((found for found in answer.calls if found["id"] == call), None)

    def view(self, call: str) -> dict[str, Any]:
        found = self.listed(call)
        assert found
        view = found["phoneCallView"][-1]
        assert isinstance(view, dict)
        return view
