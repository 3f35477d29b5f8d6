"""Two runs, one after the other: what was mended, what is new, and what is as it was."""

from __future__ import annotations

from dataclasses import dataclass

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.reporting.printable import one_line
from contract_tests.reporting.sentence import counted
from contract_tests.reporting.tally import Standing, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A case on a clause, and what became of it in each run; None where the run did not judge it."""

    clause: str
    case: str
    before: Standing | None
    after: Standing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Findings of two runs under one reading.

    `fixed` were findings and are judged to be none now; `unjudged` were findings and came to no judgement now, so
    that nobody knows. `new` are findings now and were none before, `still` are findings in both.
    """

    fixed: tuple[Change, ...]
    new: tuple[Change, ...]
    still: tuple[Change, ...]
    unjudged: tuple[Change, ...]


def compared(before: Record, after: Record, catalogue: Catalogue) -> Comparison:
    """By clause and case, under the reading that gates the later run."""
    earlier, later = Tally(before, catalogue), Tally(after, catalogue)
    reading = later.reading
    keys = {
        (clause, case) for clause, case, each in (*earlier.verdict_of, *later.verdict_of) if each == reading
    }
    changes = [
        Change(
            clause=clause,
            case=case,
            before=earlier.verdict_of.get((clause, case, reading)),
            after=later.verdict_of.get((clause, case, reading)),
        )
        for clause, case in sorted(keys)
    ]
    was = [each for each in changes if each.before is not None and each.before.is_finding]
    now = [each for each in changes if each.after is not None and each.after.is_finding]
    unjudged = tuple(each for each in was if each.after is None or each.after.is_open)
    return Comparison(
        fixed=tuple(each for each in was if each not in now and each not in unjudged),
        new=tuple(each for each in now if each not in was),
        still=tuple(each for each in was if each in now),
        unjudged=unjudged,
    )


def render_comparison(before: Record, after: Record, catalogue: Catalogue, *, width: int = 120) -> list[str]:
    """Lines of plain text: counts first, then each change but what is as it was."""
    found = compared(before, after, catalogue)
    reading = after.header.reading
    lines = [
        f"{_run(before)} -> {_run(after)}, under the reading {reading}",
        f"{len(found.fixed)} fixed, {len(found.new)} new, {len(found.still)} still,"
        f" {len(found.unjudged)} not judged now",
    ]
    if before.header.suite.catalogue_sha256 != after.header.suite.catalogue_sha256:
        lines.append(
            "the runs were judged by different versions of the clauses: a change may come from there"
        )
    if before.header.engine != after.header.engine:
        lines.append("only one of the runs was made with --engine: what exploring found may differ for that")
    for word, changes in (
        ("new", found.new),
        ("unjudged", found.unjudged),
        ("fixed", found.fixed),
        ("still", found.still),
    ):
        lines += [
            f"{word:<9} {each.case} ({each.clause}): {each.before or 'not tried'} -> {each.after or 'not tried'}"
            for each in changes
        ]
    return [one_line(line, width) for line in lines]


def _run(record: Record) -> str:
    header = record.header
    return f"{header.target.name} {header.started} ({counted(record.footer.cases, 'case')})"
