"""The words of the contract: clauses, readings, error codes, and the catalogue that holds them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

from callpark_spec.errors import UnknownId
from callpark_spec.page import Page

Item = TypeVar("Item")

AREAS = ("request", "uri", "payload", "success", "failure", "body", "parking", "access")

GlobalReading = Literal["table", "document"]
GLOBAL_READINGS: tuple[GlobalReading, ...] = get_args(GlobalReading)


class Level(StrEnum):
    """How much a clause weighs."""

    MUST = "must"  # the page states it
    EXAMPLE = "example"  # only the page's example shows it
    DERIVED = "derived"  # from a sibling page, a standard, or safety
    SILENT = "silent"  # the page says nothing: observe, never judge

    @property
    def quotes_page(self) -> bool:
        return self in (Level.MUST, Level.EXAMPLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of the page, and the line they start on (counted from 1)."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One requirement of the page, or one silence of it.

    `not_tested` says why it cannot be tested from outside, `no_defect` why the mock has no defect that breaks it.
    """

    id: str
    area: str
    level: Level
    text: str
    quote: str | None = None
    line: int | None = None
    source: str | None = None
    codes: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    not_tested: str | None = None
    no_defect: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A contradiction or a silence of the page, and what is made of it.

    `table` and `document` say what these two global readings admit; `observed` what is noted and never
    judged; `mock` what the mock does unless told otherwise, and `variants` name its other ways.
    """

    id: str
    title: str
    question: str
    table: str
    document: str
    mock: str
    source: str
    page_says: tuple[Quote, ...] = ()
    observed: str | None = None
    variants: tuple[str, ...] = ()
    general: bool = False  # it concerns no single clause

    def admits(self, reading: GlobalReading) -> str:
        return self.table if reading == "table" else self.document


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """A word that `error.code` may hold."""

    code: str
    statuses: tuple[int, ...]
    meaning: str
    source: str
    documented: bool  # it stands on the page
    invented: (
        bool  # the vendor does not know it: the mock says it where it needs a code and none is documented
    )


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All of it, checked."""

    clauses: Mapping[str, Clause]
    readings: Mapping[str, Reading]
    codes: Mapping[str, ErrorCode]
    page: Page
    areas: tuple[str, ...] = field(default=AREAS)

    def clause(self, clause_id: str) -> Clause:
        return _get(self.clauses, "clause", clause_id)

    def reading(self, reading_id: str) -> Reading:
        return _get(self.readings, "reading", reading_id)

    def code(self, code: str) -> ErrorCode:
        return _get(self.codes, "error code", code)

    def find(self, any_id: str) -> Clause | Reading | ErrorCode:
        """The clause, the reading or the code of this id: no id belongs to two of them."""
        everything: dict[str, Clause | Reading | ErrorCode] = {**self.clauses, **self.readings, **self.codes}
        return _get(everything, "clause, reading or error code", any_id)

    def clauses_of_area(self, area: str) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses.values() if clause.area == area)

    def clauses_of_code(self, code: str) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses.values() if code in clause.codes)

    def clauses_of_reading(self, reading_id: str) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses.values() if reading_id in clause.readings)

    @cached_property
    def digest(self) -> str:
        """The sha256 of what the catalogue says; the order and the layout of the files do not matter."""
        import hashlib
        import json

        said: dict[str, Any] = {
            "clauses": {key: asdict(clause) for key, clause in self.clauses.items()},
            "readings": {key: asdict(reading) for key, reading in self.readings.items()},
            "codes": {key: asdict(code) for key, code in self.codes.items()},
            "page": self.page.sha256,
        }
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def _get(items: Mapping[str, Item], kind: str, wanted: str) -> Item:
    try:
        return items[wanted]
    except KeyError:
        raise UnknownId(kind, wanted, items) from None
