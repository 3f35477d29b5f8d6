"""The published schema says what the types say."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest

from contract_tests.record.lines import Header
from contract_tests.record.schema import SCHEMAS, record_schema, schema_text


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_shipped_schema_is_the_one_that_the_types_give(path: Path) -> None:
    assert path.read_text() == schema_text(SCHEMAS[path]()), "run python -m contract_tests.record.schema"


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_schema_is_a_schema(path: Path) -> None:
    jsonschema_rs.meta.validate(json.loads(path.read_text()))


def test_the_schema_takes_every_line_as_exactly_one_kind(written: bytes) -> None:
    validator = jsonschema_rs.Draft202012Validator(record_schema())
    for line in written.splitlines():
        validator.validate(json.loads(line))


def test_a_header_from_before_a_member_came_is_read(written: bytes) -> None:
    header = json.loads(written.splitlines()[0])
    for member in ("shard", "safe", "engine"):
        del header[member]
    read = msgspec.json.decode(json.dumps(header), type=Header)
    assert (read.shard, read.safe, read.engine) == ("", False, False)
