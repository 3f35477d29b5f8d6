"""Known findings: each with a reason and a day on which it is looked at again.

A finding that the baseline names does not fail a check; one that it does not name does. An entry that names nothing
that was found is stale and says so, lest the file outlive what it excuses.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contract_tests.verdict import EXPLORED, ExitCode, Reading, Ruling, Verdict, exit_code


class BaselineError(Exception):
    """The baseline cannot be used; the message names file, line and key."""


def is_explored(case: str) -> bool:
    """Whether a case stands for a sequence that exploring found."""
    return case.rpartition("/")[2].startswith(EXPLORED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entry: the case (or the clause, for all of its cases) that is known to fail, why, and until when."""

    name: str
    reason: str
    until: date

    def covers(self, clause: str, case: str) -> bool:
        """Whether the entry speaks of this case.

        What exploring found goes by a sequence of requests that was drawn and made short, which another run may draw
        otherwise; a clause is reported once. So the entry of one stands for whatever exploring finds of its clause.
        """
        return self.name in (case, clause) or (
            is_explored(self.name) and is_explored(case) and self.name.rpartition("/")[0] == clause
        )

    def __str__(self) -> str:
        return f"until {self.until}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselined:
    """A run beside its baseline.

    `fresh` are findings that no entry excuses, `excused` the others with their entries; `glimpsed` are rows of what was
    seen once and not again, which an entry knows, and `resting` rows that are inconclusive for excused findings alone,
    or for rows that are, and excused with them. `stale` are entries that excuse nothing although what they name was
    judged, `expired` those whose day is over. Of either, one is enough for `ExitCode.STALE_BASELINE` where nothing
    worse is to be said.
    """

    exit_code: ExitCode
    fresh: tuple[Ruling, ...]
    excused: tuple[tuple[Ruling, Known], ...]
    glimpsed: tuple[tuple[Ruling, Known], ...]
    resting: tuple[Ruling, ...]
    stale: tuple[Known, ...]
    expired: tuple[Known, ...]


def read_baseline(path: Path, names: Collection[str]) -> tuple[Known, ...]:
    """The entries of a YAML file: case or clause id -> `reason` and `until` (YYYY-MM-DD).

    `names` are the ids of clauses and cases. What the lane `explore` finds has further ids below a clause's
    (`Known.covers`).
    Raises `BaselineError` with file, line and key.
    """
    from callpark_spec import CatalogueError
    from callpark_spec.errors import nearest
    from callpark_spec.yaml_source import read_entries

    try:
        known = []
        for entry in read_entries(Path(), str(path)):
            if entry.key not in names and entry.key.rpartition("/")[0] not in names:
                like = nearest(entry.key, names)
                raise entry.error(
                    None, "there is no such clause or case", f"did you mean `{like}`?" if like else ""
                )
            entry.only(required=("reason", "until"))
            known.append(Known(name=entry.key, reason=entry.text("reason"), until=entry.day("until")))
    except CatalogueError as error:
        raise BaselineError(str(error)) from error
    return tuple(known)


def beside(rulings: Iterable[Ruling], known: Iterable[Known], *, reading: Reading, today: date) -> Baselined:
    """Weighs the rows of the gating reading beside a baseline. Expired entries excuse nothing.

    An entry is stale when all that it names was judged and nothing of it is a finding. What was not tried, or could
    not be judged, may still be as it was.
    """
    gating = [ruling for ruling in rulings if ruling.reading == reading]
    entries = list(known)
    valid = [entry for entry in entries if entry.until >= today]
    findings = [ruling for ruling in gating if ruling.is_finding]
    excused = _excused(findings, valid)
    glimpsed = _excused((ruling for ruling in gating if _was_seen_once(ruling)), valid)
    excusing = {entry for _, entry in (*excused, *glimpsed)}
    stale = tuple(entry for entry in valid if entry not in excusing and _was_judged(entry, gating))
    forgiven = {ruling.case for ruling, _ in (*excused, *glimpsed)}
    resting = _resting([ruling for ruling in gating if ruling.case not in forgiven], findings, forgiven)
    code = exit_code(
        ruling.verdict for ruling in gating if ruling.case not in forgiven and ruling not in resting
    )
    expired = tuple(entry for entry in entries if entry.until < today)
    if code is ExitCode.OK and (stale or expired):
        code = ExitCode.STALE_BASELINE
    return Baselined(
        exit_code=code,
        fresh=tuple(ruling for ruling in findings if ruling.case not in forgiven),
        excused=excused,
        glimpsed=glimpsed,
        resting=resting,
        stale=stale,
        expired=expired,
    )


def _was_seen_once(ruling: Ruling) -> bool:
    return ruling.verdict is Verdict.INCONCLUSIVE and ruling.because == (ruling.case,)


def _excused(rulings: Iterable[Ruling], entries: Sequence[Known]) -> tuple[tuple[Ruling, Known], ...]:
    return tuple((ruling, entry) for ruling in rulings if (entry := _that_covers(ruling, entries)))


def _that_covers(ruling: Ruling, entries: Iterable[Known]) -> Known | None:
    """The entry of the case itself before one of its clause."""
    covering = [entry for entry in entries if entry.covers(ruling.clause, ruling.case)]
    return max(covering, key=lambda entry: len(entry.name), default=None)


def _resting(
    gating: Sequence[Ruling], findings: Sequence[Ruling], forgiven: Collection[str]
) -> tuple[Ruling, ...]:
    """The rows that are inconclusive for findings alone of which every one is forgiven, or for rows like these."""
    left = [ruling for ruling in gating if ruling.verdict is Verdict.INCONCLUSIVE and ruling.because]
    resting: list[Ruling] = []
    while True:
        good = {*forgiven, *(ruling.case for ruling in resting)}
        more = [ruling for ruling in left if all(_is_good(name, findings, good) for name in ruling.because)]
        if not more:
            return tuple(resting)
        resting += more
        left = [ruling for ruling in left if ruling not in more]


def _is_good(name: str, findings: Sequence[Ruling], good: Collection[str]) -> bool:
    """Whether what goes by the name of a case or a clause is there, and nothing of it is held against the target."""
    cases = [one.case for one in findings if name in (one.case, one.clause)]
    return all(case in good for case in cases) if cases else name in good


def _was_judged(entry: Known, gating: Iterable[Ruling]) -> bool:
    verdicts = {ruling.verdict for ruling in gating if entry.covers(ruling.clause, ruling.case)}
    return bool(verdicts) and not verdicts & {Verdict.INCONCLUSIVE, Verdict.HARNESS_ERROR}


def as_yaml(findings: Mapping[str, str], *, until: date) -> str:
    """A baseline that excuses findings (case id -> what was seen), for its reasons to be filled in."""
    lines = ["# Known findings; each needs a reason that its reader accepts."]
    if any(is_explored(case) for case in findings):
        lines.append(f"# An entry {EXPLORED}... stands for whatever exploring finds of its clause.")
    lines.append("")
    for case, actual in findings.items():
        printable = "".join(each if each.isprintable() else " " for each in actual)
        shown = json.dumps(f"seen: {printable}", ensure_ascii=False)
        lines += [f"{case}:", f"  reason: {shown}", f'  until: "{until.isoformat()}"', ""]
    return "\n".join(lines)
