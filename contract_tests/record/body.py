"""Bodies in a record: cut to size, free of secrets, as text where they are text and else in base64."""

from __future__ import annotations

import base64
import codecs
from collections.abc import Callable
from dataclasses import dataclass

from contract_tests.exchange import LONGEST_BODY

LIMIT = LONGEST_BODY
EXCERPT = 4 * 1024
"""So much is stored of a longer body, in bytes."""

SEAM = 32 * 1024
"""A body that was cut may end inside a secret, where no search finds it; so much of its end is left out, in bytes.

A JSON Web Token of a few kilobytes, of which every character is escaped, is six times as long.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBody:
    """A body as a record holds it: `text`, or else `encoded` in base64, or neither when there is none."""

    text: str | None = None
    encoded: str | None = None
    clipped: bool = False

    @property
    def content(self) -> bytes | None:
        if self.text is not None:
            return self.text.encode()
        return base64.b64decode(self.encoded) if self.encoded is not None else None


def stored(
    content: bytes | None, *, size: int, redact: Callable[[str], str], limit: int = LIMIT
) -> StoredBody:
    """The body for the record; `size` is what it had before anybody cut it."""
    if content is None:
        return StoredBody()
    clipped = len(content) < size or len(content) > limit
    kept = content[: EXCERPT + SEAM] if clipped else content
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(kept, final=not clipped)
    except UnicodeDecodeError:
        named = redact(kept.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        shown = _excerpt(named) if clipped else named
        return StoredBody(encoded=base64.b64encode(shown).decode(), clipped=clipped)
    named = redact(text).encode("utf-8", "backslashreplace")
    shown = _excerpt(named) if clipped else named
    return StoredBody(text=shown.decode("utf-8", "ignore"), clipped=clipped)


def _excerpt(content: bytes) -> bytes:
    return content[: min(EXCERPT, max(len(content) - SEAM, 0))]
