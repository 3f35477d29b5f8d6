"""Workflow commands of GitHub Actions: what a step prints to have its findings shown beside the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.reporting.contract_line import ContractLines
from contract_tests.reporting.entry import NOTHING_KNOWN, Entry, attention, entries
from contract_tests.reporting.page_link import report_url
from contract_tests.reporting.places import Places
from contract_tests.reporting.printable import one_line, printable
from contract_tests.reporting.sentence import counted, verdict_sentence
from contract_tests.reporting.tally import Standing, Tally

MOST = 10
"""So many of one kind GitHub shows of a step; what is beyond is counted in the last."""


def render_annotations(
    record: Record,
    catalogue: Catalogue,
    *,
    lines: ContractLines,
    report: str = "",
    known: Mapping[str, str] = NOTHING_KNOWN,
) -> str:
    """A line per annotation, the verdict first. Nothing that a target says can become a command of its own.

    Findings and our own faults are errors, what could not be judged is a warning, each clause before any of its
    further cases. `known` says of cases why their findings are excused; those are only counted.
    """
    tally = Tally(record, catalogue)
    places = Places(tally)
    everything = entries(tally, known)
    wanted = attention(everything)
    excused = sum(bool(entry.excuse) and entry.standing.is_finding for entry in everything)
    errors = [entry for entry in wanted if entry.standing is not Standing.INCONCLUSIVE]
    warnings = [entry for entry in wanted if entry.standing is Standing.INCONCLUSIVE]
    told = [_command("notice", {"title": "callpark"}, one_line(str(verdict_sentence(tally)), 1_000))]
    if excused:
        told.append(
            _command("notice", {"title": "callpark"}, f"{counted(excused, 'finding')} in the baseline")
        )
    told += _limited("error", errors, lines, places, report)
    told += _limited("warning", warnings, lines, places, report)
    return "\n".join(told) + "\n"


def _limited(
    kind: str, found: Sequence[Entry], lines: ContractLines, places: Places, report: str
) -> list[str]:
    shown = found if len(found) <= MOST else found[: MOST - 1]
    told = [_annotation(kind, entry, lines, places, report) for entry in shown]
    if len(shown) < len(found):
        rest = f"{len(found) - len(shown)} more, all of them in report.html"
        told.append(_command(kind, {"title": "callpark"}, f"{rest} {report}".strip()))
    return told


def _annotation(kind: str, entry: Entry, lines: ContractLines, places: Places, report: str) -> str:
    anchor = places.finding(entry.clause.id, entry.case)
    message = f"{entry.title}\n{entry.details}"
    if report and anchor:
        message += f"\n{report_url(report, anchor)}"
    properties = {
        "file": lines.file,
        "line": str(lines.of(entry.clause.id)),
        "title": f"{entry.word}: {entry.clause.id}",
    }
    return _command(kind, properties, message)


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {told}::{_data(message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
