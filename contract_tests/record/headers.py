"""Headers of an answer in a record: as many as any server needs, and free of secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contract_tests.exchange import Headers
from contract_tests.record.cookie_values import named

MOST = 100
LONGEST = 2 * 1024
ALL_TOGETHER = 16 * 1024

FIRST = ("content-type", "content-length", "www-authenticate", "location", "retry-after")
"""Verdicts and readers look for these, so they are kept wherever among the others they stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHeaders:
    """Headers as a record holds them; where they are `clipped`, some are left out or cut short."""

    kept: list[tuple[str, str]]
    clipped: bool


def stored_headers(headers: Headers, *, text: Callable[[str], str]) -> StoredHeaders:
    """The headers for the record, in their order; `text` makes one safe to be written.

    A value is stored up to `LONGEST` characters, and headers up to `MOST` of them and `ALL_TOGETHER` characters.
    """
    safe = [(text(name), text(named(name, value))) for name, value in headers]
    if len(safe) <= MOST and headers_size(safe) <= LONGEST:
        return StoredHeaders(kept=safe, clipped=False)
    short = [(name[:LONGEST], value[:LONGEST]) for name, value in safe]
    room, chosen = ALL_TOGETHER, set[int]()
    for place in sorted(range(len(short)), key=lambda at: short[at][0].lower() not in FIRST):
        length = sum(map(len, short[place]))
        if len(chosen) < MOST and length <= room:
            chosen.add(place)
            room -= length
    kept = [short[place] for place in sorted(chosen)]
    return StoredHeaders(kept=kept, clipped=kept != safe)


def headers_size(headers: Iterable[tuple[str, str]]) -> int:
    """Bytes of all names and values."""
    return sum(len(name) + len(value) for name, value in headers)
