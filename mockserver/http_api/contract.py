"""What the OpenAPI document says that the adapter needs: error codes of fields, methods of paths."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})
_VARIABLE: Final = re.compile(r"\\\{[^}]*\\\}")
_NAME: Final = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a path leads: `template` as the document writes it, `variables` by name, `item` with its operations."""

    template: str
    variables: Mapping[str, str]
    item: Mapping[str, Any]

    def operation(self, method: str) -> Mapping[str, Any] | None:
        """HEAD is served by GET."""
        name = "get" if method == "HEAD" else method.lower()
        found: Mapping[str, Any] | None = self.item.get(name) if name in _METHODS else None
        return found


class Contract:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.base_path: str = document["servers"][0]["url"]
        self.error_codes: Mapping[str, str] = dict(self._coded_fields())
        # OpenAPI matches a path without variables before one with them, so the more literal come first.
        by_variables = sorted(document["paths"].items(), key=lambda path: path[0].count("{"))
        self._paths = [
            (template, _as_pattern(template), _NAME.findall(template), item)
            for template, item in by_variables
        ]

    def place_at(self, path: str) -> Place | None:
        """What the document has at a path with its base."""
        for template, pattern, names, item in self._paths:
            if found := pattern.fullmatch(path.removeprefix(self.base_path)):
                return Place(
                    template=template, variables=dict(zip(names, found.groups(), strict=True)), item=item
                )
        return None

    def methods_at(self, path: str) -> tuple[str, ...]:
        """Methods the document offers at a path with its base, HEAD beside GET; empty if there is no such path."""
        place = self.place_at(path)
        if place is None:
            return ()
        found = {method.upper() for method in place.item if method in _METHODS}
        return tuple(sorted(found | ({"HEAD"} if "GET" in found else set())))

    def operation_id(self, method: str, path: str) -> str | None:
        place = self.place_at(path)
        operation = place.operation(method) if place else None
        return None if operation is None else str(operation["operationId"])

    def operations(self) -> Mapping[str, Mapping[str, Any]]:
        """By operationId."""
        return {
            item[method]["operationId"]: item[method]
            for _, _, _, item in self._paths
            for method in item
            if method in _METHODS
        }

    def parameters_at(self, place: Place, operation: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
        """Those of the path, then those of the operation."""
        several = (*place.item.get("parameters", ()), *operation.get("parameters", ()))
        return tuple(self._resolved(each) for each in several)

    def payload_schema(self, operation: Mapping[str, Any]) -> Mapping[str, Any] | None:
        body = self._resolved(operation.get("requestBody", {}))
        schema = body.get("content", {}).get("application/json", {}).get("schema")
        return None if schema is None else self.resolved(schema)

    def response(self, operation: Mapping[str, Any], status: int) -> Mapping[str, Any] | None:
        """The response object of a status, `default` for one that is not listed; None without either."""
        responses = operation["responses"]
        found = responses.get(str(status), responses.get("default"))
        return None if found is None else self._resolved(found)

    def response_schema(self, operation: Mapping[str, Any] | None, status: int) -> Mapping[str, Any]:
        """Whole, with what it refers to; the error response where no operation is."""
        response = self.response(operation, status) if operation else None
        schema = (response or {}).get("content", {}).get("application/json", {}).get("schema")
        return self.whole(schema or {"$ref": "#/components/schemas/Error"})

    def whole(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema with what it refers to."""
        return {"allOf": [schema], "components": self._document["components"]}

    def examples(self, response: Mapping[str, Any]) -> Mapping[str, Any]:
        """Values by the names of the examples."""
        named = response.get("content", {}).get("application/json", {}).get("examples", {})
        return {name: self._resolved(example)["value"] for name, example in named.items()}

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema with every reference in it followed; none of the document's refers back to itself."""
        found = dict(self._resolved(schema))
        for key in ("properties",):
            if key in found:
                found[key] = {name: self.resolved(member) for name, member in found[key].items()}
        for key in ("oneOf", "anyOf", "allOf"):
            if key in found:
                found[key] = [self.resolved(each) for each in found[key]]
        if "items" in found:
            found["items"] = self.resolved(found["items"])
        return found

    def _coded_fields(self) -> Iterator[tuple[str, str]]:
        components = self._document["components"]
        for schema in components["schemas"].values():
            yield from self._coded_members(schema)
        for parameter in components.get("parameters", {}).values():
            if "x-error-code" in parameter:
                yield parameter["name"], parameter["x-error-code"]

    def _coded_members(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name, member in schema.get("properties", {}).items():
            resolved = self._resolved(member)
            if "x-error-code" in resolved:
                yield name, resolved["x-error-code"]
            yield from self._coded_members(resolved)
        if isinstance(schema.get("items"), dict) and "$ref" not in schema["items"]:
            yield from self._coded_members(schema["items"])

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference: str | None = schema.get("$ref")
        if reference is None:
            return schema
        found: Any = self._document
        for key in reference.removeprefix("#/").split("/"):
            found = found[key]
        return dict(found)


def _as_pattern(template: str) -> re.Pattern[str]:
    return re.compile(_VARIABLE.sub("([^/]+)", re.escape(template)))
