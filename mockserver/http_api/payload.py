"""From bytes to a JSON object: parsing, aliases, and the choice of the schema by `action`."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from mockserver.http_api.grammar import Compiled, invalid, object_fault, shown
from mockserver.http_api.refusals import Fixed, Refusal, RefusedRequest, fixed
from mockserver.policy import Presentation

# The vendor's generic action table writes the first, every page and client the second.
_ALIASES: Final[Mapping[str, str]] = {"waitForPickUp": "waitForPickup"}
_OPTIONAL: Final = ("callerId", "waitForPickup", "maxInParking")


def parse(data: bytes) -> Any:
    """Raise RefusedRequest for whatever is no JSON: bad UTF-8, NaN, lone surrogates, absurd depth or size."""
    if not data.strip():
        raise RefusedRequest(invalid("The payload is missing. Allowed: one JSON object."))
    try:
        return orjson.loads(data)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise RefusedRequest(
            invalid(f"The payload is not JSON: {error}. Allowed: one JSON object in UTF-8.")
        ) from None


def normalized(body: Any, presentation: Presentation) -> Any:
    if not isinstance(body, dict):
        return body
    for alias, name in _ALIASES.items():
        if alias in body:
            body.setdefault(name, body[alias])
    if presentation.blank_is_absent:
        return {
            name: value for name, value in body.items() if name not in _OPTIONAL or value not in (None, "")
        }
    return body


def fault_of(
    compiled: Compiled, schema: Mapping[str, Any], body: Any, presentation: Presentation
) -> Refusal | None:
    discriminator = schema.get("discriminator")
    if discriminator is None:
        return object_fault(compiled, schema, body)
    if not isinstance(body, dict):
        return invalid(f"The payload must be a JSON object, not {shown(body)}.")
    chosen = _branch(schema, discriminator["propertyName"], body, presentation)
    return chosen if isinstance(chosen, Refusal) else object_fault(compiled, chosen, body)


def _branch(
    schema: Mapping[str, Any], name: str, body: Mapping[str, Any], presentation: Presentation
) -> Mapping[str, Any] | Refusal:
    branches = {each["properties"][name]["enum"][0]: each for each in schema["oneOf"]}
    words = " or ".join(branches)
    if name not in body:
        return invalid(f"{name} is missing. Allowed: {words}.")
    word = body[name]
    if not isinstance(word, str):
        return invalid(f"{name} must be a string, not {shown(word)}. Allowed: {words}.")
    if word not in branches:
        refusal = fixed(Fixed.NOT_IMPLEMENTED, f"{name} {shown(word)} is not offered. Allowed: {words}.")
        status = presentation.unknown_action_status
        return Refusal(status=status, code=refusal.code, message=refusal.message)
    branch: Mapping[str, Any] = branches[word]
    return branch
