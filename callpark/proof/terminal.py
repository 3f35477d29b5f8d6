"""The end of a proof on a terminal: at most twenty lines of plain text. Pure."""

from __future__ import annotations

from typing import Final

from callpark.proof.model import Figure, Proof
from contract_tests.reporting.printable import one_line

LONGEST: Final = 19  # and one more line names the files


def render_terminal(proof: Proof, *, width: int = 100) -> list[str]:
    """Lines without line ends, none wider than `width` cells: each figure, then what is missing, as far as it fits."""
    missed = [figure for figure in proof.figures if not figure.ok]
    verdict = (
        "Every figure holds."
        if proof.holds
        else f"{len(missed)} of {len(proof.figures)} figures do not hold."
    )
    lines = [f"{verdict} ({proof.extent} proof, {proof.seconds:.0f} s)", ""]
    lines += [_figure(figure) for figure in proof.figures]
    gaps = [f"NOT {figure.name}: {'; '.join(figure.misses)}" for figure in missed if figure.misses]
    room = LONGEST - len(lines) - 1
    lines += ["", *gaps[: max(room, 0)]] if gaps and room > 0 else []
    return [one_line(line, width) for line in lines]


def _figure(figure: Figure) -> str:
    return f"{'ok ' if figure.ok else 'NOT'}  {figure.name:<38} {figure.measured}  (wanted: {figure.wanted})"
