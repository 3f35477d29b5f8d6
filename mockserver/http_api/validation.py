"""connexion's two validators, replaced by ours: every refusal carries its field's code.

connexion makes a validator per request, and takes classes; these two factories bind theirs to one application.
"""

from collections.abc import AsyncGenerator, MutableMapping
from typing import Any, Final

from mockserver.http_api.engine import ConnexionRequest, JSONRequestBodyValidator, ParameterValidator
from mockserver.http_api.grammar import Compiled, missing, value_fault
from mockserver.http_api.payload import fault_of, normalized, parse
from mockserver.http_api.refusals import RefusedRequest
from mockserver.policy import Presentation

CHECKED_QUERY: Final = "callpark.query"
PARSED_BODY: Final = "callpark.body"


def parameter_validator(compiled: Compiled) -> type[ParameterValidator]:
    class Parameters(ParameterValidator):  # type: ignore[misc]  # its base has no types
        def validate_request(self, request: ConnexionRequest) -> None:
            """The path first, in the order of its segments, then the query.

            What is declared of the query is left in the scope as its declared types: the request that handlers see
            has raw text, and lists of it for what is not declared.
            """
            for parameter in self.parameters["path"]:
                name = parameter["name"]
                self._check(parameter, request.path_params.get(name))
            declared: dict[str, Any] = {}
            for parameter in self.parameters["query"]:
                name = parameter["name"]
                self._check(parameter, request.query_params.get(name))
                if name in request.query_params:
                    declared[name] = request.query_params[name]
            request.scope.setdefault("extensions", {})[CHECKED_QUERY] = declared

        def _check(self, parameter: dict[str, Any], value: object) -> None:
            if value is None:
                fault = missing(parameter, at=parameter["name"]) if parameter.get("required") else None
            else:
                fault = value_fault(compiled, parameter["schema"], parameter, value, at=parameter["name"])
            if fault is not None:
                raise RefusedRequest(fault)

    return Parameters


def body_validator(compiled: Compiled, presentation: Presentation) -> type[JSONRequestBodyValidator]:
    class Body(JSONRequestBodyValidator):  # type: ignore[misc]  # its base has no types
        def __init__(self, **settings: Any) -> None:
            """An absent body is `parse`'s business: connexion's own refusal does not say what is allowed."""
            super().__init__(**{**settings, "required": False})

        async def _parse(self, stream: AsyncGenerator[bytes, None], scope: MutableMapping[str, Any]) -> Any:
            """Leave the body in the scope for the handler, which else would parse it once more."""
            body = normalized(parse(b"".join([chunk async for chunk in stream])), presentation)
            scope.setdefault("extensions", {})[PARSED_BODY] = body
            return body

        def _validate(self, body: Any) -> None:
            fault = fault_of(compiled, self._schema, body, presentation)
            if fault is not None:
                raise RefusedRequest(fault)

    return Body
