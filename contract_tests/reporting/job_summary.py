"""The summary of a CI job in Markdown: from here it is one click to the report and one more to the page."""

from __future__ import annotations

import html
from collections.abc import Mapping

from callpark_spec import Catalogue, Level
from contract_tests.record.lines import Record
from contract_tests.reporting.cause import causes
from contract_tests.reporting.entry import NOTHING_KNOWN, Entry, attention, entries
from contract_tests.reporting.markdown import escaped, fenced, link
from contract_tests.reporting.page_link import report_url, sentence_url
from contract_tests.reporting.places import Places, shown_rulings
from contract_tests.reporting.printable import one_line
from contract_tests.reporting.sentence import Outcome, counted, lane_told, verdict_sentence
from contract_tests.reporting.tally import Standing, Tally

LARGEST = 1_000_000
"""Bytes; GitHub takes 1 MiB of a step and drops all of a larger one."""

MOST = 60
"""So many causes of one kind are told, and so many further cases of one cause."""

_LONGEST_TEXT = 600
_LONGEST_CODE = 4_000

_SIGNS = {
    Outcome.CONFORMS: ":white_check_mark:",
    Outcome.NO_FAULT: ":white_circle:",
    Outcome.BROKEN: ":x:",
    Outcome.UNJUDGED: ":grey_question:",
}


def render_job_summary(
    record: Record, catalogue: Catalogue, *, report: str = "", known: Mapping[str, str] = NOTHING_KNOWN
) -> str:
    """Verdict, counts, findings with their sentence and curl, and what could not be judged.

    `report` is the URL of report.html. Without one each finding names its anchor, and its sentence links to the
    vendor's page. `known` says of cases why their findings are excused; those stand apart.
    """
    tally = Tally(record, catalogue)
    places = Places(tally)
    sentence = verdict_sentence(tally)
    parts = [
        f"## {_SIGNS[sentence.outcome]} {escaped(record.header.target.name)} {escaped(str(sentence.outcome))}",
        escaped(str(sentence)),
        _report(report),
        _counts(tally),
    ]
    everything = entries(tally, known)
    wanted = attention(everything)
    findings = [entry for entry in wanted if entry.standing.is_finding]
    unjudged = [entry for entry in wanted if entry.standing.is_open]
    excused = [entry for entry in everything if entry.excuse]
    deviations = [entry for entry in everything if entry.standing is Standing.DEVIATION]
    for title, found in (
        ("Findings", findings),
        ("Not judged", unjudged),
        ("Known from the baseline", excused),
        ("Deviations", deviations),
    ):
        parts += _section(title, found, tally, places, report, LARGEST - _size(parts))
    parts.append(_effort(tally))
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(
    title: str, found: list[Entry], tally: Tally, places: Places, report: str, room: int
) -> list[str]:
    if not found:
        return []
    groups = _by_cause(found, tally)
    told_as = str(len(found)) if len(groups) == len(found) else f"{len(found)}, by cause {len(groups)}"
    parts = [f"### {title} ({told_as})"]
    shown = 0
    for place, group in enumerate(groups):
        told = _entry(group, tally, places, report)
        if place == MOST or _size([*parts, told]) > room // 2:
            return [*parts, f"and {len(found) - shown} more in the report."]
        parts.append(told)
        shown += len(group)
    return parts


def _by_cause(found: list[Entry], tally: Tally) -> list[list[Entry]]:
    """The entries of one cause together, each group where its first entry stood."""
    cause_of = {
        (ruling.clause, ruling.case): number
        for number, cause in enumerate(causes(shown_rulings(tally)))
        for ruling in cause.rulings
    }
    groups: dict[object, list[Entry]] = {}
    for entry in found:
        groups.setdefault(cause_of.get((entry.clause.id, entry.case), entry.actual), []).append(entry)
    return list(groups.values())


def _entry(group: list[Entry], tally: Tally, places: Places, report: str) -> str:
    entry, *others = group
    clause, page = entry.clause, tally.catalogue.page
    anchor = places.finding(clause.id, entry.case) or places.clause(clause.id)
    lines = [
        "<details>",
        f"<summary><b>{_html(entry.word)}</b> {_html(clause.id)}: {_html(entry.title)}{_more(others)}</summary>",
        "",
    ]
    lines += [f"- expected: {escaped(' | '.join(entry.expected), _LONGEST_TEXT)}"] if entry.expected else []
    lines += [f"- actual: {escaped(entry.actual, _LONGEST_TEXT)}"] if entry.actual else []
    lines += [f"- hint: {escaped(entry.hint, _LONGEST_TEXT)}"] if entry.hint else []
    lines += [f"- known: {escaped(entry.excuse, _LONGEST_TEXT)}"] if entry.excuse else []
    if clause.quote:
        lines.append(
            f"- {link(f'page, line {clause.line}', sentence_url(page, clause))}: {escaped(clause.quote)}"
        )
    elif clause.source:
        lines.append(f"- source: {escaped(clause.source, _LONGEST_TEXT)}")
    if report:
        lines.append(
            f"- in the report: {link('this finding', report_url(report, anchor))},"
            f" {link(clause.id, report_url(report, places.clause(clause.id)))}"
        )
    else:
        lines.append(f"- in report\\.html: {escaped('#' + anchor)}")
    lines += _others(others, places, report)
    if entry.reproduce:
        lines += ["", fenced(_cut("\n".join(entry.reproduce)), "sh")]
    return "\n".join([*lines, "", "</details>"])


def _more(others: list[Entry]) -> str:
    return f", and {len(others)} more of the same cause" if others else ""


def _others(others: list[Entry], places: Places, report: str) -> list[str]:
    """Where the further cases of a cause are, a line each."""
    lines = ["- of the same cause:"] if others else []
    for entry in others[:MOST]:
        clause = places.clause(entry.clause.id)
        anchor = places.finding(entry.clause.id, entry.case) or clause
        if report:
            finding = link(entry.case, report_url(report, anchor))
            found = f"{finding}, {link(entry.clause.id, report_url(report, clause))}"
        else:
            found = escaped(f"{entry.case}, #{anchor}")
        lines.append(f"  - {found}")
    return lines + ([f"  - and {len(others) - MOST} more in the report"] if len(others) > MOST else [])


def _counts(tally: Tally) -> str:
    used = [standing for standing in Standing if tally.standings(tally.reading)[standing]]
    rows = [
        f"| {level} | " + " | ".join(str(tally.by_level[level][standing]) for standing in used) + " |"
        for level in Level
        if sum(tally.by_level[level].values())
    ]
    head = "| clauses | " + " | ".join(map(str, used)) + " |"
    return "\n".join([head, "| --- |" + " ---: |" * len(used), *rows])


def _report(report: str) -> str:
    return link("The whole report", report) if report else ""


def _effort(tally: Tally) -> str:
    header, footer = tally.record.header, tally.record.footer
    said = (
        f"{counted(footer.requests, 'request')} in {footer.elapsed:.1f} s, lane {lane_told(header)},"
        f" rung {header.rung}, seed {header.seed}, run {header.run}, callpark {header.suite.version},"
        f" page {header.suite.page_sha256[:7]}"
    )
    return f"<sub>{escaped(said)}</sub>"


def _html(text: str) -> str:
    """A line that begins with a tag is HTML as it stands, where Markdown's escapes mean nothing."""
    return html.escape(one_line(text, _LONGEST_TEXT))


def _cut(text: str) -> str:
    return (
        text
        if len(text) <= _LONGEST_CODE
        else f"{text[:_LONGEST_CODE]}\n# cut here; the record has all of it"
    )


def _size(parts: list[str]) -> int:
    return len("\n\n".join(parts).encode())
