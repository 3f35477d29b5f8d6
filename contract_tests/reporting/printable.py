"""Text that came over the wire, made fit to be seen: on a terminal, on a page, in XML."""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n|\n|\t")


def printable(text: str) -> str:
    """The text with a visible sign for each character that would act instead of being seen.

    Line feeds and tabs stay. Control characters become escapes, as does what has no width or turns the direction
    of writing. Their pictures in Unicode would be shorter, but few fonts have them.
    """
    return _INVISIBLE.sub(_sign, text)


def one_line(text: str, width: int | None = None) -> str:
    """The printable text on one line, and not wider than `width` cells of a terminal."""
    line = printable(_LINE_END.sub(" ", text)).rstrip()
    if width is None or cell_len(line) <= width:
        return line
    return set_cell_size(line, max(width - 1, 0)).rstrip() + "…"


def _sign(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
