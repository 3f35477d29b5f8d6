"""The end of a run on a terminal: at most twenty lines of plain text."""

from __future__ import annotations

import textwrap

from callpark_spec import Catalogue, Level
from contract_tests.record.lines import ProofLine, Record, RulingLine
from contract_tests.reporting.cause import Cause, causes
from contract_tests.reporting.printable import one_line, printable
from contract_tests.reporting.sentence import counted, lane_told, named, verdict_sentence
from contract_tests.reporting.tally import Obstacle, Standing, Tally
from contract_tests.verdict import Verdict

LONGEST = 20
_NARROWEST = 40
_VERDICT_LINES = 4
_OBSTACLE_LINES = 2


def render_summary(record: Record, catalogue: Catalogue, *, width: int = 100) -> list[str]:
    """Lines without line ends, none wider than `width` cells and none that could act on a terminal."""
    tally = Tally(record, catalogue)
    width = max(width, _NARROWEST)
    head = _verdict(tally, width)
    counts = _counts(tally, width)
    foot = ["", one_line(_effort(record), width), *_proof(record.header.suite.proof, width)]
    room = LONGEST - len(head) - len(counts) - len(foot)
    return [_inert(line, width) for line in (*head, *counts, *_attention(tally, width, room), *foot)]


def _inert(line: str, width: int) -> str:
    """CI servers take lines of a log for commands: `::` at the start of one, `##[` and `##vso[` anywhere in it."""
    if not line.lstrip().startswith("::") and "##" not in line:
        return line
    start = line.replace("##", "#\\#")
    return one_line(f"\\{start}" if start.lstrip().startswith("::") else start, width)


def _verdict(tally: Tally, width: int) -> list[str]:
    return _wrapped(str(verdict_sentence(tally)), width, most=_VERDICT_LINES)


def _wrapped(text: str, width: int, *, most: int, indent: str = "") -> list[str]:
    """The text on so many lines at the most; what is left is cut."""
    lines = textwrap.wrap(one_line(text), width, subsequent_indent=indent, break_on_hyphens=False)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [one_line(line, width) for line in lines]


def _counts(tally: Tally, width: int) -> list[str]:
    lines = [""]
    for level in Level:
        standings = tally.by_level[level]
        words = [f"{standings[standing]} {standing}" for standing in Standing if standings[standing]]
        if words:
            lines.append(one_line(f"{level:<8} {', '.join(words)}", width))
    return lines


def _attention(tally: Tally, width: int, room: int) -> list[str]:
    """What a person has to look at, the worst first, as far as there is room."""
    deviations = tally.gating(Verdict.DEVIATION)
    wanted = [_cause(cause, width) for cause in causes(tally.findings)]
    wanted += [_obstacle(obstacle, tally, width) for obstacle in tally.obstacles(tally.open_rulings)]
    wanted += [_deviation(ruling, width) for ruling in _first_of_clause(deviations)]
    shown: list[str] = []
    for position, lines in enumerate(wanted):
        later = len(wanted) - position - 1
        if len(shown) + 1 + len(lines) + bool(later) > room:
            return [*shown, f"... and {later + 1} more in the report"]
        shown += lines if shown else ["", *lines]
    return shown


def _cause(cause: Cause, width: int) -> list[str]:
    ruling = cause.first
    lines = [f"{ruling.verdict}  {ruling.clause}: {ruling.title}"]
    lines += [f"    expected  {' | '.join(ruling.expected)}"] if ruling.expected else []
    lines += [f"    actual    {ruling.actual}"] if ruling.actual else []
    lines += [f"    the same  {_others(cause)}"] if cause.others else []
    return [one_line(line, width) for line in lines]


def _others(cause: Cause) -> str:
    more = [clause for clause in cause.clauses if clause != cause.first.clause]
    said = f"in {counted(len(cause.others), 'more case')}"
    return said + (f", also of {named(more)}" if more else "")


def _obstacle(obstacle: Obstacle, tally: Tally, width: int) -> list[str]:
    clauses = tally.clauses_of(obstacle.rulings)
    said = "; ".join(filter(None, (obstacle.title, obstacle.hint)))
    text = f"{obstacle.standing}  {named(clauses, most=1)}: {said}"
    return _wrapped(text, width, most=_OBSTACLE_LINES, indent="    ")


def _deviation(ruling: RulingLine, width: int) -> list[str]:
    return [one_line(f"{ruling.verdict}  {ruling.clause}: {ruling.actual or ruling.title}", width)]


def _first_of_clause(rulings: tuple[RulingLine, ...]) -> list[RulingLine]:
    found: dict[str, RulingLine] = {}
    for ruling in rulings:
        found.setdefault(ruling.clause, ruling)
    return list(found.values())


def _proof(proof: ProofLine | None, width: int) -> list[str]:
    """The two figures that say most: what it catches, and whom it accuses."""
    said = {figure.name: figure.measured for figure in proof.figures} if proof else {}
    told = [f"{name} {said[name]}" for name in ("defects caught", "variants alone accused") if name in said]
    return [one_line(f"this checker: {', '.join(told)} (callpark prove)", width)] if told else []


def _effort(record: Record) -> str:
    footer, header = record.footer, record.header
    calls = f", {counted(footer.calls_used, 'parked call')} used" if footer.calls_used else ""
    return printable(
        f"{counted(footer.requests, 'request')} in {footer.elapsed:.1f} s{calls}"
        f" · lane {lane_told(header)}, rung {header.rung}, seed {header.seed}"
    )
