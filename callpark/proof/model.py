"""The proof as data: what `proof.json` holds. `proof.schema.json` is made from these types."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from contract_tests.record.lines import FigureLine, ProofLine

FORMAT: Final = "callpark-proof"
VERSION: Final = 1


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a proof have in common."""


class Suite(Row, frozen=True, kw_only=True):
    """What was proven: the version of the kit, the pinned page and the catalogue of clauses, both as sha256."""

    version: str
    page_sha256: str
    catalogue_sha256: str


class Figure(Row, frozen=True, kw_only=True):
    """One promise: what is wanted, what was measured, and whether that is enough. `misses` names what is not."""

    name: str
    wanted: str
    measured: str
    ok: bool
    misses: tuple[str, ...] = ()


class Kill(Row, frozen=True, kw_only=True):
    """One defect. `shows` says whether its clause must be found broken or only deviating.

    `planned_lane` is where it is to be seen, `lane` the one that saw it, if any did. `named` is the clause that a
    reader meets first, `also` are the others; `cases` counts the failed cases among them. `requests` counts
    the requests under test until the first one that gives the defect away, `exchanges` the listings around them too.
    """

    defect: str
    summary: str
    clause: str
    kind: str
    shows: Literal["finding", "deviation"]
    planned_lane: str
    lane: str
    named: str
    also: tuple[str, ...]
    cases: int
    open: int
    requests: int
    exchanges: int
    seconds: float
    actual: str
    reproduce: tuple[str, ...]
    trouble: str

    @property
    def caught(self) -> bool:
        return bool(self.lane)

    @property
    def by_its_clause(self) -> bool:
        return self.named == self.clause


class ClauseCover(Row, frozen=True, kw_only=True):
    """A clause with its defects, or the reason why there can be none."""

    clause: str
    level: str
    defects: tuple[str, ...]
    caught: tuple[str, ...]
    reason: str


class Accusation(Row, frozen=True, kw_only=True):
    """Variants served together, and what the checker said against them under the readings that they name.

    `fails_as_it_must` is the one clause by which a variant that names only `document` is to fail under `table`.
    """

    variants: tuple[str, ...]
    lane: str
    seed: int
    readings: tuple[str, ...]
    accused: tuple[str, ...]
    open: tuple[str, ...]
    deviating: tuple[str, ...]
    fails_as_it_must: str
    trouble: str

    @property
    def title(self) -> str:
        return " + ".join(self.variants)


class Vacuity(Row, frozen=True, kw_only=True):
    """An empty server: the `must` clauses that pass on it, which there must be none of, and the exit status."""

    server: str
    passed_musts: tuple[str, ...]
    broken: tuple[str, ...]
    open: int
    exit_code: int
    trouble: str


class Cost(Row, frozen=True, kw_only=True):
    """The conform lane against the mock: requests without set-up, seconds (the median of the runs), parked calls.

    `to_first_detection` is the median over the defects that the conform lane saw, in requests under test, and with the
    listings around them in `exchanges_to_first_detection`; None without any.
    """

    requests: int
    seconds: float
    calls_used: int
    to_first_detection: float | None
    exchanges_to_first_detection: float | None
    seconds_to_first_detection: float | None


class Digest(Row, frozen=True, kw_only=True):
    """One of the runs that are to come to the same verdicts."""

    network: Literal["steady", "rough"]
    digest: str
    exit_code: int
    open: tuple[str, ...]
    broken: tuple[str, ...]
    trouble: str


class Proof(Row, frozen=True, kw_only=True):
    """The whole. `extent` says whether everything was run; `seconds` is how long it took in all."""

    format: Literal["callpark-proof"]
    version: Literal[1]
    extent: Literal["quick", "full"]
    started: str
    seconds: float
    suite: Suite
    figures: tuple[Figure, ...]
    cost: Cost
    clauses: tuple[ClauseCover, ...]
    kills: tuple[Kill, ...]
    accusations: tuple[Accusation, ...]
    vacuity: tuple[Vacuity, ...]
    digests: tuple[Digest, ...]

    @property
    def holds(self) -> bool:
        return all(figure.ok for figure in self.figures)


def proof_as_json(proof: Proof) -> str:
    """The text of `proof.json`."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=2).decode() + "\n"


def figures_as_json(proof: Proof) -> str:
    """The text of `figures.json`: what every report of a check prints of the proof."""
    published = ProofLine(
        started=proof.started,
        extent=proof.extent,
        version=proof.suite.version,
        catalogue_sha256=proof.suite.catalogue_sha256,
        figures=[
            FigureLine(name=each.name, wanted=each.wanted, measured=each.measured, ok=each.ok)
            for each in proof.figures
        ],
    )
    return msgspec.json.format(msgspec.json.encode(published), indent=2).decode() + "\n"


def proof_schema() -> dict[str, Any]:
    """JSON Schema of `proof.json`."""
    schema = msgspec.json.schema(Proof)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A callpark proof", **schema}
