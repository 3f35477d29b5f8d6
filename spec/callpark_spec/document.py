"""The OpenAPI document, as its users want it: text, path, or a dict of their own to change."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from callpark_spec.location import data_root
from callpark_spec.yaml_source import Loader, check_unique_keys, compose


def openapi_path() -> Path:
    return data_root() / "openapi.yaml"


def openapi_text() -> str:
    return openapi_path().read_text(encoding="utf-8")


def openapi_document() -> dict[str, Any]:
    """A fresh copy for every caller: schemathesis and connexion both write into the one they get."""
    document: dict[str, Any] = json.loads(_as_json())
    return document


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
