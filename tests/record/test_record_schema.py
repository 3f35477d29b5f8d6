"""The published schema says what the types say."""

from __future__ import annotations

import json

import jsonschema_rs

from contract_tests.record.schema import SCHEMA_PATH, record_schema, schema_text


def test_the_shipped_schema_is_the_one_that_the_types_give() -> None:
    assert SCHEMA_PATH.read_text() == schema_text(), "run python -m contract_tests.record.schema"


def test_the_schema_is_a_schema() -> None:
    jsonschema_rs.meta.validate(record_schema())


def test_the_schema_takes_every_line_as_exactly_one_kind(written: bytes) -> None:
    validator = jsonschema_rs.Draft202012Validator(record_schema())
    for line in written.splitlines():
        validator.validate(json.loads(line))
