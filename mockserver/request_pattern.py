"""Which requests are meant: one pattern for wire faults and for questions to the journal."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
import orjson

Headers = tuple[tuple[bytes, bytes], ...]

_SHOWN: Final = 200


@dataclass(frozen=True, kw_only=True)
class RequestFacts:
    """What a pattern looks at.  `path` is decoded; `operation` the operationId, None where no operation is."""

    method: str
    path: str
    query: bytes = b""
    headers: Headers = ()
    body: bytes = b""
    operation: str | None = None

    @cached_property
    def json(self) -> Any:
        """The payload, None if it is no JSON."""
        try:
            return orjson.loads(self.body) if self.body else None
        except orjson.JSONDecodeError:
            return None

    @property
    def action(self) -> str | None:
        action = self.json.get("action") if isinstance(self.json, dict) else None
        return action if isinstance(action, str) else None

    @cached_property
    def query_members(self) -> Mapping[str, str]:
        """The last of several of one name."""
        return dict(parse_qsl(self.query.decode("latin-1"), keep_blank_values=True, max_num_fields=None))

    def header(self, name: str) -> str | None:
        wanted = name.lower().encode("latin-1", "replace")
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One thing a pattern asks for, and what the request has there."""

    criterion: str
    wanted: Any
    found: Any


def _regex(text: str) -> None:
    try:
        _compiled(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None


@lru_cache(maxsize=256)
def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text)


class RequestPattern(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True
):
    """Every member that is given must hold; none at all means any request.

    `url_path` and `url_path_pattern` are WireMock's: the decoded path without its query, exactly or as a regular
    expression for the whole of it.  `body` must be contained in the payload: an object in an object that has its
    members, everything else by equality.
    """

    method: str | None = None
    url_path: str | None = None
    url_path_pattern: str | None = None
    operation: str | None = None
    action: str | None = None
    query_parameters: dict[str, str] = msgspec.field(default_factory=dict)
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: Any = msgspec.UNSET

    def __post_init__(self) -> None:
        if self.url_path_pattern is not None:
            _regex(self.url_path_pattern)

    @property
    def criteria(self) -> int:
        single = (self.method, self.url_path, self.url_path_pattern, self.operation, self.action)
        given = sum(value is not None for value in single) + (self.body is not msgspec.UNSET)
        return given + len(self.query_parameters) + len(self.headers)

    def fits(self, facts: RequestFacts) -> bool:
        return next(self.mismatches(facts), None) is None

    def mismatches(self, facts: RequestFacts) -> Iterator[Mismatch]:
        for criterion, wanted, found in (
            ("method", self.method, facts.method),
            ("urlPath", self.url_path, facts.path),
            ("operation", self.operation, facts.operation),
        ):
            if wanted is not None and wanted != found:
                yield Mismatch(criterion=criterion, wanted=wanted, found=found)
        if self.url_path_pattern is not None and not _compiled(self.url_path_pattern).fullmatch(facts.path):
            yield Mismatch(criterion="urlPathPattern", wanted=self.url_path_pattern, found=facts.path)
        if self.action is not None and self.action != facts.action:
            yield Mismatch(criterion="action", wanted=self.action, found=facts.action)
        for name, value in self.query_parameters.items():
            if facts.query_members.get(name) != value:
                found = facts.query_members.get(name)
                yield Mismatch(criterion=f"queryParameters.{name}", wanted=value, found=found)
        for name, value in self.headers.items():
            if facts.header(name) != value:
                yield Mismatch(criterion=f"headers.{name}", wanted=value, found=facts.header(name))
        if self.body is not msgspec.UNSET and not contains(facts.json, self.body):
            yield Mismatch(criterion="body", wanted=self.body, found=_shown_body(facts))


def contains(whole: Any, part: Any) -> bool:
    """1 and true are two things here, as in JSON."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and contains(whole[name], value) for name, value in part.items()
        )
    if isinstance(part, list):
        return (
            isinstance(whole, list)
            and len(whole) == len(part)
            and all(contains(one, other) for one, other in zip(whole, part, strict=True))
        )
    return bool(whole == part) and isinstance(whole, bool) == isinstance(part, bool)


def _shown_body(facts: RequestFacts) -> Any:
    return facts.json if facts.json is not None else facts.body[:_SHOWN].decode("utf-8", "replace")
