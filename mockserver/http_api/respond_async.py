"""`Prefer: respond-async` (RFC 7240, 4.1): an UnPark that does not wait for the telephone to be picked up."""

from collections.abc import Iterable, Mapping
from typing import Final

ACCEPTED: Final = 202
PREFERENCE: Final = "respond-async"
APPLIED: Final[Mapping[str, str]] = {"Preference-Applied": PREFERENCE}


def wants_async(prefer: Iterable[str]) -> bool:
    """Whether one of the values of the request's Prefer headers names it; a preference may have parameters."""
    named = (each.partition(";")[0].strip().lower() for value in prefer for each in value.split(","))
    return PREFERENCE in named
