"""What the OpenAPI document says that the adapter needs: error codes of fields, methods of paths."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})
_VARIABLE: Final = re.compile(r"\\\{[^}]*\\\}")


class Contract:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.base_path: str = document["servers"][0]["url"]
        self.error_codes: Mapping[str, str] = dict(self._coded_fields())
        # OpenAPI matches a path without variables before one with them, so the more literal come first.
        by_variables = sorted(document["paths"].items(), key=lambda path: path[0].count("{"))
        self._paths = [(_as_pattern(template), item) for template, item in by_variables]

    def methods_at(self, path: str) -> tuple[str, ...]:
        """Methods the document offers at a path with its base, HEAD beside GET; empty if there is no such path."""
        for pattern, item in self._paths:
            if pattern.fullmatch(path.removeprefix(self.base_path)):
                found = {method.upper() for method in item if method in _METHODS}
                return tuple(sorted(found | ({"HEAD"} if "GET" in found else set())))
        return ()

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
    return re.compile(_VARIABLE.sub("[^/]+", re.escape(template)))
