"""Generated requests as changes of the page's request, so that they can be shrunk, kept and sent again."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from contract_tests.draft import ROOT, Draft, Setting, documented
from contract_tests.exchange import Request
from contract_tests.expectation.expect import parse_json
from contract_tests.lanes.steps import OUTER, Change
from contract_tests.world import KnownCall, World

BODY = "body"


def changes_of(request: Request, call: KnownCall, world: World) -> tuple[Change, ...] | None:
    """What to change in the page's request for this call to get this one; None where it is none of its kind."""
    printed = documented(Setting(world=world, call=call))
    parts = urlsplit(request.target)
    segments = parts.path.removeprefix(ROOT + "/").split("/")
    if request.method != "PUT" or not parts.path.startswith(ROOT + "/") or len(segments) != 3 or parts.query:
        return None
    try:
        decoded = [unquote(segment, errors="strict") for segment in segments]
    except UnicodeDecodeError:
        return None
    outer = dict(zip(("user", "extension", "call_id"), decoded, strict=True)) | {
        "authorization": request.header("Authorization"),
        "content_type": request.header("Content-Type"),
    }
    return (*_outer_changes(outer, printed), *_body_changes(request.body or b"", printed.payload))


def _outer_changes(outer: dict[str, str | None], printed: Draft) -> tuple[Change, ...]:
    return tuple(_change(part, value) for part, value in outer.items() if value != getattr(printed, part))


def _change(part: str, value: str | None) -> Change:
    return Change(part=part, kind="absent") if value is None else Change(part=part, value=value)


def _body_changes(body: bytes, printed: dict[str, Any]) -> tuple[Change, ...]:
    try:
        payload = parse_json(body)
    except ValueError:
        payload = None
    if (
        not isinstance(payload, dict)
        or not _can_be_written(payload)
        or any(name in OUTER for name in payload)
    ):
        return (Change(part=BODY, kind="raw", value=body.decode("latin-1")),)
    gone = (Change(part=name, kind="absent") for name in printed if name not in payload)
    other = (
        Change(part=name, value=value)
        for name, value in payload.items()
        if name not in printed or type(value) is not str or value != printed[name]
    )
    return (*gone, *other)


def _can_be_written(payload: dict[str, Any]) -> bool:
    """Whether writing it again gives JSON in UTF-8: no half of a surrogate pair, no infinity."""
    try:
        json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return BODY not in payload
