"""What proves a verdict: the page's sentence in its context, and the messages that went over the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from callpark_spec import Page
from contract_tests.record.lines import ExchangeLine, RequestPart, ResponsePart


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLine:
    """A line of the page: its number, and its text in three parts, of which the middle one is quoted."""

    number: int
    before: str
    quoted: str
    after: str


def excerpt(page: Page, quote: str, line: int) -> tuple[PageLine, ...]:
    """The lines that the quote covers, between the nearest lines before and after that are not empty."""
    last = _last_line(page, quote, line)
    before = next((number for number in range(line - 1, 0, -1) if page.lines[number - 1].strip()), None)
    after = next((n for n in range(last + 1, len(page.lines) + 1) if page.lines[n - 1].strip()), None)
    quoted = _marked(page.lines[line - 1 : last], quote, line)
    around = [
        [PageLine(number=number, before=page.lines[number - 1], quoted="", after="")] if number else []
        for number in (before, after)
    ]
    return (*around[0], *quoted, *around[1])


def request_text(exchange: ExchangeLine, limit: int) -> str:
    """The request as it was sent; secrets are names."""
    request = exchange.request
    return _message(f"{request.method} {request.target}", request, limit)


def response_text(exchange: ExchangeLine, limit: int) -> str:
    """The answer, or why there is none."""
    response = exchange.response
    if response is None:
        return f"No answer: {exchange.trouble}"
    text = _message(status_line(response.status), response, limit)
    if response.headers_clipped:
        text += f"\n[headers stored in part: {response.headers_size:,} bytes arrived]"
    if response.clipped:
        text += f"\n[body stored in part, of {response.body_size:,} bytes or more]"
    return text


def status_line(status: int) -> str:
    """The status with its usual phrase; the phrase that the target sent is not in the record."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def outcome_of(exchange: ExchangeLine) -> str:
    return str(exchange.response.status) if exchange.response is not None else "no answer"


def _message(first_line: str, part: RequestPart | ResponsePart, limit: int) -> str:
    """Head and body; where that is too long the headers go first, then the end."""
    headers = [f"{name}: {value}" for name, value in part.headers]
    body = ["", part.body] if part.body else []
    if part.body_base64 is not None:
        body = ["", "[no text; in base64]", part.body_base64]
    text = "\n".join([first_line, *headers, *body])
    if len(text) <= limit:
        return text
    text = "\n".join([first_line, f"[{len(headers)} headers, in the record]", *body])
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n[{len(text) - limit:,} characters more, in the record]"


def _last_line(page: Page, quote: str, line: int) -> int:
    wanted = "".join(quote.split())
    for last in range(line, len(page.lines) + 1):
        if wanted in "".join("".join(page.lines[line - 1 : last]).split()):
            return last
    return line


def _marked(lines: Sequence[str], quote: str, first: int) -> list[PageLine]:
    """The quote found among its lines, whatever the blanks and line ends between its words."""
    text = "\n".join(lines)
    words = re.compile(r"\s+".join(re.escape(word) for word in quote.split()))
    found = words.search(text)
    start, end = found.span() if found else (0, len(text))
    marked, at = [], 0
    for number, line in enumerate(lines, start=first):
        left, right = min(max(start - at, 0), len(line)), min(max(end - at, 0), len(line))
        marked.append(
            PageLine(number=number, before=line[:left], quoted=line[left:right], after=line[right:])
        )
        at += len(line) + 1
    return marked
