"""results.json: the record worked out, as one JSON document for programs.

`results.schema.json` is the same in JSON Schema and is held to these types by a test. Members are only added
within a version; what is taken away or changes its meaning makes a new one.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from contract_tests.record.lines import (
    ExchangeLine,
    ObservationLine,
    Sha256,
    Suite,
    TargetLine,
    UntriedLine,
    VerdictWord,
)

FORMAT: Final = "callpark-results"
VERSION: Final = 1

ReadingName = Literal["table", "document"]
Fingerprint = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts have in common."""


class Conclusion(_Part, frozen=True, kw_only=True):
    """What the run came to under the gating reading: one word, the sentence, and the exit status of the check."""

    outcome: Literal["conforms", "no-fault", "broken", "unjudged"]
    sentence: str
    exit_code: int


class Effort(_Part, frozen=True, kw_only=True):
    """What it took: `elapsed` in seconds; `requests` without those for set-up; parked calls that were used up."""

    elapsed: float
    cases: int
    exchanges: int
    requests: int
    calls_used: int


class ClauseResult(_Part, frozen=True, kw_only=True):
    """A clause of the catalogue and what became of it under each reading.

    `quote` stands on that `line` of the page; a clause without one has a `source`. `standings` is reading -> the
    worst of its verdicts, or why it has none.
    """

    id: str
    area: str
    level: Literal["must", "example", "derived", "silent"]
    text: str
    quote: str | None = None
    line: int | None = None
    source: str | None = None
    codes: list[str] = []
    readings: list[str] = []
    not_tested: str | None = None
    standings: dict[ReadingName, str]


class ReadingResult(_Part, frozen=True, kw_only=True):
    """A contradiction or a silence of the page, and what the two readings of the whole admit there."""

    id: str
    title: str
    question: str
    table: str
    document: str
    observed: str | None = None


class VerdictResult(_Part, frozen=True, kw_only=True):
    """A verdict under one reading. `fingerprint` is that of clause and case, the same in every run.

    `sentence` is what the clause rests on. `reproduce` is a list of shell lines; secrets are environment variables
    in them. `exchanges` are numbers of exchanges in the record, the decisive one first.
    """

    fingerprint: Fingerprint
    clause: str
    case: str
    reading: ReadingName
    verdict: VerdictWord
    title: str
    sentence: str
    expected: list[str] = []
    actual: str = ""
    hint: str = ""
    attempts: int = 1
    exchanges: list[int] = []
    reproduce: list[str] = []


class Counts(_Part, frozen=True, kw_only=True):
    """`clauses`: level -> standing -> clauses, under the gating reading. `verdicts`: reading -> verdict -> cases."""

    clauses: dict[str, dict[str, int]]
    verdicts: dict[ReadingName, dict[str, int]]


class Results(_Part, frozen=True, kw_only=True):
    """The whole document. `evidence` holds the exchanges that verdicts other than pass cite; the record has all.

    `started` and `finished` are RFC 3339 in UTC. `digest` is the canonical digest: the same for two runs that came
    to the same verdicts. `record_sha256` is what seals the record, `content_sha256` of its footer.
    """

    format: Literal["callpark-results"]
    version: int
    run: str
    started: str
    finished: str
    conclusion: Conclusion
    target: TargetLine
    suite: Suite
    reading: ReadingName
    lane: str
    seed: int
    safe: bool
    engine: bool
    rung: str
    profile: dict[str, Any]
    world: dict[str, Any]
    effort: Effort
    digest: Sha256
    record_sha256: Sha256
    counts: Counts
    clauses: list[ClauseResult]
    readings: list[ReadingResult]
    verdicts: list[VerdictResult]
    observations: list[ObservationLine]
    untried: list[UntriedLine]
    evidence: list[ExchangeLine]
