"""What is wrong with a message, in words: those of msgspec, and for a word that is none of a few, which there are."""

import re
from typing import Any, Final

import msgspec

_PLACE: Final = re.compile(r" - at `\$([^`]*)`$")
_STEP: Final = re.compile(r"\.(\w+)|\[[^\]]*\]")


def complaint(error: Exception, shape: type) -> str:
    """`error` is what msgspec raised for `shape`."""
    said = str(error)
    place = _PLACE.search(said)
    if not said.startswith("Invalid enum value") or place is None:
        return said
    return f"{said[: place.start()]}; allowed: {', '.join(_allowed(shape, place[1]))}{place[0]}"


def _allowed(shape: type, place: str) -> list[str]:
    """The words that the schema of `shape` has at a place such as `.users[0].kind`."""
    (whole,), parts = msgspec.json.schema_components([shape], ref_template="{name}")
    found = _alternatives(whole, parts)
    for name in _STEP.findall(place):
        inner = [
            each.get("properties", {}).get(name, {}) if name else each.get("items", {}) for each in found
        ]
        found = [each for node in inner for each in _alternatives(node, parts)]
    return [str(word) for each in found for word in each.get("enum", ())]


def _alternatives(node: dict[str, Any], parts: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        return _alternatives(parts[node["$ref"]], parts)
    if "anyOf" in node:
        return [each for option in node["anyOf"] for each in _alternatives(option, parts)]
    return [node]
