"""What a List is asked for besides whose calls: a filter, an order, a page, and which members of each call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from mockserver.http_api.refusals import Refusal, RefusedRequest

Json = dict[str, Any]

COUNT: Final = 20
_MEMBERS: Final = (
    "id", "nonce", "extension", "ownerId", "ownerName", "published", "answered", "phoneCallView", "links", "link",
)  # fmt: skip
_TEXTUAL: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "equals": str.__eq__,
    "startsWith": str.startswith,
    "contains": str.__contains__,
    "inArray": lambda held, wanted: held in wanted.split(","),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The query of a List, its values as their declared types."""

    query: Mapping[str, Any]

    def chosen(self, calls: Sequence[Json]) -> list[Json]:
        """The calls that the filter lets through, in the order asked for; without one, by time of publishing.

        Raise RefusedRequest with the code of the parameter that makes no sense.
        """
        holds = self._filter()
        found = [call for call in calls if holds(call)]
        return found[::-1] if str(self.query.get("sortOrder", "asc")).startswith("desc") else found

    @property
    def start(self) -> int:
        return int(self.query.get("startIndex", 0))

    @property
    def count(self) -> int:
        return int(self.query.get("count", COUNT))

    def page(self, calls: Sequence[Json]) -> list[Json]:
        """One page of the chosen calls, each with the members asked for; its id always stays."""
        found = calls[self.start : self.start + self.count]
        if "fields" not in self.query:
            return list(found)
        wanted = {"id", *self.query["fields"].split(",")}
        if unknown := sorted(wanted.difference(_MEMBERS)):
            raise _refused("fields", f"fields names {', '.join(unknown)}. Allowed: {', '.join(_MEMBERS)}.")
        return [{name: value for name, value in call.items() if name in wanted} for call in found]

    def paging(self, address: str, total: int) -> dict[str, str]:
        """The absolute URLs of the pages before and after this one, as far as there are any."""
        starts = {}
        if self.start > 0:
            starts["prev"] = max(0, self.start - self.count)
        if self.start + self.count < total:
            starts["next"] = self.start + self.count
        return {
            name: f"{address}?{urlencode({**self.query, 'count': self.count, 'startIndex': start})}"
            for name, start in starts.items()
        }

    def _filter(self) -> Callable[[Json], bool]:
        by, how = self.query.get("filterBy"), self.query.get("filterOp", "equals")
        if by is None:
            return lambda call: True
        if how == "present":
            return lambda call: call.get(by) is not None
        if "filterValue" not in self.query:
            raise _refused("filterValue", f"filterValue is missing. Allowed: what {by} is compared with.")
        wanted: str = self.query["filterValue"]
        if how in ("greaterThan", "lessThan"):
            return _ordered(by, how, wanted)
        if by == "published" and how == "equals":
            return lambda call: _moment(call[by]) == _moment(wanted)
        return lambda call: _TEXTUAL[how](str(call[by]), wanted)


def _ordered(by: str, how: str, wanted: str) -> Callable[[Json], bool]:
    key: Callable[[str], Any] = _moment if by == "published" else str
    bound = key(wanted)
    if how == "greaterThan":
        return lambda call: key(call[by]) > bound
    return lambda call: key(call[by]) < bound


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _refused(
            "filterValue",
            "filterValue is no date with an offset. Allowed: as published shows it, 2012-06-27T13:08:50Z.",
        )
    return moment


def _refused(parameter: str, message: str) -> RefusedRequest:
    return RefusedRequest(Refusal(status=400, code=f"{parameter.lower()}_invalid", message=message))
