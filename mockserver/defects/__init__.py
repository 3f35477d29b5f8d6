"""The catalogue of wrong behaviours, by class.  Each breaks the clause it names and is caught by that clause first."""

from collections.abc import Mapping
from typing import Final

from callpark_spec.errors import instead
from mockserver.defect import Defect
from mockserver.defects.accepting import ACCEPTING
from mockserver.defects.access import ACCESS
from mockserver.defects.bodies import BODIES
from mockserver.defects.calls import CALLS
from mockserver.defects.codes import CODES
from mockserver.defects.corners import CORNERS
from mockserver.defects.rarely import RARELY
from mockserver.defects.rejecting import REJECTING

_CATALOGUE: Final = CODES + BODIES + ACCEPTING + REJECTING + CALLS + ACCESS + RARELY + CORNERS

DEFECTS: Final[Mapping[str, Defect]] = {each.slug: each for each in _CATALOGUE}


class UnknownDefectError(LookupError):
    def __init__(self, slug: str) -> None:
        super().__init__(f"there is no defect {slug!r}; {instead(slug, DEFECTS)}")


def defect(slug: str) -> Defect:
    """Raise UnknownDefectError."""
    try:
        return DEFECTS[slug]
    except KeyError:
        raise UnknownDefectError(slug) from None
