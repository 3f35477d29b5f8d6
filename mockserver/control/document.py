"""The control plane's own OpenAPI document, put together from one file per resource."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

_FOLDER: Final = files("mockserver") / "control" / "openapi"
_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where it is, which is ten times as fast."""

Json = dict[str, Any]


@cache
def control_document() -> Json:
    """`base.yaml` and, in the order of their names, the others; what two files define is a mistake of ours."""
    names = sorted(each.name for each in _FOLDER.iterdir() if each.name.endswith(".yaml"))
    document: Json = {}
    for name in sorted(names, key=lambda name: (name != "base.yaml", name)):
        text = (_FOLDER / name).read_text(encoding="utf-8")
        _merge(document, yaml.load(text, Loader=_LOADER), at=name)  # both loaders are safe ones
    return document


def operations_of(document: Json) -> Iterator[tuple[str, str, Json]]:
    """(method, path template, operation)."""
    for template, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield method.upper(), template, operation


def query_of(document: Json, operation: Mapping[str, Any]) -> frozenset[str]:
    """Names of the query parameters that the operation takes."""
    resolved = (_resolved(document, each) for each in operation.get("parameters", ()))
    return frozenset(each["name"] for each in resolved if each["in"] == "query")


def _resolved(document: Json, found: Json) -> Json:
    if "$ref" not in found:
        return found
    place: Any = document
    for key in found["$ref"].removeprefix("#/").split("/"):
        place = place[key]
    return dict(place)


def _merge(into: Json, part: Json, *, at: str) -> None:
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value, at=f"{at}/{key}")
        elif isinstance(value, list) and isinstance(into.get(key), list):
            into[key] += value
        elif key in into:
            raise ValueError(f"{at}: {key} is defined twice")
        else:
            into[key] = value
