"""The rung `control`: our mock's own control plane makes calls in any state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests.exchange import Request
from contract_tests.expectation.expect import parse_json
from contract_tests.state.rung import RungError, calls_from
from contract_tests.target import Target
from contract_tests.world import KnownCall, World

STATES = "/_mock/states"
HEALTH = "/_mock/health"
WITNESS_VIEW = "07"
AGAIN = "again"
"""The session in which findings are seen again, so that pasted lines disturb nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRung:
    """Asks `URL/_mock/states` of the session that the tokens stand for."""

    target: Target
    world: World
    session: str
    name: str = "control"

    def parked(self, count: int) -> list[KnownCall]:
        return self._set_up("parked", count=count)

    def witness(self) -> KnownCall:
        return self._set_up("parked", count=1, phoneCallViewId=WITNESS_VIEW)[0]

    def talking(self) -> KnownCall:
        return self._set_up("talking", count=1)[0]

    def release(self, calls: Sequence[KnownCall]) -> None:
        listed = [
            {
                "userId": call.user,
                "extension": call.extension,
                "phoneCallId": call.id,
                "phoneCallViewId": call.view,
            }
            for call in calls
        ]
        self._ask({"action": "teardown", "state": "parked", "params": {"calls": listed}}, "tear-down")

    def reproduction(self, call: KnownCall) -> list[str]:
        state = "parked" if call.parked else "talking"
        params = {"userId": call.user, "extension": call.extension, "phoneCallId": call.id}
        body = json.dumps(
            {"action": "setup", "state": state, "params": params | {"phoneCallViewId": call.view}}
        )
        return [
            f"export CALLPARK_TOKEN=mock.{AGAIN}.{self.world.user}"
            f" CALLPARK_OTHER_TOKEN=mock.{AGAIN}.{self.world.foreign_user}"
            f" CALLPARK_EXPIRED_TOKEN=mock.expired.{self.world.user}",
            f"curl -sS {self.target.url}{STATES} -H 'Content-Type: application/json'"
            f" -H 'X-Callpark-Session: {AGAIN}' -d '{body}'",
        ]

    def _set_up(self, state: str, **params: Any) -> list[KnownCall]:
        params = {"userId": self.world.user, "extension": self.world.extension} | params
        answer = self._ask({"action": "setup", "state": state, "params": params}, "set-up")
        calls = calls_from(answer, parked=state == "parked")
        if len(calls) != params["count"]:
            raise RungError(f"{params['count']} calls were asked of {STATES}, {len(calls)} came")
        return calls

    def _ask(self, question: dict[str, Any], role: Any) -> Any:
        headers = (("Content-Type", "application/json"), ("X-Callpark-Session", self.session))
        request = Request(method="POST", target=STATES, headers=headers, body=json.dumps(question).encode())
        response = self.target.exchange(request, role=role)
        if response.response is None:
            raise RungError(f"{STATES}: {response.trouble}")
        if response.response.status != 200:
            raise RungError(f"{STATES} answered {response.response.status}: {response.response.body[:300]!r}")
        try:
            return parse_json(response.response.body)
        except ValueError as error:
            raise RungError(f"{STATES} answered what is no JSON: {error}") from error


def is_our_mock(target: Target) -> bool:
    """Whether a callpark mock answers at the target."""
    response = target.exchange(Request(method="GET", target=HEALTH), role="preflight").response
    if response is None or response.status != 200:
        return False
    try:
        health = parse_json(response.body)
    except ValueError:
        return False
    return isinstance(health, dict) and health.get("product") == "callpark-mock"
