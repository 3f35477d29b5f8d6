"""A finding: a failing sequence that was seen to fail again, as JSON to keep, as shell lines and as a pytest file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.lanes.steps import Step, digest, told
from contract_tests.verdict import EXPLORED, Reading, Ruling, Verdict

FORMAT = "callpark-findings"
VERSION = 1


class UnreadableFindings(Exception):
    """The file of kept findings cannot be used; the message names file and place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A clause and the shortest known sequence of steps whose last one breaks it."""

    clause: str
    steps: tuple[Step, ...]

    @property
    def case(self) -> str:
        """The case id; the same sequence has the same one on every target."""
        if self.steps[0].does == "race":
            return f"{self.clause}/{self.steps[0].what}"
        return f"{self.clause}/{EXPLORED}{digest(self.steps)}"

    @property
    def title(self) -> str:
        """The sequence in words."""
        return told(self.steps)

    def as_json(self) -> dict[str, Any]:
        """The finding as a plain object."""
        return {"clause": self.clause, "steps": [step.as_json() for step in self.steps]}

    @classmethod
    def from_json(cls, value: Any) -> Finding:
        """The reverse of `as_json`. Raises ValueError, KeyError or TypeError for what it did not write."""
        steps = tuple(Step.from_json(step) for step in value["steps"])
        if not steps or not isinstance(value["clause"], str):
            raise ValueError("a finding has a clause and steps")
        return cls(clause=value["clause"], steps=steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One result of the lane, under either reading the same: what was tried, and what it came to.

    `reproduction` are the shell lines that show it again; `finding` is set where it is one to keep. `because` are
    findings for which alone it is inconclusive, by case or by clause; itself, where it was seen once and not again.
    """

    clause: str
    case: str
    title: str
    verdict: Verdict
    expected: tuple[str, ...] = ()
    actual: str = ""
    hint: str = ""
    exchanges: tuple[int, ...] = ()
    attempts: int = 1
    reproduction: tuple[str, ...] = ()
    finding: Finding | None = None
    because: tuple[str, ...] = ()

    def ruling(self, reading: Reading) -> Ruling:
        """The row as a record holds it."""
        return Ruling(
            clause=self.clause,
            case=self.case,
            reading=reading,
            verdict=self.verdict,
            title=self.title,
            expected=self.expected,
            actual=self.actual,
            hint=self.hint,
            exchanges=self.exchanges,
            attempts=self.attempts,
            because=self.because,
        )


def keep(path: Path, findings: Sequence[Finding]) -> None:
    """Adds findings to a file; those that stand there already stay, once each."""
    together = {finding.case: finding for finding in (*kept(path), *findings)}
    lines = [json.dumps(finding.as_json(), ensure_ascii=True) for finding in together.values()]
    head = f'{{"format": "{FORMAT}", "version": {VERSION}, "findings": ['
    text = head + ",".join(f"\n  {line}" for line in lines) + "\n]}\n"
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def kept(path: Path) -> tuple[Finding, ...]:
    """The findings in a file, none where there is no file. Raises `UnreadableFindings`."""
    if not path.exists():
        return ()
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value.get("format") != FORMAT or value.get("version") != VERSION:
            raise ValueError(f"it is not of the format {FORMAT}, version {VERSION}")
        return tuple(Finding.from_json(one) for one in value["findings"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFindings(f"{path}: no file of kept findings: {error}") from error


def pytest_file(finding: Finding, url: str) -> str:
    """A pytest file that fails while the target breaks the clause, and passes once it does not."""
    name = re.sub(r"\W+", "_", finding.case)
    value = json.dumps(finding.as_json(), indent=4, ensure_ascii=True)
    return f'''"""{finding.clause}: {_harmless(finding.title)}

Run it with pytest where callpark is installed. CALLPARK_TARGET names another target, CALLPARK_TOKEN its token.
"""

import json
import os

from contract_tests.approach import approach
from contract_tests.lanes.explore import play_again
from contract_tests.lanes.finding import Finding

URL = os.environ.get("CALLPARK_TARGET", {url!r})
TOKENS = {{
    name: os.environ.get(f"CALLPARK_{{name.upper()}}", "") for name in ("token", "other_token", "expired_token")
}}
FINDING = r"""
{value}
"""


def test_{name}() -> None:
    finding = Finding.from_json(json.loads(FINDING))
    target = approach(URL, run="again", tokens=TOKENS)
    try:
        assert play_again(finding, target=target.target, rung=target.rung, world=target.profile.world()) == []
    finally:
        target.target.close()
'''


def _harmless(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")[:300]
