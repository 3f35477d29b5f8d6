"""Places on a page that links lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OUTSIDE_A_SLUG = re.compile(r"[^A-Za-z0-9/_.~*@+-]+")


class Anchors:
    """Gives each thing an anchor of its own, as like its id as can be.

    A clause's anchor is its id, to the letter; what else wants the same word gets its kind put before it.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = set(reserved)
        self._given: dict[tuple[str, str], str] = {}

    def of(self, kind: str, key: str) -> str:
        """The anchor of a thing; the same at every call."""
        if (kind, key) not in self._given:
            self._given[kind, key] = self._free(kind, _OUTSIDE_A_SLUG.sub("-", key) or kind)
        return self._given[kind, key]

    def has(self, kind: str, key: str) -> bool:
        return (kind, key) in self._given

    def _free(self, kind: str, slug: str) -> str:
        anchor, number = slug, 1
        if anchor in self._taken:
            anchor = slug = f"{kind}-{slug}"
        while anchor in self._taken:
            number += 1
            anchor = f"{slug}-{number}"
        self._taken.add(anchor)
        return anchor
