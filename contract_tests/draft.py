"""The request of the vendor's page, and how a case changes exactly one thing of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote

from contract_tests.exchange import Request
from contract_tests.world import TOKEN, KnownCall, World

ROOT = "/uapi/phoneCalls"
MEANS = (
    "list",
    "talking",
    "another_call",
    "other_token",
    "expired_token",
    "foreign_user",
    "foreign_extension",
    "sibling",
    "not_terminal",
)
"""What a target may lack; a profile declares it in `not_offered`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An UnPark request in parts. `payload` is the JSON value to send, `raw` bytes to send in its place."""

    user: str
    extension: str
    call_id: str | None
    payload: Any = field(default_factory=dict)
    raw: bytes | None = None
    authorization: str | None = f"Bearer {TOKEN}"
    content_type: str | None = "application/json"
    suffix: str = ""
    encode_all: bool = False

    def request(self) -> Request:
        """The request as it goes over the wire."""
        segments = [self.user, self.extension] + ([] if self.call_id is None else [self.call_id])
        encode = _encode_all if self.encode_all else _encode
        path = "/".join([ROOT, *(encode(segment) for segment in segments)]) + self.suffix
        headers = [("Accept", "application/json")]
        if self.authorization is not None:
            headers.append(("Authorization", self.authorization))
        if self.content_type is not None:
            headers.append(("Content-Type", self.content_type))
        body = self.raw if self.raw is not None else json.dumps(self.payload, ensure_ascii=False).encode()
        return Request(method="PUT", target=path, headers=tuple(headers), body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a case may speak of when it changes a draft: the world, its call, and another call where there is one."""

    world: World
    call: KnownCall
    witness: KnownCall | None = None


Change = Callable[[Draft, Setting], Draft]
"""One thing changed in a request. May raise `Lacking` when the world has not what it takes."""


class Lacking(Exception):
    """The target's profile has not what a case needs: one of `MEANS`, and a sentence about it.

    Its text says besides how a profile declares that there is none.
    """

    def __init__(self, means: str, sentence: str) -> None:
        super().__init__(f"{sentence}; give the check one, or put {means} into not_offered")
        self.means = means


class DoesNotArise(Exception):
    """The situation of a case cannot arise with the calls at hand; the message says why."""


def documented(setting: Setting) -> Draft:
    """The page's own request (lines 21 to 33), on the call at hand."""
    payload = {
        "action": "UnPark",
        "sendCallTo": setting.world.retriever,
        "callerId": "John Doe <42420042>",
        "waitForPickup": "20",
        "phoneCallViewId": setting.call.view,
    }
    return _addressed(setting, payload)


def required_only(setting: Setting) -> Draft:
    """The page's request without its optional members."""
    payload = {
        "action": "UnPark",
        "sendCallTo": setting.world.retriever,
        "phoneCallViewId": setting.call.view,
    }
    return _addressed(setting, payload)


def listing(
    user: str, extension: str, call_id: str | None, authorization: str = f"Bearer {TOKEN}"
) -> Request:
    """List PhoneCalls for one call, or for all calls of an extension."""
    segments = [user, extension] + ([] if call_id is None else [call_id])
    path = "/".join([ROOT, *(_encode(segment) for segment in segments)])
    headers = (("Accept", "application/json"), ("Authorization", authorization))
    return Request(method="GET", target=path, headers=headers)


def unchanged(draft: Draft, setting: Setting) -> Draft:
    """The request as it is."""
    return draft


def member(name: str, value: Any) -> Change:
    """One member of the payload has this value."""
    return lambda draft, setting: replace(draft, payload=draft.payload | {name: value})


def written(name: str, text: str) -> Change:
    """One member of the payload stands in the body in these words, such as a number that no float can hold."""

    def change(draft: Draft, setting: Setting) -> Draft:
        values = {key: json.dumps(value, ensure_ascii=False) for key, value in draft.payload.items()}
        members = (f"{json.dumps(key)}: {value}" for key, value in (values | {name: text}).items())
        return replace(draft, raw=("{" + ", ".join(members) + "}").encode())

    return change


def without(*names: str) -> Change:
    """Members of the payload are left out."""
    return lambda draft, setting: replace(
        draft, payload={key: value for key, value in draft.payload.items() if key not in names}
    )


def member_from(name: str, pick: Callable[[Setting], str | None], otherwise: Exception) -> Change:
    """One member of the payload has a value out of the world; `otherwise` is raised if there is none."""

    def change(draft: Draft, setting: Setting) -> Draft:
        value = pick(setting)
        if value is None:
            raise otherwise
        return replace(draft, payload=draft.payload | {name: value})

    return change


Segment = Literal["user", "extension", "call_id"]


def segment(name: Segment, value: str) -> Change:
    """One segment of the path has this value."""
    return with_(**{name: value})


def segment_from(name: Segment, pick: Callable[[Setting], str | None], otherwise: Exception) -> Change:
    """One segment of the path has a value out of the world; `otherwise` is raised if there is none."""

    def change(draft: Draft, setting: Setting) -> Draft:
        value = pick(setting)
        if value is None:
            raise otherwise
        return with_(**{name: value})(draft, setting)

    return change


def with_(**parts: Any) -> Change:
    """Parts of the draft are set outright."""
    return lambda draft, setting: replace(draft, **parts)


def both(*changes: Change) -> Change:
    """Several changes that make up one: a segment and the token it goes with, say."""

    def change(draft: Draft, setting: Setting) -> Draft:
        for one in changes:
            draft = one(draft, setting)
        return draft

    return change


def _addressed(setting: Setting, payload: dict[str, Any]) -> Draft:
    return Draft(
        user=setting.call.user, extension=setting.call.extension, call_id=setting.call.id, payload=payload
    )


def _encode(segment: str) -> str:
    return quote(segment, safe="@*")


def _encode_all(segment: str) -> str:
    return "".join(
        c if c.isascii() and c.isalnum() else quote(c, safe="").replace("*", "%2A") for c in segment
    )
