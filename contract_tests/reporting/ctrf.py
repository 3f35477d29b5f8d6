"""CTRF, the Common Test Report Format (JSON), for the tools that read it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.reporting.entry import NOTHING_KNOWN, Entry, entries
from contract_tests.reporting.json_text import json_text
from contract_tests.reporting.moment import milliseconds, moment
from contract_tests.reporting.printable import one_line, printable
from contract_tests.reporting.sentence import verdict_sentence
from contract_tests.reporting.tally import Standing, Tally

SPEC_VERSION = "0.0.0"

_STATUS = {
    Standing.FAIL: "failed",
    Standing.WRONG_CODE: "failed",
    # The format's `other` counts as neither good nor bad; what could not be judged is never green.
    Standing.HARNESS_ERROR: "failed",
    Standing.INCONCLUSIVE: "failed",
    Standing.DEVIATION: "passed",
    Standing.PASS: "passed",
    Standing.NOT_APPLICABLE: "skipped",
    Standing.OBSERVED: "skipped",
}
_STATUSES = ("passed", "failed", "skipped", "pending", "other")


def render_ctrf(record: Record, catalogue: Catalogue, known: Mapping[str, str] = NOTHING_KNOWN) -> str:
    """The document: a test per case, its own verdict in `rawStatus`. Names depend on clause and case alone.

    `known` says of cases why their findings are excused, which makes them skipped.
    """
    tally = Tally(record, catalogue)
    header, footer = record.header, record.footer
    tests = [_test(entry, header.started) for entry in entries(tally, known)]
    start = milliseconds(moment(header.started))
    stop = milliseconds(moment(header.started, footer.elapsed))
    counts = {status: sum(test["status"] == status for test in tests) for status in _STATUSES}
    proof = header.suite.proof
    return json_text(
        {
            "reportFormat": "CTRF",
            "specVersion": SPEC_VERSION,
            "reportId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:callpark:{header.run}:{footer.digest}")),
            "runId": header.run,
            "timestamp": footer.finished,
            "generatedBy": f"callpark {header.suite.version}",
            "results": {
                "tool": {"name": "callpark", "version": header.suite.version},
                "summary": {
                    "tests": len(tests),
                    **counts,
                    "suites": len({test["suite"][0] for test in tests}),
                    "start": start,
                    "stop": stop,
                    "duration": stop - start,
                },
                "tests": tests,
                "environment": {
                    "appName": printable(header.target.name),
                    "extra": {
                        "target": printable(header.target.url),
                        "verdict": printable(str(verdict_sentence(tally))),
                        "reading": header.reading,
                        "lane": header.lane,
                        "engine": header.engine,
                        "rung": header.rung,
                        "seed": header.seed,
                        "page_sha256": header.suite.page_sha256,
                        "catalogue_sha256": header.suite.catalogue_sha256,
                        "digest": footer.digest,
                        "proof": {figure.name: figure.measured for figure in proof.figures} if proof else {},
                    },
                },
            },
        }
    )


def _test(entry: Entry, run_started: str) -> dict[str, Any]:
    begun = milliseconds(moment(run_started, entry.started))
    duration = round(entry.seconds * 1000)
    test: dict[str, Any] = {
        "testId": entry.fingerprint,
        "name": entry.case,
        "suite": [entry.clause.area, entry.clause.id],
        "status": "skipped" if entry.excuse else _STATUS[entry.standing],
        "rawStatus": entry.word,
        "duration": duration,
        "start": begun,
        "stop": begun + duration,
        "tags": [str(entry.clause.level)],
        "retries": max(entry.attempts - 1, 0),
    }
    if entry.standing is not Standing.PASS:
        why = f"known {entry.excuse}" if entry.excuse else entry.hint if test["status"] == "skipped" else ""
        said = ": ".join(filter(None, (entry.word, entry.title, why, entry.actual)))
        test["message"] = one_line(said, 400)
        test["trace"] = printable(entry.details)
    return test
