"""The servers that are measured beside each other, and how each is started on a port."""

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
BUILD: Final = ROOT / "build" / "bench"
NPM: Final = BUILD / "npm" / "node_modules"
VENV: Final = BUILD / "venv"
DOCUMENT: Final = ROOT / "spec" / "openapi.yaml"
NODE_PACKAGES: Final = ("@stoplight/prism-cli", "@mockoon/cli", "wiremock", "json-server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """`command` starts it on a port; `needs` are files without which it is not installed.

    `prefix` is where it has the API; `warm_up` is in seconds; `refuses` whether it looks at payloads at all, `lists`
    whether it answers a List.
    """

    name: str
    what: str
    command: Callable[[int], Sequence[str]]
    needs: tuple[Path, ...] = ()
    version: str = ""
    prefix: str = "/uapi"
    warm_up: int = 1
    refuses: bool = True
    lists: bool = True

    @property
    def missing(self) -> str | None:
        return next((str(need.relative_to(ROOT)) for need in self.needs if not need.exists()), None)


def peers() -> tuple[Peer, ...]:
    return (
        Peer(
            name="callpark",
            what="callpark mock: state, sessions, journal, both validations",
            command=lambda port: _callpark(port),
        ),
        Peer(
            name="callpark --no-fast-path",
            what="the same, every request through connexion",
            command=lambda port: (*_callpark(port), "--no-fast-path"),
        ),
        _python("bare uvicorn", "reads the body, answers with a constant", "bare", refuses=False, lists=False),
        _python("FastAPI", "written by hand for this request, a fixed answer", "written_by_hand"),
        _python("connexion", "the document, a fixed answer, answers not validated", "plain_connexion"),
        Peer(
            name="Prism, its log off",
            what="prism mock --verboseLevel silent",
            command=lambda port: (*_prism(port), "--verboseLevel", "silent"),
            needs=(NPM / ".bin" / "prism",),
            prefix="",
            warm_up=3,
        ),
        Peer(
            name="Prism",
            what="prism mock",
            command=_prism,
            needs=(NPM / ".bin" / "prism",),
            prefix="",
            warm_up=3,
        ),
        Peer(
            name="WireMock, matching payloads",
            what="no request journal, its log off; payloads by the document's schema, and 400 for all others",
            command=lambda port: _wiremock(port, looks_at_payloads=True),
            needs=(NPM / "wiremock" / "build",),
            warm_up=10,
        ),
        Peer(
            name="WireMock",
            what="no request journal, its log off; matches the path, looks at no payload",
            command=lambda port: _wiremock(port, looks_at_payloads=False),
            needs=(NPM / "wiremock" / "build",),
            warm_up=10,
            refuses=False,
        ),
        Peer(
            name="Mockoon",
            what="mockoon-cli with the document; looks at no payload",
            command=lambda port: (
                str(NPM / ".bin" / "mockoon-cli"), "start", "--data", str(DOCUMENT), "--port", str(port),
                "--disable-log-to-file",
            ),
            needs=(NPM / ".bin" / "mockoon-cli",),
            warm_up=3,
            refuses=False,
        ),
        Peer(
            name="json-server",
            what="PUT of a record into its file; looks at no payload",
            command=_json_server,
            needs=(NPM / ".bin" / "json-server",),
            warm_up=3,
            refuses=False,
            lists=False,
        ),
    )  # fmt: skip


def _callpark(port: int) -> tuple[str, ...]:
    scenario = BUILD / "twenty-calls.yaml"
    scenario.parent.mkdir(parents=True, exist_ok=True)
    phones = [{"number": number} for number in ("0003*210", "0003*211", "0003*024")]
    world = {
        "organizations": [
            {"id": "3", "name": "Default Organization", "users": [{"id": "12", "extensions": phones}]}
        ],
        "calls": [{"id": f"{number:020x}", "extension": "0003*210"} for number in range(1, 21)],
    }
    scenario.write_text(yaml.safe_dump(world), encoding="utf-8")
    command = Path(sys.executable).with_name("callpark")
    return (str(command), "mock", "--port", str(port), "--scenario", str(scenario))


def _python(name: str, what: str, script: str, *, refuses: bool = True, lists: bool = True) -> Peer:
    python = VENV / "bin" / "python"
    return Peer(
        name=name,
        what=what,
        command=lambda port: (str(python), str(HERE / "servers" / f"{script}.py"), str(port)),
        needs=(python,),
        refuses=refuses,
        lists=lists,
    )


def _prism(port: int) -> tuple[str, ...]:
    return (str(NPM / ".bin" / "prism"), "mock", "--host", "127.0.0.1", "--port", str(port), str(DOCUMENT))


def _wiremock(port: int, *, looks_at_payloads: bool) -> tuple[str, ...]:
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    call = document["components"]["examples"]["retrieved"]["value"]
    listed = {"entry": [call] * 20, "totalResults": 20, "itemsPerPage": 20, "startIndex": 0}
    files = BUILD / ("wiremock-payloads" if looks_at_payloads else "wiremock")
    mappings = files / "mappings"
    shutil.rmtree(files, ignore_errors=True)
    mappings.mkdir(parents=True)
    put = {"method": "PUT", "urlPathPattern": "/uapi/phoneCalls/[^/]+/[^/]+/[^/]+"}
    stubs = [_stub({**put, "bodyPatterns": _payload(document)} if looks_at_payloads else put, 200, call)]
    stubs.append(_stub({"method": "GET", "urlPathPattern": "/uapi/phoneCalls/[^/]+/[^/]+"}, 200, listed))
    if looks_at_payloads:
        error = {
            "error": {"code": "request_invalid", "message": "The payload is not what the document promises."}
        }
        stubs.append({**_stub(put, 400, error), "priority": 10})
    for number, stub in enumerate(stubs):
        (mappings / f"{number}.json").write_text(json.dumps(stub), encoding="utf-8")
    (jar,) = (NPM / "wiremock" / "build").glob("*.jar")
    return (
        shutil.which("java") or "java", "-jar", str(jar), "--port", str(port), "--bind-address", "127.0.0.1",
        "--root-dir", str(files), "--no-request-journal", "--disable-banner",
        "--async-response-enabled", "false",
    )  # fmt: skip


def _stub(request: Mapping[str, Any], status: int, body: object) -> dict[str, Any]:
    return {
        "request": {**request, "headers": {"Authorization": {"equalTo": "Bearer mock.default.12"}}},
        "response": {
            "status": status,
            "body": json.dumps(body),
            "headers": {"Content-Type": "application/json"},
        },
    }


def _payload(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The document's schema for the payload of the update, as WireMock takes it."""
    content = document["components"]["requestBodies"]["PhoneCallAction"]["content"]["application/json"]
    schema = json.dumps(
        {**_resolved(content["schema"], document), "$schema": "http://json-schema.org/draft-04/schema#"}
    )
    return [{"matchesJsonSchema": schema, "schemaVersion": "V4"}]


def _resolved(value: Any, document: Mapping[str, Any]) -> Any:
    """With every reference replaced by what it leads to; the document's schemas lead nowhere in circles."""
    if isinstance(value, list):
        return [_resolved(each, document) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        place: Any = document
        for name in value["$ref"].removeprefix("#/").split("/"):
            place = place[name]
        return _resolved(place, document)
    return {name: _resolved(each, document) for name, each in value.items()}


def _json_server(port: int) -> tuple[str, ...]:
    records = BUILD / "records.json"
    calls = [{"id": f"{number:020x}"} for number in range(1, 21)]
    records.write_text(json.dumps({"calls": calls}), encoding="utf-8")
    routes = BUILD / "routes.json"
    routes.write_text(json.dumps({"/uapi/phoneCalls/12/:extension/:id": "/calls/:id"}), encoding="utf-8")
    return (
        str(NPM / ".bin" / "json-server"), "--quiet", "--host", "127.0.0.1", "--port", str(port),
        "--routes", str(routes), str(records),
    )  # fmt: skip
