"""What there is to prove: the defects, the variants and the empty servers, as the tables want them."""

from __future__ import annotations

from typing import Any

from callpark.proof.tables import Right, Wrong
from callpark_spec import Catalogue, Level


def wrong_servers(catalogue: Catalogue) -> tuple[Wrong, ...]:
    """Every defect of the mock."""
    from mockserver.defects import DEFECTS

    return tuple(_wrong(defect, catalogue) for defect in DEFECTS.values())


def _wrong(defect: Any, catalogue: Catalogue) -> Wrong:
    """Where a defect does not say what it shows, the level of its clause does."""
    level = catalogue.clauses[defect.clause].level if defect.clause in catalogue.clauses else None
    shows = str(getattr(defect, "shows", "") or ("deviation" if level is Level.EXAMPLE else "finding"))
    return Wrong(
        slug=defect.slug,
        clause=defect.clause,
        summary=defect.summary,
        kind=str(getattr(defect, "kind", "")),
        lane=str(getattr(defect, "lane", "conform")),
        shows="deviation" if shows == "deviation" else "finding",
    )


def right_servers(catalogue: Catalogue) -> dict[str, Right]:
    """Every variant of the mock, with the clauses that its reading is about."""
    from mockserver.variants import VARIANTS

    return {
        slug: Right(
            slug=slug,
            readings=frozenset(map(str, variant.conforms)),
            clauses=frozenset(clause.id for clause in catalogue.clauses_of_reading(variant.reading)),
        )
        for slug, variant in VARIANTS.items()
    }
