"""The plain operations of the document as connexion reads them.

`python -m mockserver.http_api.document_reading` has it read them anew and keeps them, which is due when the OpenAPI
document, connexion or this module is another one; a test says so.
"""

from collections.abc import Iterator
from copy import deepcopy
from importlib.metadata import version
from typing import Any, Final

from callpark_spec import openapi_document
from mockserver.http_api.engine import AbstractOperation, Resolver, Specification
from mockserver.http_api.plain_operations import KEPT, PlainOperation, Reading, Schema, written

_JSON: Final = "application/json"


def fresh_reading() -> Reading:
    document = openapi_document()
    specification = Specification.load(in_json_alone(document))
    return Reading(document=document, operations=plain_operations(specification))


def in_json_alone(document: dict[str, Any]) -> dict[str, Any]:
    """The document without request media types besides JSON, which is all that `Edge` lets through: connexion
    warns at every request of an operation that has several.
    """
    changed = deepcopy(document)
    for item in changed["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "content" in operation.get("requestBody", {}):
                content = operation["requestBody"]["content"]
                operation["requestBody"]["content"] = {_JSON: content[_JSON]}
    return changed


def plain_operations(specification: Specification) -> tuple[PlainOperation, ...]:
    return tuple(_as_told(operation) for operation in _operations(specification) if _is_plain(operation))


def _as_told(operation: AbstractOperation) -> PlainOperation:
    return PlainOperation(
        method=operation.method.upper(),
        path=operation.path,
        name=operation.operation_id,
        parameters=tuple(_by_name(operation)),
        body=operation.body_schema(_JSON) if operation.is_request_body_defined else None,
        answers={status: _answer(operation, status) for status in operation.responses},
    )


def _by_name(operation: AbstractOperation) -> list[Schema]:
    return list({each["name"]: each for each in operation.parameters if each["in"] == "path"}.values())


def _answer(operation: AbstractOperation, status: str) -> Schema | None:
    content = operation.response_definition(status).get("content", {})
    schema: Schema | None = content[_JSON]["schema"] if content else None
    return schema


def _operations(specification: Specification) -> Iterator[AbstractOperation]:
    """connexion adds a path's parameters to the operation's own list each time it makes one: it gets a copy."""
    for path, item in specification["paths"].items():
        for method in item:
            if method in ("get", "put"):
                yield specification.operation_cls(
                    method,
                    path,
                    deepcopy(specification.get_operation(path, method)),
                    resolver=Resolver(lambda name: name),
                    path_parameters=specification.get_path_params(path),
                    app_security=specification.security,
                    security_schemes=specification.security_schemes,
                    components=specification.components,
                )


def _is_plain(operation: AbstractOperation) -> bool:
    """Whether it asks for nothing but a bearer token, path parameters, JSON by action, and a query one may omit."""
    schemes = [operation.security_schemes[name] for each in operation.security or () for name in each]
    bearer = len(schemes) == 1 and (schemes[0]["type"], schemes[0].get("scheme")) == ("http", "bearer")
    parameters = all(
        each["in"] == "path" or (each["in"] == "query" and not each.get("required"))
        for each in operation.parameters
    )
    body = operation.body_schema(_JSON) if operation.is_request_body_defined else {"discriminator": {}}
    return bearer and parameters and "discriminator" in body


if __name__ == "__main__":
    KEPT.write_bytes(written(fresh_reading(), version("connexion")))
