"""The JSON Schemas of a record's lines and of results.json, for readers that are not this package.

`record.schema.json` is what `record_schema()` returns, `results.schema.json` what `results_schema()` does; a test
holds them together. To write them anew: `python -m contract_tests.record.schema`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from contract_tests.record.lines import (
    FORMAT,
    VERSION,
    CaseLine,
    ExchangeLine,
    Footer,
    Header,
    ObservationLine,
    RulingLine,
    UntriedLine,
)
from contract_tests.record.results import FORMAT as RESULTS_FORMAT
from contract_tests.record.results import VERSION as RESULTS_VERSION
from contract_tests.record.results import Results

SCHEMA_PATH = Path(__file__).with_name("record.schema.json")
RESULTS_SCHEMA_PATH = Path(__file__).with_name("results.schema.json")

KINDS = {
    "header": Header,
    "case": CaseLine,
    "exchange": ExchangeLine,
    "untried": UntriedLine,
    "ruling": RulingLine,
    "observation": ObservationLine,
    "footer": Footer,
}

_ONE_OUTCOME = {"type": "object"}
_NONE_OF_IT = {"type": "null"}
_ANSWER_OR_TROUBLE = [
    {"required": ["response"], "properties": {"response": _ONE_OUTCOME, "trouble": _NONE_OF_IT}},
    {"required": ["trouble"], "properties": {"response": _NONE_OF_IT, "trouble": {"type": "string"}}},
]


def record_schema() -> dict[str, Any]:
    """The schema that the types of the lines amount to. It describes one line, not the file."""
    _, definitions = msgspec.json.schema_components(list(KINDS.values()), ref_template="#/$defs/{name}")
    definitions["Header"]["properties"]["version"] = {"const": VERSION}
    definitions["ExchangeLine"]["oneOf"] = _ANSWER_OR_TROUBLE
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:callpark:record:{VERSION}",
        "title": f"One line of a {FORMAT}, version {VERSION}",
        "description": (
            "A record is a file of such lines: the header first, the footer last, one of each. Lines are UTF-8"
            " and end in a line feed. A file without a footer is the record of a run that did not end."
        ),
        "oneOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in KINDS.values()],
        "$defs": definitions,
    }


@cache
def validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    """The validator for lines of one kind: its complaints name the field, as those of a choice could not."""
    schema = json.loads(SCHEMA_PATH.read_bytes())
    choice = {"$ref": f"#/$defs/{KINDS[kind].__name__}"}
    return jsonschema_rs.Draft202012Validator(
        {"$schema": schema["$schema"], **choice, "$defs": schema["$defs"]}
    )


def results_schema() -> dict[str, Any]:
    """The schema that the types of results.json amount to."""
    _, definitions = msgspec.json.schema_components([Results], ref_template="#/$defs/{name}")
    definitions["Results"]["properties"]["version"] = {"const": RESULTS_VERSION}
    definitions["ExchangeLine"]["oneOf"] = _ANSWER_OR_TROUBLE
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:callpark:results:{RESULTS_VERSION}",
        "title": f"A {RESULTS_FORMAT} document, version {RESULTS_VERSION}",
        "$ref": "#/$defs/Results",
        "$defs": definitions,
    }


SCHEMAS = {SCHEMA_PATH: record_schema, RESULTS_SCHEMA_PATH: results_schema}


def schema_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, made in SCHEMAS.items():
        path.write_text(schema_text(made()))
