"""Links for a reader: into report.html where it can be reached, and to the sentence on the vendor's page."""

from __future__ import annotations

from urllib.parse import quote

from callpark_spec import Clause, Page

_WORDS = 5


def sentence_url(page: Page, clause: Clause) -> str:
    """The vendor's page, with a text fragment that makes a browser scroll to the quoted sentence and mark it.

    A browser that finds it nowhere, because the vendor has changed the page, opens the page at its top.
    """
    if not clause.quote:
        return page.url
    words = clause.quote.split()
    if len(words) <= 2 * _WORDS:
        fragment = _fragment(words)
    else:
        fragment = f"{_fragment(words[:_WORDS])},{_fragment(words[-_WORDS:])}"
    return f"{page.url}#:~:text={fragment}"


def report_url(report: str, anchor: str) -> str:
    """A place in report.html, which is to be had at the URL `report`."""
    return f"{report}#{anchor}"


def _fragment(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
