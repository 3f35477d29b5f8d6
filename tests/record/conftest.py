"""A small record, and the means to break it."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from contract_tests.exchange import Exchange, Request, Response
from contract_tests.record.lines import Suite, TargetLine
from contract_tests.record.writer import RecordWriter
from contract_tests.verdict import READINGS, Ruling, Verdict

Line = dict[str, Any]

EXCHANGES = (
    Exchange(
        number=1,
        case="",
        role="preflight",
        request=Request(method="GET", target="/_mock/health"),
        trouble="the connection was refused",
        started=0.25,
        elapsed=0.5,
    ),
    Exchange(
        number=2,
        case="success/status/plain",
        role="set-up",
        request=Request(method="POST", target="/uapi/phoneCalls/@me/simple", body=b""),
        response=Response(status=200, body=b"[]", body_size=2),
    ),
    Exchange(
        number=4,
        case="success/status/plain",
        role="request",
        request=Request(
            method="PUT",
            target="/uapi/phoneCalls/12/0003%2A210/b8",
            headers=(("A", "1"), ("A", "2")),
            body=b"\xff",
        ),
        response=Response(status=204),
    ),
)

RULINGS = tuple(
    Ruling(
        clause="success/status",
        case="success/status/plain",
        reading=reading,
        verdict=Verdict.PASS,
        title="The plain request",
        expected=("200",),
        actual="200",
        hint="none",
        exchanges=(4, 2),
        attempts=2,
    )
    for reading in READINGS
)


def begin(stream: BytesIO, redact: Callable[[str], str] = str, **header: Any) -> RecordWriter:
    writer = RecordWriter(stream, redact)
    values: dict[str, Any] = {
        "run": "r1",
        "started": "2031-04-02T09:30:00Z",
        "suite": Suite(version="0", page_sha256="p", catalogue_sha256="c"),
        "target": TargetLine(name="a target", url="http://127.0.0.1"),
        "lane": "conform",
        "reading": "document",
        "seed": 0,
        "rung": "api",
        "profile": {},
        "world": {},
    }
    writer.header(**{**values, **header})
    return writer


@pytest.fixture
def written() -> bytes:
    stream = BytesIO()
    writer = begin(stream)
    writer.case(id="success/status/plain", clause="success/status", title="The plain request")
    for exchange in EXCHANGES:
        writer.exchange(exchange)
    for ruling in RULINGS:
        writer.ruling(ruling, ["curl"])
    writer.observation(
        clause="body/json", case="success/status/plain", title="Seen", actual="so", exchanges=[1]
    )
    writer.footer(finished="2031-04-02T09:30:01Z", elapsed=1.0, calls_used=1)
    return stream.getvalue()


@pytest.fixture
def begun() -> Callable[..., RecordWriter]:
    """Opens a record: stream, redaction, and what its header is to hold besides the usual."""
    return begin


@pytest.fixture
def facts() -> tuple[tuple[Exchange, ...], tuple[Ruling, ...]]:
    """What was told to the writer of `written`."""
    return EXCHANGES, RULINGS


@pytest.fixture
def edited(written: bytes) -> Callable[[Callable[[list[Line]], object]], bytes]:
    """The record after somebody has been at its lines."""

    def edit(change: Callable[[list[Line]], object]) -> bytes:
        lines: list[Line] = [json.loads(line) for line in written.splitlines()]
        change(lines)
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    return edit
