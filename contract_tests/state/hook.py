"""The rung `hook`: the vendor's own script or endpoint makes calls, by the contract of `contract_tests.state.rung`."""

from __future__ import annotations

import base64
import json
import re
import shlex
import ssl
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from contract_tests.credentials import LIKE_A_SECRET, SHORTEST_TOKEN
from contract_tests.exchange import Headers
from contract_tests.expectation.expect import parse_json
from contract_tests.proxy import UnusableProxy
from contract_tests.redaction import Redaction
from contract_tests.state.rung import MOST_SAID, RungError, Script, calls_from, quoted, said_in
from contract_tests.wire import NoAnswer, Wire
from contract_tests.world import KnownCall, World

WITNESS_VIEW = "07"
PATIENCE = 60.0
_IN_A_URL = "/%:@!$&'()*+,;=~-._?"

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
    keeps_apart: bool = False

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
    """What in the URL of a hook lets somebody in, where it is long enough to be told from other text.

    That is the password, or else the user's name, and the values in the query that are called after a secret.
    """
    if hook is None or not _is_url(hook):
        return {}
    user, password = _user_and_password(hook)
    found = {"hook_password": password} if password else {"hook_user": user}
    for name, value in parse_qsl(urlsplit(hook).query):
        if LIKE_A_SECRET.search(name):
            called = f"hook_{re.sub('[^A-Za-z0-9]', '_', name)}"
            found[called if found.get(called, value) == value else f"{called}_{len(found)}"] = value
    return {name: value for name, value in found.items() if len(value) >= SHORTEST_TOKEN}


def without_secrets(url: str) -> str:
    """The URL of a hook as anybody may read it."""
    password = urlsplit(url).password
    named = url.replace(f":{password}@", ":${hook_password}@", 1) if password else url
    return Redaction(hook_secrets(url))(named)


def hook_rung(hook: str, world: World, secrets: Mapping[str, str] | None = None) -> HookRung:
    """A rung that posts to a URL, or runs a command with the question on its standard input.

    What it says is told without the `secrets`, and without those in its URL.
    """
    known = {**hook_secrets(hook), **(secrets or {})}
    if _is_url(hook):
        shown = without_secrets(hook)
        return HookRung(
            world=world, ask=_poster(hook, known), script=Script(again=lambda call: [_curl(shown, call)])
        )
    return HookRung(
        world=world, ask=_runner(hook, known), script=Script(again=lambda call: [_pipe(hook, call)])
    )


def _is_url(hook: str) -> bool:
    """Whether it is a URL that can be taken apart. Raises `RungError` for one that cannot."""
    if not hook.startswith(("http://", "https://")):
        return False
    try:
        parts = urlsplit(hook)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise RungError(
            "the hook in the profile is no URL that can be asked; it looks like http://127.0.0.1:8080/hook"
        )
    return True


def _user_and_password(hook: str) -> tuple[str, str]:
    parts = urlsplit(hook)
    return unquote(parts.username or ""), unquote(parts.password or "")


def _poster(url: str, secrets: Mapping[str, str]) -> Asked:
    parts, shown = urlsplit(url), without_secrets(url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    target = quote(parts.path or "/", safe=_IN_A_URL) + (
        f"?{quote(parts.query, safe=_IN_A_URL)}" if parts.query else ""
    )
    headers: Headers = (("Content-Type", "application/json"), ("Connection", "close"))
    user, password = _user_and_password(url)
    if user or password:
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers = (("Authorization", f"Basic {basic}"), *headers)
    tls: list[ssl.SSLContext] = []

    def ask(question: dict[str, Any], role: str) -> Any:
        if parts.scheme == "https" and not tls:
            tls.append(ssl.create_default_context())  # it takes longer to make than a question to answer
        try:
            wire = Wire(url=origin, connect=PATIENCE, answer=PATIENCE, verify=tls[0] if tls else True)
            with closing(wire):
                answer = wire.send("POST", target, headers, json.dumps(question).encode())
        except (NoAnswer, UnusableProxy, ValueError) as error:
            raise RungError(f"the hook {shown} did not answer: {quoted(str(error), secrets)}") from error
        if 300 <= answer.status < 400:
            where = said_in((answer.header("location") or "nowhere").encode(), secrets)
            raise RungError(
                f"the hook {shown} answered {answer.status}, to {where!r}; name the one that answers"
            )
        if answer.status != 200:
            said = said_in(answer.body, secrets)
            raise RungError(f"the hook {shown} answered {answer.status}: {said!r}")
        return _parsed(answer.body, shown) if role == "set-up" else None

    return ask


def _runner(command: str, secrets: Mapping[str, str]) -> Asked:
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
            said = Redaction(secrets).ending(done.stderr.decode(errors="replace").strip(), MOST_SAID)
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
