"""The rung `control`: the hook at `URL/_mock/states` of our own mock, and how our own mock is known."""

from __future__ import annotations

import json
from typing import Any, Literal

from contract_tests.exchange import Request
from contract_tests.expectation.expect import parse_json
from contract_tests.state.hook import HookRung, setup
from contract_tests.state.rung import RungError, Script, quoted, said_in
from contract_tests.target import Target
from contract_tests.world import KnownCall, World

STATES = "/_mock/states"
HEALTH = "/_mock/health"
AGAIN = "again"
"""The session in which findings are seen again, so that pasted lines disturb nobody."""


def control_rung(target: Target, world: World, session: str) -> HookRung:
    """The rung that makes calls in a session of the mock."""

    def ask(question: dict[str, Any], role: Literal["set-up", "tear-down"]) -> Any:
        headers = (("Content-Type", "application/json"), ("X-Callpark-Session", session))
        body = json.dumps(question).encode()
        exchange = target.exchange(
            Request(method="POST", target=STATES, headers=headers, body=body), role=role
        )
        if exchange.response is None:
            raise RungError(f"{STATES}: {quoted(exchange.trouble or '', target.secrets)}")
        if exchange.response.status != 200:
            said = said_in(exchange.response.body, target.secrets)
            raise RungError(f"{STATES} answered {exchange.response.status}: {said}")
        try:
            return parse_json(exchange.response.body)
        except ValueError as error:
            raise RungError(f"{STATES} answered what is no JSON: {error}") from error

    return HookRung(
        world=world,
        ask=ask,
        script=Script(
            again=lambda call: _reproduction(target.url, call), before=_preamble(target.url, world)
        ),
        name="control",
        keeps_apart=True,
    )


def is_our_mock(target: Target) -> bool:
    """Whether a callpark mock answers at the target. Raises `TargetUnreachable` where nobody does."""
    response = target.probe(HEALTH)
    if response is None or response.status != 200:
        return False
    try:
        health = parse_json(response.body)
    except ValueError:
        return False
    return isinstance(health, dict) and health.get("product") == "callpark-mock"


def _preamble(url: str, world: World) -> list[str]:
    """Tokens of the session, and an empty sheet; a quote keeps the expired one from being taken for a secret."""
    return [
        f"export CALLPARK_TOKEN=mock.{AGAIN}.{world.user}"
        f" CALLPARK_OTHER_TOKEN=mock.{AGAIN}.{world.foreign_user}"
        f" CALLPARK_EXPIRED_TOKEN=mock.expired.'{world.user}'",
        _asked(url, setup("empty", {})),
    ]


def _reproduction(url: str, call: KnownCall) -> list[str]:
    params = {
        "userId": call.user,
        "extension": call.extension,
        "phoneCallId": call.id,
        "phoneCallViewId": call.view,
    }
    return [_asked(url, setup("parked" if call.parked else "talking", params))]


def _asked(url: str, question: dict[str, Any]) -> str:
    return (
        f"curl -sS {url}{STATES} -H 'Content-Type: application/json'"
        f" -H 'X-Callpark-Session: {AGAIN}' -d '{json.dumps(question)}'"
    )
