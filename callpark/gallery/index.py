"""The pages around the exhibits: an index for whoever comes by, and the matrix of clauses and implementations."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from callpark.gallery.exhibits import EXHIBITS, Exhibit
from callpark_spec import Catalogue
from contract_tests.published_proof import published_proof
from contract_tests.record.lines import Record
from contract_tests.reporting.html import TEMPLATES
from contract_tests.reporting.matrix import Column, Implementation, render_matrix
from contract_tests.reporting.tally import Tally

INDEX = "index.html"
MATRIX = "matrix.html"


def pages_around(records: Mapping[str, Record], catalogue: Catalogue) -> dict[str, str]:
    """The pages by name. `records` are those of all exhibits, by slug."""
    implementations = {
        exhibit.slug: Implementation(
            name=exhibit.name, href=f"{exhibit.slug}/report.html", record=records[exhibit.slug]
        )
        for exhibit in EXHIBITS
    }
    columns = {slug: Column(one, Tally(one.record, catalogue)) for slug, one in implementations.items()}
    return {
        INDEX: _index([(exhibit, columns[exhibit.slug]) for exhibit in EXHIBITS], catalogue),
        MATRIX: render_matrix(list(implementations.values()), catalogue),
    }


def _index(shown: list[tuple[Exhibit, Column]], catalogue: Catalogue) -> str:
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = (files(__package__) / "templates" / "index.html").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        shown=shown,
        page=catalogue.page,
        proof=published_proof(),
        matrix=MATRIX,
        style=Markup(style),
        style_hash=f"sha256-{digest}",
    )
