"""A reference page from an OpenAPI document: every operation, its parameters, its payload, its answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import orjson
from jinja2 import Environment, FunctionLoader, StrictUndefined

from callpark_spec import openapi_document
from mockserver.control.document import control_document

Json = Mapping[str, Any]

_TEMPLATES: Final = files("mockserver") / "control" / "templates"
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_LIMITS: Final = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matches {}",
    "default": "default {}",
    "const": "always {}",
    "format": "{}",
}
_DEEPEST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One parameter or member.  `depth` is how far inside the payload it is."""

    name: str
    kind: str
    text: str
    limits: tuple[str, ...]
    required: bool
    place: str = ""
    depth: int = 0
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Line, ...]
    payload: tuple[Line, ...]
    example: str | None
    answers: tuple[tuple[str, str, tuple[Line, ...]], ...]


@cache
def reference(which: Literal["vendor", "control"]) -> str:
    document = openapi_document() if which == "vendor" else control_document()
    environment = Environment(
        loader=FunctionLoader(lambda name: (_TEMPLATES / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("reference.html").render(
        which=which,
        info=document["info"],
        groups=operations(document),
        base=document["servers"][0]["url"].rstrip("/"),
    )


def operations(document: Json) -> dict[str, list[Operation]]:
    """The operations of a document by tag, references resolved."""
    groups: dict[str, list[Operation]] = {}
    for tag, operation in _Reader(document).operations():
        groups.setdefault(tag, []).append(operation)
    return groups


class _Reader:
    def __init__(self, document: Json) -> None:
        self._document = document

    def operations(self) -> Iterator[tuple[str, Operation]]:
        for path, item in self._document["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._tag(path, item[method]), self._operation(path, item, method)

    def _tag(self, path: str, operation: Json) -> str:
        return str(operation.get("tags", [path.strip("/").partition("/")[0]])[0])

    def _operation(self, path: str, item: Json, method: str) -> Operation:
        operation = item[method]
        parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
        content = self._resolved(operation.get("requestBody", {})).get("content", {})
        body: Json = next(iter(content.values()), {})
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=operation.get("summary", operation["operationId"]),
            text=operation.get("description", ""),
            parameters=tuple(self._parameter(self._resolved(each)) for each in parameters),
            payload=tuple(self._members(body.get("schema", {}))),
            example=self._example(body),
            answers=tuple(
                self._answer(status, self._resolved(each)) for status, each in operation["responses"].items()
            ),
        )

    def _parameter(self, parameter: Json) -> Line:
        schema = self._resolved(parameter.get("schema", {}))
        return Line(
            name=parameter["name"],
            kind=self._kind(schema),
            text=parameter.get("description", ""),
            limits=_limits(schema),
            required=parameter.get("required", False),
            place=parameter["in"],
            code=parameter.get("x-error-code"),
        )

    def _answer(self, status: str, response: Json) -> tuple[str, str, tuple[Line, ...]]:
        body: Json = next(iter(response.get("content", {}).values()), {})
        shown = "any other" if status == "default" else status
        return shown, response.get("description", ""), tuple(self._members(body.get("schema", {})))

    def _members(self, schema: Json, depth: int = 0) -> Iterator[Line]:
        schema = self._whole(self._resolved(schema))
        if schema.get("type") == "array" or "items" in schema:
            yield from self._members(schema.get("items", {}), depth)
            return
        for name, member in schema.get("properties", {}).items():
            resolved = self._whole(self._resolved(member))
            yield Line(
                name=name,
                kind=self._kind(resolved),
                text=member.get("description", resolved.get("description", "")),
                limits=_limits(resolved),
                required=name in schema.get("required", ()),
                depth=depth,
                code=resolved.get("x-error-code"),
            )
            if depth < _DEEPEST:
                yield from self._members(resolved, depth + 1)

    def _whole(self, schema: Json) -> Json:
        """All alternatives of a schema as one, for the eye: what any of them has is shown."""
        whole = dict(schema)
        for keyword in ("allOf", "oneOf", "anyOf"):
            for each in schema.get(keyword, ()):
                part = self._whole(self._resolved(each))
                whole["properties"] = {**whole.get("properties", {}), **part.get("properties", {})}
                for name, value in part.items():
                    whole.setdefault(name, value)
        if not whole.get("properties"):
            whole.pop("properties", None)
        return whole

    def _kind(self, schema: Json) -> str:
        if "enum" in schema:
            return " | ".join("null" if each is None else str(each) for each in schema["enum"])
        kind = schema.get("type", "any")
        if kind == "array":
            return f"list of {self._kind(self._whole(self._resolved(schema.get('items', {}))))}"
        return " or ".join(kind) if isinstance(kind, list) else str(kind)

    def _example(self, body: Json) -> str | None:
        if "example" in body:
            found = body["example"]
        elif body.get("examples"):
            found = self._resolved(next(iter(body["examples"].values())))["value"]
        else:
            return None
        return orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()

    def _resolved(self, found: Json) -> Json:
        while "$ref" in found:
            place: Any = self._document
            for key in found["$ref"].removeprefix("#/").split("/"):
                place = place[key]
            found = {**place, **{name: value for name, value in found.items() if name != "$ref"}}
        return found


def _limits(schema: Json) -> tuple[str, ...]:
    return tuple(words.format(schema[name]) for name, words in _LIMITS.items() if name in schema)
