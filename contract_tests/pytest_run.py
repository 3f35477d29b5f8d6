"""One run of the checker behind many pytest items."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import callpark_spec
from contract_tests.approach import NoSuchRung, NoToken, approach, environment_tokens
from contract_tests.case import Kind
from contract_tests.cases import CONTROL, all_cases
from contract_tests.check import Check, Plan
from contract_tests.credentials import NoTokenIssued
from contract_tests.judge.judge import standing_rows
from contract_tests.preflight import NotReady, preflight
from contract_tests.profile import ProfileError, read_profile
from contract_tests.record.reader import read_record
from contract_tests.record.reader import rulings as recorded
from contract_tests.redaction import SecretRefused
from contract_tests.selection import Lane
from contract_tests.state.rung import Rung, RungError
from contract_tests.target import Target, TargetUnreachable, UnusableTarget
from contract_tests.verdict import Reading, Ruling, Verdict

EXPLORED = "explore/whatever-was-found"
"""The row that stands for all that the lane explore came to and that has no row of its own."""

WRONG_USAGE = (UnusableTarget, NoToken, NoSuchRung, RungError, ProfileError, SecretRefused)
"""What `TargetRun.against` raises when it was asked wrongly."""


@dataclass(frozen=True, kw_only=True)
class TargetRun:
    """The rulings of a run under the reading that decides, by case id."""

    rulings: dict[str, Ruling]
    trouble: str = ""

    @classmethod
    def against(
        cls,
        url: str,
        *,
        profile: Path | None,
        lane: Lane,
        reading: Reading,
        cases: Sequence[str],
        record: Path | None,
    ) -> TargetRun:
        """Checks the target with these cases. A target that does not answer is trouble; raises `WRONG_USAGE`."""
        run = uuid4().hex[:8]
        described = read_profile(profile, os.environ) if profile else None
        try:
            approached = approach(
                url, run=run, profile=described, fallback_tokens=environment_tokens(os.environ)
            )
        except (TargetUnreachable, NoTokenIssued, NotReady) as error:
            return cls(rulings={}, trouble=str(error))
        plan = Plan(profile=approached.profile, run=run, lane=lane, reading=reading, cases=tuple(cases))
        with closing(approached.target):
            try:
                ready = preflight(approached.target, approached.profile, approached.rung)
            except NotReady as error:
                return cls(rulings={}, trouble=str(error))
            told = _checked(plan, approached.target, ready.rung, record)
        rulings = {ruling.case: ruling for ruling in told if ruling.reading == reading}
        listed = set(rows(lane))
        unlisted = [ruling for case, ruling in rulings.items() if case not in listed]
        return cls(rulings=rulings | {EXPLORED: _as_one(unlisted, reading)})


def _checked(plan: Plan, target: Target, rung: Rung, record: Path | None) -> list[Ruling]:
    """The rulings as the record has them, where secrets are names."""
    with record.open("w+b") if record else io.BytesIO() as stream:
        Check(
            plan=plan,
            target=target,
            rung=rung,
            catalogue=callpark_spec.load(),
            version=version("callpark"),
            stream=stream,
            sleep=time.sleep,
        ).run()
        stream.seek(0)
        return recorded(read_record(stream.read()))


def rows(lane: Lane) -> list[str]:
    """The case ids that become items. What exploring generates has no rows of its own but one for all."""
    sent = [case.id for case in all_cases() if case.kind is not Kind.OBSERVATION]
    explored = [] if lane == "conform" else [EXPLORED]
    return [*(sent if lane != "explore" else [CONTROL.id]), *standing_rows(), *explored]


def _as_one(rulings: Sequence[Ruling], reading: Reading) -> Ruling:
    """The worst of these, as the row `EXPLORED`, with how many are like it."""
    ranked = sorted(rulings, key=_badness)
    if not ranked:
        return Ruling(
            clause=EXPLORED,
            case=EXPLORED,
            reading=reading,
            verdict=Verdict.NOT_APPLICABLE,
            title="what exploring found",
            actual="only a whole run explores",
        )
    worst = ranked[0]
    alike = sum(_badness(ruling) == _badness(worst) for ruling in ranked)
    more = f" (and {alike - 1} more)" if alike > 1 else ""
    return replace(worst, case=EXPLORED, title=f"{worst.title}{more}")


def _badness(ruling: Ruling) -> int:
    if ruling.is_finding:
        return 0
    unjudged = (Verdict.HARNESS_ERROR, Verdict.INCONCLUSIVE)
    return unjudged.index(ruling.verdict) + 1 if ruling.verdict in unjudged else len(unjudged) + 1


def selected_cases(items: Iterable[pytest.Item]) -> tuple[str, ...]:
    """The cases that the collected items need sent; none means all.

    A row about every answer needs every case, and so does a whole collection.
    """
    wanted = {params["row"] for item in items if "row" in (params := _params(item))}
    sent = {case.id for case in all_cases()}
    return tuple(sorted(wanted)) if wanted <= sent else ()


def _params(item: Any) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec is not None else {}
