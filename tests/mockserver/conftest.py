"""A laboratory for the simulator, and a client for the whole mock in this process.

The client holds every answer on a vendor path against the OpenAPI document, whatever the test is about.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import jsonschema_rs
import pytest

import callpark_spec
from mockserver.app import build
from mockserver.control.document import control_document
from mockserver.scenarios.scenario import load_scenario
from mockserver.settings import Settings
from mockserver.simulator.commands import Address, Command, Park, Stage, UnPark
from mockserver.simulator.door import advance, decide
from mockserver.simulator.events import Event
from mockserver.simulator.evolve import fold
from mockserver.simulator.outcomes import Outcome
from mockserver.simulator.rules import Rules
from mockserver.simulator.world import World

CALL = "b817d2618fe6f1804333"


@dataclass
class Lab:
    """A world that obeys, at a moment that only the test moves."""

    world: World
    now: float = 1_000.0
    events: list[Event] = field(default_factory=list)

    def ask(self, command: Command) -> Outcome:
        self.wait(0)
        decision = decide(self.world, command, self.now)
        self.events += decision.events
        self.world = fold(self.world, decision.events)
        return decision.outcome

    def wait(self, seconds: float) -> list[str]:
        """Names of the events that time brought."""
        self.now += seconds
        elapsed = advance(self.world, self.now)
        self.world = elapsed.world
        self.events += elapsed.events
        return [type(event).__name__ for event in elapsed.events]

    def address(self, call_id: str | None = CALL, **other: str) -> Address:
        return Address(**{"viewer": "12", "user": "12", "extension": "0003*210", "call_id": call_id, **other})

    def unpark(self, call_id: str | None = CALL, **other: Any) -> Outcome:
        members = {"view_id": "01", "send_call_to": "0003*024", **other}
        return self.ask(UnPark(**{"address": self.address(call_id), **members}))

    def park(self, call_id: str | None = CALL, **other: Any) -> Outcome:
        return self.ask(Park(**{"address": self.address(call_id), "view_id": "01", **other}))

    def stage(self, call_id: str, **other: Any) -> Outcome:
        members = {"user": "12", "extension": "0003*210", "parked": True, **other}
        return self.ask(Stage(call_id=call_id, **members))


@pytest.fixture
def make_lab():
    def make(text: str | None = None, *, rules: Rules | None = None, tmp_path=None) -> Lab:
        name = "documented"
        if text is not None:
            file = tmp_path / "scenario.yaml"
            file.write_text(text, encoding="utf-8")
            name = str(file)
        scenario = load_scenario(name)
        lab = Lab(world=World(directory=scenario.directory, rules=rules or Rules(), now=1_000.0))
        for stage in scenario.stages:
            lab.ask(stage)
        lab.events.clear()
        return lab

    return make


@pytest.fixture
def lab(make_lab) -> Lab:
    return make_lab()


PHONES = """
organizations:
  - id: "3"
    name: Default Organization
    slots: 2
    users:
      - id: "12"
        extensions:
          - {number: 0003*210}
          - {number: 0003*211, answers: PARKER}
          - {number: 0003*024}
          - {number: 0003*025, answers: after 10 s}
          - {number: 0003*026, answers: never}
          - {number: 0003*027, answers: busy}
          - {number: 0003*028, answers: unregistered}
          - {number: 0003*500, kind: queue}
  - id: "4"
    name: Another Organization
    users:
      - id: "14"
        extensions:
          - {number: 0004*024}
calls:
  - {id: b817d2618fe6f1804333, extension: 0003*210}
"""


@pytest.fixture
def make_phones(make_lab, tmp_path):
    """Phones of every kind; two slots; `parker` is how 0003*211 answers when it is called back."""

    def make(*, parker: str = "at once", rules: Rules | None = None) -> Lab:
        return make_lab(PHONES.replace("PARKER", parker), rules=rules, tmp_path=tmp_path)

    return make


DOCUMENTED = {
    "action": "UnPark",
    "sendCallTo": "0003*024",
    "callerId": "John Doe <42420042>",
    "waitForPickup": "20",
    "phoneCallViewId": "01",
}


class Conformance:
    """Bodies of vendor answers against the document's schemas."""

    def __init__(self) -> None:
        self._document = callpark_spec.openapi_document()

    def check(self, method: str, path: str, response: httpx.Response) -> None:
        schema = self._schema(method, path, response.status_code)
        if schema is None or method == "HEAD":
            assert response.content == b""
            return
        assert response.headers["content-type"] == "application/json"
        whole = {"allOf": [schema], "components": self._document["components"]}
        jsonschema_rs.Draft4Validator(whole).validate(response.json())

    def _schema(self, method: str, path: str, status: int) -> dict[str, Any] | None:
        templates = {
            3: "/phoneCalls/{userId}/{extension}",
            4: "/phoneCalls/{userId}/{extension}/{phoneCallId}",
        }
        segments = [segment for segment in httpx.URL(path).path.split("/") if segment][1:]
        template = "/phoneCalls/{userId}/simple" if method == "POST" else templates.get(len(segments))
        if httpx.URL(path).path.startswith("/oauth"):
            template = "/oauth/token.php"
            if method != "POST":
                return {"$ref": "#/components/schemas/TokenError"}
        operation = self._document["paths"].get(template, {}).get(method.lower())
        if operation is None:
            return {"$ref": "#/components/schemas/Error"}
        found = operation["responses"].get(str(status), operation["responses"]["default"])
        if "$ref" in found:
            found = self._document["components"]["responses"][found["$ref"].rpartition("/")[2]]
        return found["content"]["application/json"]["schema"] if "content" in found else None


class ControlConformance:
    """Answers of the control plane against its own document, which knows every route and every status."""

    def __init__(self) -> None:
        self._document = control_document()
        self._routes = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), item)
            for template, item in sorted(self._document["paths"].items(), key=lambda path: path[0].count("{"))
        ]

    def check(self, method: str, path: str, response: httpx.Response) -> None:
        path = httpx.URL(path).path
        item = next((item for pattern, item in self._routes if pattern.fullmatch(path)), {})
        operation = item.get(method.lower())
        if operation is None:
            assert response.status_code in (400, 401, 403, 404, 405)
            operation = {"responses": {"default": {"$ref": "#/components/responses/Refused"}}}
        found = operation["responses"].get(str(response.status_code), operation["responses"]["default"])
        if "$ref" in found:
            found = self._document["components"]["responses"][found["$ref"].rpartition("/")[2]]
        if "content" not in found:
            assert response.content == b""
            return
        media_type = response.headers["content-type"].partition(";")[0]
        schema = found["content"][media_type]["schema"]
        if media_type == "application/json":
            whole = {"allOf": [schema], "components": self._document["components"]}
            jsonschema_rs.Draft202012Validator(whole).validate(response.json())


_TOO_LONG = 60.0  # seconds; a request that waits for a clock that stands still would wait for ever


class Api:
    """Requests to one mock, in this process; `token` and `headers` of a request win over the client's."""

    def __init__(self, runner: asyncio.Runner, settings: Settings) -> None:
        self.mock = build(settings)
        self._runner = runner
        self._conformance = Conformance()
        self._control_conformance = ControlConformance()

    def __call__(
        self, method: str, path: str, body: Any = ..., *, token: str | None = "mock.default.12", **kw: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= kw.pop("headers", {})
        if body is not ...:
            kw["content"] = body if isinstance(body, bytes) else json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        response = self._runner.run(self._send(method, path, headers, kw))
        if "/_mock" not in path and kw.pop("conforming", True):
            self._conformance.check(method, path, response)
        if path.startswith("/_mock"):
            self._control_conformance.check(method, path, response)
        return response

    async def _send(self, method: str, path: str, headers: dict[str, str], kw: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.mock)
        wanted = {name: value for name, value in kw.items() if name != "conforming"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            request = client.request(method, path, headers=headers, **wanted)
            return await asyncio.wait_for(request, _TOO_LONG)

    def unpark(
        self,
        path: str = f"/uapi/phoneCalls/12/0003*210/{CALL}",
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> httpx.Response:
        """The page's request; a member given as ... is left out."""
        body = {name: value for name, value in {**DOCUMENTED, **members}.items() if value is not ...}
        return self("PUT", path, body, headers=headers or {})

    def listed(self, call_id: str = CALL) -> dict[str, Any]:
        (entry,) = self("GET", f"/uapi/phoneCalls/12/@self/{call_id}").json()["entry"]
        return entry

    def control(self, method: str, path: str, body: Any = ..., **headers: str) -> Any:
        response = self(method, f"/_mock/{path}", body, headers=headers)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def make_api(runner):
    def make(**settings: Any) -> Api:
        return Api(runner, Settings(**{"clock": "manual", **settings}))

    return make


@pytest.fixture(scope="session")
def default_api(runner) -> Api:
    return Api(runner, Settings(clock="manual"))


@pytest.fixture
def api(default_api) -> Api:
    """The default mock, its clock standing still, without the sessions of the test before."""
    default_api.mock.sessions.clear()
    return default_api


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.fixture(name="error_of")
def error_of_fixture():
    return error_of
