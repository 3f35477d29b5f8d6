"""The report for people: one HTML page that needs no network, and is complete without its script."""

from __future__ import annotations

import base64
import hashlib
import html
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.reporting.html_view import HtmlView
from contract_tests.reporting.printable import printable
from contract_tests.reporting.sentence import counted
from contract_tests.reporting.tally import Tally

TEMPLATES = Path(__file__).with_name("templates")


def render_html(record: Record, catalogue: Catalogue) -> str:
    """The page. Its style and its script are let in by hash and nothing else is: no image, no request."""
    return rendered("report.html", HtmlView(Tally(record, catalogue)))


def rendered(template: str, view: Any) -> str:
    """A template with the one style sheet and the one script, which its security policy names by their hashes."""
    style, script = ((TEMPLATES / name).read_text() for name in ("report.css", "report.js"))
    return (
        _environment()
        .get_template(template)
        .render(
            view=view,
            style=Markup(style),
            style_hash=_hash(style),
            script=Markup(script),
            script_hash=_hash(script),
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible,
    )
    environment.filters["verbatim"] = _verbatim
    environment.filters["counted"] = counted
    return environment


def _visible(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _verbatim(text: str) -> Markup:
    """Text between tags, where quotation marks need no escape: thousands of messages are full of them."""
    return Markup(html.escape(printable(text), quote=False))
