"""The proof as Markdown, for job summaries and repositories. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callpark.proof.model import Proof
from callpark.proof.page_rows import (
    accusations_of_note,
    digest_counts,
    kills_by_clause,
    network_name,
    verdict_of,
)
from contract_tests.reporting.printable import one_line


def render_markdown(proof: Proof) -> str:
    """The text of `proof.md`."""
    parts = [
        ["# The proof", ""],
        [verdict_of(proof), ""],
        [
            f"callpark {proof.suite.version}, {proof.extent} proof, {proof.started}, {proof.seconds:.0f} s.",
            "",
        ],
        ["## Figures", ""],
        _table(
            ("", "figure", "measured", "wanted"),
            ((_mark(each.ok), each.name, each.measured, each.wanted) for each in proof.figures),
        ),
        _misses(proof),
        ["## Kill matrix", ""],
        _table(
            ("clause", "defect", "caught by", "named first", "clauses", "requests", "seconds"),
            (
                (
                    f"`{clause.clause}`",
                    f"`{kill.defect}`",
                    kill.lane or "**nobody**",
                    "its clause" if kill.by_its_clause else (f"`{kill.named}`" if kill.named else ""),
                    str(1 + len(kill.also)) if kill.caught else "",
                    str(kill.requests) if kill.caught else "",
                    f"{kill.seconds:.2f}" if kill.caught else "",
                )
                for clause, kills in kills_by_clause(proof)
                for kill in kills
            ),
        ),
        ["## Accusations", ""],
        _table(
            ("variants", "readings", "runs", "accused"),
            (
                (
                    f"`{note.title}`",
                    ", ".join(note.readings),
                    str(note.runs),
                    "; ".join(note.against) or "no",
                )
                for note in accusations_of_note(proof)
            ),
        ),
        ["## Empty servers", ""],
        _table(
            ("server", "must clauses passed", "clauses broken", "not judged", "exit"),
            (
                (
                    f"`{row.server}`",
                    ", ".join(f"`{clause}`" for clause in row.passed_musts) or "none",
                    str(len(row.broken)),
                    str(row.open),
                    str(row.exit_code),
                )
                for row in proof.vacuity
            ),
        ),
        ["## The same verdicts again", ""],
        _table(
            ("network", "digest", "runs"),
            (
                (network_name(each), f"`{each[1][:16] or 'none'}`", str(count))
                for each, count in digest_counts(proof)
            ),
        ),
    ]
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def _misses(proof: Proof) -> list[str]:
    missed = [figure for figure in proof.figures if figure.misses]
    lines = []
    for figure in missed:
        lines += [f"**{_cell(figure.name)}**", "", *(f"- {_cell(miss)}" for miss in figure.misses), ""]
    return lines


def _mark(ok: bool) -> str:
    return "ok" if ok else "**NOT**"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        _line(heads),
        _line(["---"] * len(heads)),
        *(_line([_cell(cell) for cell in row]) for row in rows),
        "",
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|").replace("<", "&lt;")
