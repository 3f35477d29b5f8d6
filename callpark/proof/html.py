"""The proof as one HTML page that needs no network and no script, in the dress of the reports."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from callpark.proof.model import Proof
from callpark.proof.page_rows import (
    accusations_of_note,
    digest_counts,
    kills_by_clause,
    network_name,
    verdict_of,
)
from contract_tests.reporting.anchors import Anchors
from contract_tests.reporting.html import TEMPLATES
from contract_tests.reporting.printable import printable

_SECTIONS = ("the-verdict", "figures", "kills", "accusations", "vacuity", "digests", "this-proof")


def render_html(proof: Proof) -> str:
    """The text of `proof.html`. Its style is let in by hash and nothing else is."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8") + _own("proof.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .from_string(_own("proof.html"))
        .render(
            proof=proof,
            verdict=verdict_of(proof),
            matrix=kills_by_clause(proof),
            bare=[clause for clause in proof.clauses if not clause.defects],
            notes=accusations_of_note(proof),
            digests=digest_counts(proof),
            network_name=network_name,
            anchor=Anchors(_SECTIONS).of,
            style=Markup(style),
            style_hash=f"sha256-{digest}",
        )
    )


def _own(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_visible
    )


def _visible(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
