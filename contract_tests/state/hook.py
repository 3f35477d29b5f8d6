"""The rung `hook`: the vendor's own script or endpoint makes calls, by the contract of `contract_tests.state.rung`."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from contract_tests.credentials import SHORTEST_TOKEN
from contract_tests.expectation.expect import parse_json
from contract_tests.state.rung import RungError, Script, calls_from
from contract_tests.world import KnownCall, World

WITNESS_VIEW = "07"
PATIENCE = 60.0

Asked = Callable[[dict[str, Any], Literal["set-up", "tear-down"]], Any]
"""Hands a question of the contract over and returns the JSON value of the answer; raises `RungError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRung:
    """Asks a hook, however it is reached."""

    world: World
    ask: Asked
    script: Script
    name: str = "hook"
    is_scarce: bool = False

    def parked(self, count: int, extension: str | None = None) -> list[KnownCall]:
        return self._set_up("parked", count=count, extension=extension or self.world.extension)

    def parked_for(self, seconds: float, count: int) -> list[KnownCall]:
        return self._set_up("parked", count=count, maxInParking=seconds)

    def witness(self) -> KnownCall:
        return self._set_up("parked", count=1, phoneCallViewId=WITNESS_VIEW)[0]

    def talking(self) -> KnownCall:
        return self._set_up("talking", count=1)[0]

    def release(self, calls: Sequence[KnownCall]) -> None:
        params = {"calls": [_listed(call) for call in calls]}
        self.ask({"action": "teardown", "state": "parked", "params": params}, "tear-down")

    def _set_up(self, state: str, **params: Any) -> list[KnownCall]:
        params = {"userId": self.world.user, "extension": self.world.extension} | params
        calls = calls_from(self.ask(setup(state, params), "set-up"), parked=state == "parked")
        if len(calls) != params["count"]:
            raise RungError(f"{params['count']} calls were asked of the {self.name}, {len(calls)} came")
        return calls


def setup(state: str, params: dict[str, Any]) -> dict[str, Any]:
    """A question of the contract."""
    return {"action": "setup", "state": state, "params": params}


def hook_secrets(hook: str | None) -> dict[str, str]:
    """The password in the URL of a hook, where it has one that is long enough to be told from other text."""
    if hook is None or not hook.startswith(("http://", "https://")):
        return {}
    password = unquote(urlsplit(hook).password or "")
    return {"hook_password": password} if len(password) >= SHORTEST_TOKEN else {}


def without_password(url: str) -> str:
    """The URL of a hook as anybody may read it."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":${hook_password}@", 1) if password else url


def hook_rung(hook: str, world: World) -> HookRung:
    """A rung that posts to a URL, or runs a command with the question on its standard input."""
    if hook.startswith(("http://", "https://")):
        return HookRung(world=world, ask=_poster(hook), script=Script(again=lambda call: [_curl(hook, call)]))
    return HookRung(world=world, ask=_runner(hook), script=Script(again=lambda call: [_pipe(hook, call)]))


def _poster(url: str) -> Asked:
    import httpx

    # It takes longer to make than a question takes to answer, so it is made once.
    tls = httpx.create_ssl_context()
    shown = without_password(url)

    def ask(question: dict[str, Any], role: str) -> Any:
        try:
            answer = httpx.post(url, json=question, timeout=PATIENCE, trust_env=False, verify=tls)
        except httpx.HTTPError as error:
            raise RungError(f"the hook {shown} did not answer: {error}") from error
        if answer.status_code != 200:
            raise RungError(f"the hook {shown} answered {answer.status_code}: {answer.text[:200]!r}")
        return _parsed(answer.content, shown) if role == "set-up" else None

    return ask


def _runner(command: str) -> Asked:
    def ask(question: dict[str, Any], role: str) -> Any:
        try:
            done = subprocess.run(
                shlex.split(command),
                input=json.dumps(question).encode(),
                capture_output=True,
                timeout=PATIENCE,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise RungError(f"the hook `{command}` could not be run: {error}") from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()[-200:]
            raise RungError(f"the hook `{command}` ended with {done.returncode}: {said}")
        return _parsed(done.stdout, command) if role == "set-up" else None

    return ask


def _parsed(content: bytes, hook: str) -> Any:
    try:
        return parse_json(content)
    except ValueError as error:
        raise RungError(f"the hook {hook} answered what is no JSON: {error}") from error


def _listed(call: KnownCall) -> dict[str, str]:
    return {
        "userId": call.user,
        "extension": call.extension,
        "phoneCallId": call.id,
        "phoneCallViewId": call.view,
    }


def _question(call: KnownCall) -> str:
    params = {"count": 1, "userId": call.user, "extension": call.extension}
    return json.dumps(setup("parked" if call.parked else "talking", params))


def _curl(url: str, call: KnownCall) -> str:
    return (
        f"curl -sS {shlex.quote(url)} -H 'Content-Type: application/json' -d {shlex.quote(_question(call))}"
        f"  # and put its id in the place of {call.id}"
    )


def _pipe(command: str, call: KnownCall) -> str:
    return f"echo {shlex.quote(_question(call))} | {command}  # and put its id in the place of {call.id}"
