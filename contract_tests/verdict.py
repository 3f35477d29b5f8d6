"""Verdicts, what they add up to, and the digest that says whether two runs came to the same ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

Reading = Literal["table", "document"]
READINGS: tuple[Reading, ...] = ("table", "document")
EXPLORED = "explore-"
"""How the last part of the id of a case begins that stands for a sequence which exploring found."""
NOT_JUDGED = "could not be judged"
"""How a line begins that says why nothing of a target could be judged."""


class Verdict(StrEnum):
    """What a case came to. The words are those of the report."""

    PASS = "pass"
    FAIL = "fail"
    WRONG_CODE = "wrong-code"
    DEVIATION = "deviation"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"
    HARNESS_ERROR = "harness-error"


class ExitCode(IntEnum):
    """Exit statuses of a check, the worst first."""

    FAILED = 1
    HARNESS_ERROR = 5
    INCONCLUSIVE = 3
    STALE_BASELINE = 4
    OK = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One row of the result: a clause, the case that tried it, and what it came to under one reading.

    `expected` lists the admissible outcomes in words, `actual` what was seen. `exchanges` are the numbers of the
    exchanges that prove it, the decisive one first. `because` are cases or clauses of findings, for which alone an
    inconclusive row is none the less; its own case, where the finding was seen once and not again.
    """

    clause: str
    case: str
    reading: Reading
    verdict: Verdict
    title: str
    expected: tuple[str, ...] = ()
    actual: str = ""
    hint: str = ""
    exchanges: tuple[int, ...] = ()
    attempts: int = 1
    because: tuple[str, ...] = ()

    @property
    def is_finding(self) -> bool:
        """Whether this row says that the implementation is wrong."""
        return self.verdict in (Verdict.FAIL, Verdict.WRONG_CODE)


def exit_code(verdicts: Iterable[Verdict]) -> ExitCode:
    """The exit status that verdicts of the gating reading add up to. No verdict at all is inconclusive."""
    seen = set(verdicts)
    if seen & {Verdict.FAIL, Verdict.WRONG_CODE}:
        return ExitCode.FAILED
    if Verdict.HARNESS_ERROR in seen:
        return ExitCode.HARNESS_ERROR
    if Verdict.INCONCLUSIVE in seen or not seen & {Verdict.PASS, Verdict.DEVIATION}:
        return ExitCode.INCONCLUSIVE
    return ExitCode.OK


def canonical_digest(rulings: Iterable[Ruling]) -> str:
    """The sha256 of the sorted (clause, case, reading, verdict) rows and of nothing else."""
    rows = sorted({(r.clause, r.case, r.reading, str(r.verdict)) for r in rulings})
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
