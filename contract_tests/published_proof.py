"""The figures of the checker's own proof, as `callpark prove` published them last; every report prints them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from contract_tests.record.lines import ProofLine

_PACKAGE = Path(__file__).resolve().parent
PLACES = (_PACKAGE / "published_proof.json", _PACKAGE.parent / "reports" / "proof" / "figures.json")
"""In a wheel inside this package, in the repository among the reports."""


@cache
def published_proof() -> ProofLine | None:
    """None where nothing was published with this copy of the kit."""
    place = next((place for place in PLACES if place.is_file()), None)
    return msgspec.json.decode(place.read_bytes(), type=ProofLine) if place else None
