"""From bytes to a JSON object: parsing, aliases, and the choice of the schema by `action`."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from mockserver.http_api.grammar import Compiled, Misfit, invalid, object_misfits, shown
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
    misfit = next(misfits_of(compiled, schema, body, presentation), None)
    return misfit.refusal if misfit else None


def misfits_of(
    compiled: Compiled, schema: Mapping[str, Any], body: Any, presentation: Presentation
) -> Iterator[Misfit]:
    """All that the schema has against a body; an action that is not offered stands alone."""
    discriminator = schema.get("discriminator")
    if discriminator is None:
        yield from object_misfits(compiled, schema, body)
        return
    if not isinstance(body, dict):
        message = f"The payload must be a JSON object, not {shown(body)}."
        yield Misfit(refusal=invalid(message), at="", schema=schema)
        return
    chosen = _branch(schema, discriminator["propertyName"], body, presentation)
    if isinstance(chosen, Misfit):
        yield chosen
    else:
        yield from object_misfits(compiled, chosen, body)


def _branch(
    schema: Mapping[str, Any], name: str, body: Mapping[str, Any], presentation: Presentation
) -> Mapping[str, Any] | Misfit:
    branches = {each["properties"][name]["enum"][0]: each for each in schema["oneOf"]}
    words = " or ".join(branches)
    if name not in body:
        refusal = invalid(f"{name} is missing. Allowed: {words}.")
        return Misfit(refusal=refusal, at=name, name=name, is_missing=True)
    word = body[name]
    if not isinstance(word, str):
        refusal = invalid(f"{name} must be a string, not {shown(word)}. Allowed: {words}.")
        return Misfit(refusal=refusal, at=name, name=name)
    if word not in branches:
        refusal = fixed(Fixed.NOT_IMPLEMENTED, f"{name} {shown(word)} is not offered. Allowed: {words}.")
        status = presentation.unknown_action_status
        refusal = Refusal(status=status, code=refusal.code, message=refusal.message)
        return Misfit(refusal=refusal, at=name, name=name)
    branch: Mapping[str, Any] = branches[word]
    return branch
