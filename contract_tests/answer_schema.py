"""What the OpenAPI document says of the body of a success.

schemathesis says what is wrong with one. A body with which nothing is, as nearly all are, need not wait for it: loading
it takes longer than most checks wait for their target.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from contract_tests.nulls import without_nulls

if TYPE_CHECKING:
    from contract_tests.schemathesis_adapter import Schema

RESULT = "PhoneCallResult"
"""What the document calls the body of both its successes."""


class AnswerSchema:
    """Holds bodies against the OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def violations(self, value: Any, status: int) -> list[str]:
        """What is wrong with a JSON body of the PUT at a status; empty where nothing is (`Schema.violations`)."""
        return [] if self._is_plainly_valid(value) else self._schema.violations(_encodable(value), status)

    def _is_plainly_valid(self, value: Any) -> bool:
        """A member that is null says the same as one that is left out."""
        try:
            return self._validator.is_valid(without_nulls(value))
        except (ValueError, RecursionError):
            return False

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft4Validator:
        components = {"components": self._document["components"]}
        return jsonschema_rs.Draft4Validator(
            {"$ref": f"#/components/schemas/{RESULT}"} | components, validate_formats=True
        )

    @cached_property
    def _schema(self) -> Schema:
        from contract_tests.schemathesis_adapter import Schema

        return Schema(self._document)


def _encodable(value: Any) -> Any:
    """The value with halves of surrogate pairs, which JSON can say and UTF-8 cannot, written out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value
