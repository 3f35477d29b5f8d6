"""The pages that come from JSON Schemas: the profile, and the record with results.json."""

from collections.abc import Iterator, Mapping
from typing import Any

from pieces import code, page, prose, table

from callpark.commands.profile import TEMPLATE
from contract_tests.draft import MEANS
from contract_tests.profile_schema import profile_schema
from contract_tests.record.schema import record_schema, results_schema

Json = Mapping[str, Any]


def profile() -> str:
    return page("The profile", "the schema of a profile", _profile())


def record() -> str:
    return page("The record and results.json", "the schemas of the record", _record())


def _profile() -> Iterator[str]:
    schema = profile_schema()
    yield from (
        schema["description"],
        "It is YAML; `callpark profile init` writes one to fill in, `callpark profile schema` prints its JSON Schema,",
        "with which an editor checks it. Every key may be left out.",
        "",
        "## Keys",
        "",
    )
    yield from table(
        ("key", "value", "default", "meaning"),
        [
            (
                code(key),
                _kind(each),
                code(str(each["default"])) if "default" in each else "",
                each["description"],
            )
            for key, each in schema["properties"].items()
        ],
    )
    yield from ("## What `not_offered` may name", "", ", ".join(map(code, MEANS)), "")
    yield from ("## As `callpark profile init` writes it", "", "```yaml", TEMPLATE.rstrip(), "```", "")


def _record() -> Iterator[str]:
    for schema, intro in (
        (record_schema(), "`contract_tests/record/record.schema.json` is the schema of one line."),
        (results_schema(), "`contract_tests/record/results.schema.json` is the schema of the file."),
    ):
        yield from (f"## {schema['title']}", "", _text(schema), "", intro, "")
        if "properties" in schema:
            yield from _members(schema)
        for name, definition in schema["$defs"].items():
            yield from (f"### {name}", "", _text(definition), "")
            if "properties" in definition:
                yield from _members(definition)


def _members(schema: Json) -> list[str]:
    required = schema.get("required", ())
    return table(
        ("member", "value", "required", "default"),
        [
            (code(name), _kind(each), "yes" if name in required else "", _default(each))
            for name, each in schema["properties"].items()
        ],
    )


def _default(schema: Json) -> str:
    return code(str(schema["default"])) if schema.get("default") not in (None, "", []) else ""


def _text(schema: Json) -> str:
    return prose(schema.get("description", ""))


def _kind(schema: Json) -> str:
    if "$ref" in schema:
        return code(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return code(str(schema["const"]))
    if "enum" in schema:
        return ", ".join(code(str(each)) for each in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        items = schema.get("items") or {}
        return f"list of {_kind(items)}" if items else "list"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_kind(schema['additionalProperties'])}"
    kind = str(schema.get("type", "anything"))
    return f"{kind} like {code(schema['pattern'])}" if schema.get("pattern", r"\S") != r"\S" else kind
