"""Text as GitHub's Markdown shows it: escaped, so that nothing in it is markup."""

from __future__ import annotations

import re

from contract_tests.reporting.printable import one_line, printable

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!$@:]|(?<=[wW]{3})\.)")
_RUN_OF_TICKS = re.compile("`+")


def escaped(text: str, width: int | None = None) -> str:
    """Plain text for the middle of a line: no emphasis, tag, cell, link, mention or formula comes of it."""
    return _MARKUP.sub(r"\\\1", one_line(text, width))


def fenced(text: str, language: str = "") -> str:
    """A block of code, whatever is in it."""
    content = printable(text)
    longest = max((len(found) for found in _RUN_OF_TICKS.findall(content)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{language}\n{content}\n{fence}"


def link(text: str, url: str) -> str:
    """`url` is one of our own making: percent-encoded, without blanks."""
    return f"[{escaped(text)}](<{url.replace('<', '%3C').replace('>', '%3E')}>)"
