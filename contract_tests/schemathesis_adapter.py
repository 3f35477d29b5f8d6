"""All of schemathesis that the checker uses, in one place.

Its engine, coverage generator and metadata are not public API: `tests/contract_tests/test_schemathesis_adapter.py`
holds each name that is used here, and the dependency is pinned to one minor version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import requests
import schemathesis
import schemathesis.engine
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from contract_tests.exchange import Request, Response
from contract_tests.nulls import without_nulls
from contract_tests.world import TOKEN, KnownCall, World

PUT_PATH = "/phoneCalls/{userId}/{extension}/{phoneCallId}"
ONE_DAY = 24 * 3600
PLAIN_CALLER_ID = r"^[A-Za-z]{1,12}( [A-Za-z]{1,12})? <\+?[0-9]{1,15}>$"
DOCUMENTED = (200, 202)
AUTHORIZED = "Bearer callparkplaceholdertoken"
"""Stands for the token while the engine has the request: it takes `${token}` for a variable of the environment."""
SENT_HEADERS = ("Accept", "Authorization", "Content-Type")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedRequest:
    """A request that schemathesis made, and what it says of how it made it."""

    request: Request
    description: str
    location: str


class Schema:
    """The OpenAPI document as schemathesis sees it."""

    def __init__(self, document: Mapping[str, Any], *, seed: int = 0) -> None:
        config = SchemathesisConfig.from_dict(
            {"seed": seed, "generation": {"deterministic": True, "database": "none"}}
        )
        self._schema = schemathesis.openapi.from_dict(dict(document), config=config)
        self._put = self._schema[PUT_PATH]["PUT"]
        components = {"components": document["components"]}
        self._call_validator = jsonschema_rs.Draft4Validator(
            {"$ref": "#/components/schemas/PhoneCall"} | components, validate_formats=True
        )

    def violations(self, value: Any, status: int) -> list[str]:
        """What is wrong with a JSON body of the PUT at a status; empty where nothing is.

        A member that is null says the same as one that is left out. A success of a status that the document does
        not know (201, say) is held against what it says of 200; as an error, it would be held against the wrong thing.
        """
        value = without_nulls(value)
        response = schemathesis.Response(
            status_code=status if status in DOCUMENTED else 200,
            headers={"content-type": ["application/json"]},
            content=json.dumps(value).encode(),
            request=requests.Request("PUT", "http://localhost/").prepare(),
            elapsed=0.0,
            verify=False,
        )
        try:
            self._put.validate_response(response)
        except (BaseExceptionGroup, AssertionError) as error:
            return self._in_detail(value) or [_shown(str(error))]
        return []

    def _in_detail(self, value: Any) -> list[str]:
        """Which members of the call are wrong; schemathesis itself names only the alternative that none fits."""
        call = value[0] if isinstance(value, list) and len(value) == 1 else value
        return [
            _shown(".".join(str(step) for step in error.instance_path) + f": {error.message}")
            for error in self._call_validator.iter_errors(call)
        ]

    def coverage(self) -> Iterator[GeneratedRequest]:
        """The deterministic coverage cases of the PUT, valid and invalid, each a single change."""
        cases = self._schema.iter_coverage_cases(
            self._put,
            generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
            generation_config=self._schema.config.generation,
        )
        for case in cases:
            case = case.ok() if hasattr(case, "ok") else case
            data = case.meta.phase.data if case.meta is not None else None
            yield GeneratedRequest(
                request=_request_of(case),
                description=getattr(data, "description", "") or "",
                location=getattr(data, "location", "") or "",
            )


Answering = Callable[[Request], Response | None]


def fuzz(document: Mapping[str, Any], answering: Answering, *, seed: int, max_examples: int) -> None:
    """Lets schemathesis's engine fuzz the PUT of a document, valid and invalid; `answering` stands for the target.

    The same seed makes the same requests. What `answering` raises ends the fuzzing and is raised again. Nothing is
    checked here: whoever answers sees every request and every response.
    """
    bridge = _Bridge(answering)
    only_fuzzing = {
        name: {"enabled": name == "fuzzing"} for name in ("examples", "coverage", "fuzzing", "stateful")
    }
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "workers": 1,
            "continue-on-failure": True,
            "headers": {"Authorization": AUTHORIZED},
            "generation": {"max-examples": max_examples, "database": "none"},
            "phases": only_fuzzing,
            "checks": {"enabled": False},
        }
    )
    schema = schemathesis.openapi.from_dict(dict(document), config=config).include(
        path=PUT_PATH, method="PUT"
    )
    schema.app = bridge
    for _ in schemathesis.engine.from_schema(schema).execute():
        continue
    if bridge.raised is not None:
        raise bridge.raised


class _Bridge:
    """The target as an application in this process, which is where the engine sends its requests."""

    def __init__(self, answering: Answering) -> None:
        self.raised: BaseException | None = None
        self._answering = answering

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("only requests are answered here")
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), bool(message.get("more_body"))
        response = self._response(scope, body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    def _response(self, scope: Any, body: bytes) -> Response:
        nothing = Response(status=503, headers=(), body=b"", body_size=0)
        if self.raised is not None:
            return nothing
        headers = (
            (name.decode("latin-1").title(), value.decode("latin-1").replace(AUTHORIZED, f"Bearer {TOKEN}"))
            for name, value in scope["headers"]
        )
        request = Request(
            method=scope["method"],
            target=scope["raw_path"].decode("ascii"),
            headers=tuple((name, value) for name, value in headers if name in SENT_HEADERS),
            body=body,
        )
        try:
            return self._answering(request) or nothing
        except BaseException as error:  # noqa: BLE001  the engine would swallow it; `fuzz` raises it again
            self.raised = error
            return nothing


def placed_in(document: Mapping[str, Any], world: World, call: KnownCall) -> dict[str, Any]:
    """The document with examples that name this world's user, extensions and call, so that they are valid in it."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    parameters = copy["components"]["parameters"]
    for name, value in (("userId", call.user), ("extension", call.extension), ("phoneCallId", call.id)):
        parameters[name]["examples"] = {"known": {"value": value}}
    members = copy["components"]["schemas"]["UnParkAction"]["properties"]
    members["phoneCallViewId"]["example"] = call.view
    members["sendCallTo"]["example"] = world.retriever
    copy["components"]["schemas"]["PhoneCallAction"] = {"$ref": "#/components/schemas/UnParkAction"}
    body = copy["components"]["requestBodies"]["PhoneCallAction"]["content"]["application/json"]
    body["examples"] = {
        "known": {"value": {"action": "UnPark", "sendCallTo": world.retriever, "phoneCallViewId": call.view}}
    }
    return copy


def narrowed_to(document: Mapping[str, Any], world: World, call: KnownCall) -> dict[str, Any]:
    """The document of a service that has one call: what is valid by it is in order in this world, or nearly so.

    Otherwise nearly every request would go wrong at its first segment, and nothing behind it would be tried.
    """
    copy = placed_in(document, world, call)
    users = [call.user, "@me", "@viewer"]
    for name, values in (
        ("userId", users),
        ("extension", [call.extension, "@self"]),
        ("phoneCallId", [call.id]),
    ):
        parameter = copy["components"]["parameters"][name]
        parameter["schema"] = {"type": "string", "enum": values}
        del parameter["examples"]  # the engine would repeat them half of the time
    del copy["components"]["requestBodies"]["PhoneCallAction"]["content"]["application/json"]["examples"]
    payload = copy["components"]["schemas"]["UnParkAction"]
    payload["additionalProperties"] = False
    payload["required"] = ["action", "sendCallTo", "callerId", "waitForPickup", "phoneCallViewId"]
    loose = {"type": "string", "pattern": payload["properties"]["callerId"]["pattern"], "maxLength": 256}
    payload["properties"] = {
        "action": {"type": "string", "enum": ["UnPark"]},
        "sendCallTo": {"type": "string", "enum": [world.retriever]},
        "phoneCallViewId": {"type": "string", "enum": [call.view]},
        "callerId": {"anyOf": [{"type": "string", "pattern": PLAIN_CALLER_ID}, loose]},
        "waitForPickup": {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": ONE_DAY},
                {"type": "string", "pattern": "^[1-9][0-9]{0,3}$"},
            ]
        },
    }
    return copy


def _request_of(case: Any) -> Request:
    parts = case.as_transport_kwargs(base_url="http://target/uapi")
    parts = {
        name: parts[name] for name in ("method", "url", "params", "headers", "json", "data") if name in parts
    }
    prepared = requests.Request(**parts).prepare()
    sent = prepared.body
    body = sent.encode() if isinstance(sent, str) else sent if isinstance(sent, bytes) else None
    headers = {name.title(): str(value) for name, value in prepared.headers.items()}
    headers.pop("Content-Length", None)
    headers.pop("User-Agent", None)
    headers.pop("X-Schemathesis-Testcaseid", None)  # differs from run to run
    if "Authorization" in headers:
        headers["Authorization"] = f"Bearer {TOKEN}"
    target = prepared.url.removeprefix("http://target") if prepared.url else ""
    return Request(method=str(prepared.method), target=target, headers=tuple(headers.items()), body=body)


def _shown(text: str) -> str:
    return " ".join(text.split())
