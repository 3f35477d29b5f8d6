"""The OpenAPI document, as its users want it: text, path, or a dict of their own to change."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from callpark_spec.location import data_root
from callpark_spec.yaml_source import Loader, check_unique_keys, compose

OPERATION = "update_phone_call"


def openapi_path() -> Path:
    return data_root() / "openapi.yaml"


def openapi_text() -> str:
    return openapi_path().read_text(encoding="utf-8")


def openapi_document() -> dict[str, Any]:
    """A fresh copy for every caller: schemathesis and connexion both write into the one they get."""
    document: dict[str, Any] = json.loads(_as_json())
    return document


@lru_cache(maxsize=1)
def clause_lines() -> Mapping[str, int]:
    """Clause id -> the line of openapi.yaml on which `x-clauses` names it first, counted from 1."""
    found: dict[str, int] = {}
    for key, value in _members(compose("openapi.yaml", openapi_text()), set()):
        if key.value == "x-clauses" and isinstance(value, yaml.SequenceNode):
            for item in value.value:
                found.setdefault(item.value, item.start_mark.line + 1)
    return found


@lru_cache(maxsize=1)
def operation_line() -> int:
    """The line of openapi.yaml on which the operation begins that all of this is about."""
    for key, value in _members(compose("openapi.yaml", openapi_text()), set()):
        if key.value == "operationId" and value.value == OPERATION:
            return key.start_mark.line + 1
    raise LookupError(f"openapi.yaml has no operation {OPERATION}")


def _members(node: yaml.Node, seen: set[int]) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The keys of all mappings below a node with their values, in the order of the file."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key, value
            yield from _members(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _members(item, seen)


@lru_cache(maxsize=1)
def _as_json() -> str:
    # Kept as JSON, because decoding it is several times faster than a deep copy.
    return json.dumps(parse(openapi_text()))


def parse(text: str) -> Any:
    """YAML as JSON has it: a date stays text, and keys are text, also those that look like numbers."""
    root = compose("openapi.yaml", text)
    check_unique_keys("openapi.yaml", root)
    _as_in_json(root, set())
    loader = Loader("")
    try:
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _as_in_json(node: yaml.Node, seen: set[int]) -> None:
    if id(node) in seen:  # an alias: the same node in a second place
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            key.tag = "tag:yaml.org,2002:str"
            _as_in_json(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _as_in_json(item, seen)
    elif node.tag == "tag:yaml.org,2002:timestamp":
        node.tag = "tag:yaml.org,2002:str"
