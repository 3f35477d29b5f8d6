"""SARIF 2.1.0 for code scanning: a rule per clause, a result per case that somebody has to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callpark_spec import Catalogue, Page
from contract_tests.record.lines import ExchangeLine, Record, RequestPart, ResponsePart
from contract_tests.reporting.contract_line import ContractLines
from contract_tests.reporting.entry import NOTHING_KNOWN, Entry, entries, source_of
from contract_tests.reporting.json_text import json_text
from contract_tests.reporting.moment import moment, rfc3339
from contract_tests.reporting.page_link import report_url, sentence_url
from contract_tests.reporting.places import Places
from contract_tests.reporting.printable import one_line, printable
from contract_tests.reporting.sentence import verdict_sentence
from contract_tests.reporting.tally import ClauseRow, Standing, Tally

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 5_000
"""So many results GitHub shows of one run."""

_KIND_AND_LEVEL = {
    Standing.FAIL: ("fail", "error"),
    Standing.WRONG_CODE: ("fail", "error"),
    Standing.DEVIATION: ("fail", "note"),
    # A level other than none is for the kind `fail` alone. Without these results a code host would take what it was
    # told last time as fixed.
    Standing.HARNESS_ERROR: ("open", "none"),
    Standing.INCONCLUSIVE: ("open", "none"),
}
_RULE_LEVEL = {"example": "note", "silent": "none"}


def render_sarif(
    record: Record,
    catalogue: Catalogue,
    *,
    lines: ContractLines,
    report: str = "",
    known: Mapping[str, str] = NOTHING_KNOWN,
) -> str:
    """The log. `report` is the URL of report.html, where it has one: rules then help there, and else on the page.

    `known` says of cases why their findings are excused, which suppresses them.
    """
    tally = Tally(record, catalogue)
    header, footer = record.header, record.footer
    found = [entry for entry in entries(tally, known) if entry.standing in _KIND_AND_LEVEL]
    rules = [row for row in tally.rows if row.clause.level != "silent" or row.rulings[tally.reading]]
    rule_index = {row.clause.id: index for index, row in enumerate(rules)}
    places = Places(tally)
    return json_text(
        {
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "callpark",
                            "version": header.suite.version,
                            "rules": [_rule(row, catalogue.page, places, report) for row in rules],
                            "properties": {
                                "page_sha256": header.suite.page_sha256,
                                "catalogue_sha256": header.suite.catalogue_sha256,
                                "proof": _proof(tally),
                            },
                        }
                    },
                    "automationDetails": {"id": f"callpark/{_part(header.target.name)}/{header.run}"},
                    "invocations": [_invocation(tally, found)],
                    "results": [
                        _result(entry, rule_index, lines, header.target.url, places, report)
                        for entry in found[:MOST]
                    ],
                    "columnKind": "unicodeCodePoints",
                    "properties": {
                        "verdict": printable(str(verdict_sentence(tally))),
                        "target": printable(header.target.url),
                        "reading": header.reading,
                        "lane": header.lane,
                        "engine": header.engine,
                        "rung": header.rung,
                        "seed": header.seed,
                        "digest": footer.digest,
                        "results_left_out": max(len(found) - MOST, 0),
                    },
                }
            ],
        }
    )


def _rule(row: ClauseRow, page: Page, places: Places, report: str) -> dict[str, Any]:
    clause = row.clause
    source = source_of(clause)
    return {
        "id": clause.id,
        "name": clause.id,
        "shortDescription": {"text": _message(clause.text)},
        "fullDescription": {"text": _message(f"{clause.text} {source}".strip())},
        "help": {"text": _message(source or clause.text)},
        "helpUri": report_url(report, places.clause(clause.id)) if report else sentence_url(page, clause),
        "defaultConfiguration": {"level": _RULE_LEVEL.get(str(clause.level), "error")},
        "properties": {"tags": [clause.area, str(clause.level)], "page": sentence_url(page, clause)},
    }


def _result(
    entry: Entry, rule_index: dict[str, int], lines: ContractLines, url: str, places: Places, report: str
) -> dict[str, Any]:
    kind, level = _KIND_AND_LEVEL[entry.standing]
    anchor = places.finding(entry.clause.id, entry.case)
    result: dict[str, Any] = {
        "ruleId": entry.clause.id,
        "ruleIndex": rule_index[entry.clause.id],
        "kind": kind,
        "level": level,
        "message": {"text": _message(_told(entry))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": lines.file, "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": lines.of(entry.clause.id)},
                },
                "logicalLocations": [{"fullyQualifiedName": entry.case, "kind": "member"}],
            }
        ],
        "partialFingerprints": {
            "callparkClauseAndCase/v1": entry.fingerprint,
            "primaryLocationLineHash": f"{entry.fingerprint[:16]}:1",
        },
        "properties": {
            "verdict": entry.word,
            "case": entry.case,
            "sentence": entry.source,
            "expected": [printable(outcome) for outcome in entry.expected],
            "actual": printable(entry.actual),
            "hint": printable(entry.hint),
            "attempts": entry.attempts,
            "exchanges": list(entry.exchanges),
            "curl": [printable(line) for line in entry.reproduce],
        },
    }
    if entry.excuse:
        justification = printable(entry.excuse)
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    if report and anchor:
        result["hostedViewerUri"] = report_url(report, anchor)
    if entry.decisive is not None:
        result |= _messages(entry.decisive, url)
    return result


def _told(entry: Entry) -> str:
    parts = [f"{entry.word}: {entry.title}."]
    parts += [f"Expected {' | '.join(entry.expected)}."] if entry.expected else []
    parts += [f"Actual: {entry.actual}."] if entry.actual else []
    parts += [f"Hint: {entry.hint}."] if entry.hint else []
    parts += [f"Clause {entry.clause.id} ({entry.clause.level}), {entry.source}"]
    return one_line(" ".join(parts), 1_000)


def _messages(line: ExchangeLine, url: str) -> dict[str, Any]:
    """The decisive exchange, as the format has it."""
    request = {
        "protocol": "HTTP",
        "version": "1.1",
        "target": printable(url + line.request.target),
        "method": printable(line.request.method),
        "headers": _headers(line.request),
        **_body(line.request),
    }
    if line.response is None:
        return {"webRequest": request, "webResponse": {"noResponseReceived": True}}
    response = {
        "protocol": "HTTP",
        "version": "1.1",
        "statusCode": line.response.status,
        "headers": _headers(line.response),
        **_body(line.response),
    }
    return {"webRequest": request, "webResponse": response}


def _headers(part: RequestPart | ResponsePart) -> dict[str, str]:
    """Of a name that comes more than once the values are put together, as HTTP has it."""
    together: dict[str, list[str]] = {}
    for name, value in part.headers:
        together.setdefault(printable(name), []).append(printable(value))
    return {name: ", ".join(values) for name, values in together.items()}


def _body(part: RequestPart | ResponsePart) -> dict[str, Any]:
    if part.body is not None:
        return {"body": {"text": part.body}}
    return {"body": {"binary": part.body_base64}} if part.body_base64 is not None else {}


def _invocation(tally: Tally, found: list[Entry]) -> dict[str, Any]:
    header, footer = tally.record.header, tally.record.footer
    broken = [entry for entry in found if entry.standing is Standing.HARNESS_ERROR]
    return {
        "executionSuccessful": not broken,
        "exitCode": footer.exit_code,
        "startTimeUtc": rfc3339(moment(header.started)),
        "endTimeUtc": rfc3339(moment(header.started, footer.elapsed)),
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": _message(one_line(f"{entry.case}: {entry.actual or entry.title}", 400))},
                "associatedRule": {"id": entry.clause.id},
            }
            for entry in broken
        ],
    }


def _proof(tally: Tally) -> dict[str, str]:
    proof = tally.record.header.suite.proof
    return {figure.name: figure.measured for figure in proof.figures} if proof else {}


def _message(text: str) -> str:
    """Plain text, in which brackets would make links and braces would stand for arguments."""
    escaped = printable(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")


def _part(name: str) -> str:
    """A name as one part of a path of names."""
    return printable(name).replace("/", "-") or "target"
