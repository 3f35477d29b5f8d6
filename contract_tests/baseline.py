"""Known findings: each with a reason and a day on which it is looked at again.

A finding that the baseline names does not fail a check; one that it does not name does. An entry that names nothing
that was found is stale and says so, lest the file outlive what it excuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contract_tests.verdict import ExitCode, Reading, Ruling, exit_code


class BaselineError(Exception):
    """The baseline cannot be used; the message names file, line and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entry: the case (or the clause, for all of its cases) that is known to fail, why, and until when."""

    name: str
    reason: str
    until: date

    def covers(self, ruling: Ruling) -> bool:
        """Whether the entry speaks of this row."""
        return self.name in (ruling.case, ruling.clause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselined:
    """What is left of a run beside its baseline. `stale` are entries that excuse nothing, `expired` ones too old."""

    exit_code: ExitCode
    excused: tuple[Ruling, ...]
    stale: tuple[Known, ...]
    expired: tuple[Known, ...]


def read_baseline(path: Path) -> tuple[Known, ...]:
    """The entries of a YAML file: case or clause id -> `reason` and `until` (YYYY-MM-DD).

    Raises `BaselineError` with file, line and key.
    """
    from callpark_spec import CatalogueError
    from callpark_spec.yaml_source import read_entries

    try:
        known = []
        for entry in read_entries(Path(), str(path)):
            entry.only(required=("reason", "until"))
            text = entry.text("until")
            try:
                until = date.fromisoformat(text)
            except ValueError:
                raise entry.error(
                    "until", f"{text!r} is no day", 'a day in quotation marks: "2027-03-31"'
                ) from None
            known.append(Known(name=entry.key, reason=entry.text("reason"), until=until))
    except CatalogueError as error:
        raise BaselineError(str(error)) from error
    return tuple(known)


def beside(rulings: Iterable[Ruling], known: Iterable[Known], *, reading: Reading, today: date) -> Baselined:
    """Weighs the rows of the gating reading beside a baseline. Expired entries excuse nothing."""
    gating = [ruling for ruling in rulings if ruling.reading == reading]
    entries = list(known)
    valid = [entry for entry in entries if entry.until >= today]
    findings = [ruling for ruling in gating if ruling.is_finding]
    excused = [ruling for ruling in findings if any(entry.covers(ruling) for entry in valid)]
    stale = tuple(entry for entry in valid if not any(entry.covers(ruling) for ruling in findings))
    code = exit_code(ruling.verdict for ruling in gating if ruling not in excused)
    if code is ExitCode.OK and stale:
        code = ExitCode.STALE_BASELINE
    return Baselined(
        exit_code=code,
        excused=tuple(excused),
        stale=stale,
        expired=tuple(entry for entry in entries if entry.until < today),
    )


def as_yaml(findings: Mapping[str, str], *, until: date) -> str:
    """A baseline that excuses findings (case id -> what was seen), to be given reasons."""
    lines = ["# Known findings; each needs a reason that its reader accepts.", ""]
    for case, actual in findings.items():
        shown = actual.replace("'", "''")
        lines += [f"{case}:", f"  reason: 'seen: {shown}'", f'  until: "{until.isoformat()}"', ""]
    return "\n".join(lines)
