"""From method and path to the operation that the document has there."""

import re
from dataclasses import dataclass
from typing import Final

from mockserver.control.asked import Operation, Operations
from mockserver.control.document import Json, operations_of, query_of
from mockserver.control.faults import ControlError
from mockserver.control.guard import Public

_VARIABLE: Final = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`public` marks what holds nothing that needs a token: pages, where a link may lead, and their parts."""

    method: str
    template: str
    pattern: re.Pattern[str]
    operation: Operation
    query: frozenset[str]
    public: Public


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    route: Route
    path: dict[str, str]


class Router:
    """Built from the document: an operation without a route, or a route without an operation, is refused."""

    def __init__(self, document: Json, operations: Operations) -> None:
        documented = {operation["operationId"] for _, _, operation in operations_of(document)}
        if odd := documented ^ operations.keys():
            raise ValueError(f"the control plane and its document differ: {', '.join(sorted(odd))}")
        routes = [
            Route(
                method=method,
                template=template,
                pattern=re.compile(_VARIABLE.sub(r"(?P<\1>[^/]+)", re.escape(template))),
                operation=operations[operation["operationId"]],
                query=query_of(document, operation),
                public=operation.get("x-public"),
            )
            for method, template, operation in operations_of(document)
        ]
        # OpenAPI matches a path without variables before one with them.
        self._routes = sorted(routes, key=lambda route: route.template.count("{"))

    def find(self, method: str, path: str) -> Found:
        """Raise ControlError."""
        here = [
            Found(route=route, path=match.groupdict())
            for route in self._routes
            if (match := route.pattern.fullmatch(path))
        ]
        for found in here:
            if found.route.method == method:
                return found
        if here:
            allowed = ", ".join(found.route.method for found in here)
            raise ControlError(
                405, "method_not_allowed", f"{path} takes {allowed}, not {method}.", {"Allow": allowed}
            )
        known = ", ".join(sorted(f"{route.method} {route.template}" for route in self._routes))
        raise ControlError(404, "not_found", f"There is no {method} {path}. Allowed: {known}.")
