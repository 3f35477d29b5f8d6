"""What a schema alone can say about a value: the first fault, the code of its field, and what is allowed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from jsonschema_rs import Draft4Validator

from mockserver.http_api.refusals import Fixed, Refusal, fixed

CODE: Final = "x-error-code"
_SHOWN: Final = 60


class Compiled:
    """Validators by schema, compiled once.  Schemas are kept, so that an identity is never used twice."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Mapping[str, Any], Draft4Validator]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def accepts(self, schema: Mapping[str, Any], value: object) -> bool:
        if id(schema) not in self._known:
            self._known[id(schema)] = (schema, Draft4Validator(dict(schema)))
        return self._known[id(schema)][1].is_valid(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One thing about a payload that its schema does not allow; `name` is the member's own, `at` its place."""

    refusal: Refusal
    at: str
    name: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)
    is_missing: bool = False


def object_misfits(
    compiled: Compiled, schema: Mapping[str, Any], value: object, *, at: str = ""
) -> Iterator[Misfit]:
    """Members are looked at in the order in which the schema lists them; unknown members are nobody's fault."""
    if not isinstance(value, dict):
        message = f"{at or 'The payload'} must be a JSON object, not {shown(value)}."
        yield Misfit(refusal=invalid(message), at=at, schema=schema)
        return
    required = frozenset(schema.get("required", ()))
    for name, member in schema["properties"].items():
        where = f"{at}.{name}" if at else name
        if name in value:
            yield from _member_misfits(compiled, member, value[name], at=where, name=name)
        elif name in required:
            refusal = _refused(member, f"{where} is missing. {allowed(member)}")
            yield Misfit(refusal=refusal, at=where, name=name, schema=member, is_missing=True)


def _member_misfits(
    compiled: Compiled, schema: Mapping[str, Any], value: object, *, at: str, name: str
) -> Iterator[Misfit]:
    items: Mapping[str, Any] = schema.get("items", {})
    if "properties" not in items:
        fault = value_fault(compiled, schema, schema, value, at=at)
        if fault is not None:
            yield Misfit(refusal=fault, at=at, name=name, schema=schema)
        return
    least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    if not isinstance(value, list) or not least <= len(value) <= most:
        refusal = _refused(schema, f"{at} must be an array of {least} to {most} objects, not {shown(value)}.")
        yield Misfit(refusal=refusal, at=at, name=name, schema=schema)
        return
    for index, item in enumerate(value):
        yield from object_misfits(compiled, items, item, at=f"{at}[{index}]")


def value_fault(
    compiled: Compiled, schema: Mapping[str, Any], coded: Mapping[str, Any], value: object, *, at: str
) -> Refusal | None:
    """`coded` carries the error code: the schema itself in a body, the parameter around it in a URI."""
    if compiled.accepts(schema, value):
        return None
    return _refused(coded, f"{at} is {shown(value)}. {allowed(schema, coded)}")


def missing(coded: Mapping[str, Any], *, at: str) -> Refusal:
    return _refused(coded, f"{at} is missing. {allowed(coded.get('schema', {}), coded)}")


def invalid(message: str) -> Refusal:
    return fixed(Fixed.REQUEST_INVALID, message)


def _refused(coded: Mapping[str, Any], message: str) -> Refusal:
    return Refusal(status=400, code=coded.get(CODE, Fixed.REQUEST_INVALID.value[1]), message=message)


def shown(value: object) -> str:
    """The value as JSON, cut short."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def allowed(schema: Mapping[str, Any], coded: Mapping[str, Any] | None = None) -> str:
    """A sentence from the document's own words."""
    around = coded or {}
    words = [str(schema.get("description") or around.get("description") or "").rstrip(".")]
    if "enum" in schema:
        words.append(f"one of {', '.join(map(str, schema['enum']))}")
    if "pattern" in schema:
        words.append(f"pattern {schema['pattern']}")
    if "minimum" in schema:
        words.append(f"at least {schema['minimum']}")
    if "maximum" in schema:
        words.append(f"at most {schema['maximum']}")
    example = schema.get("example", around.get("example"))
    if example is not None:
        words.append(f"for example {shown(example)}")
    return f"Allowed: {'; '.join(word for word in words if word)}."
