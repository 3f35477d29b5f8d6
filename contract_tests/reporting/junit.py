"""JUnit XML for CI servers: one test suite per area, one test case per case, under the gating reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from callpark_spec import Catalogue
from contract_tests.record.lines import ProofLine, Record
from contract_tests.reporting.entry import NOTHING_KNOWN, Entry, entries
from contract_tests.reporting.printable import one_line, printable
from contract_tests.reporting.sentence import verdict_sentence
from contract_tests.reporting.tally import Standing, Tally

_ELEMENT = {
    Standing.FAIL: "failure",
    Standing.WRONG_CODE: "failure",
    Standing.INCONCLUSIVE: "error",
    Standing.HARNESS_ERROR: "error",
    Standing.NOT_APPLICABLE: "skipped",
    Standing.OBSERVED: "skipped",
}


def render_junit(record: Record, catalogue: Catalogue, known: Mapping[str, str] = NOTHING_KNOWN) -> str:
    """The document. Names depend on clause and case alone, so that CI servers can tell a test's history.

    `known` says of cases why their findings are excused, which makes them skipped.
    """
    tally = Tally(record, catalogue)
    root = Element("testsuites", name=printable(f"callpark: {record.header.target.name}"))
    everything = entries(tally, known)
    for area in tally.areas:
        of_area = [entry for entry in everything if entry.clause.area == area]
        if of_area:
            root.append(_suite(tally, area, of_area))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{record.footer.elapsed:.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(tally: Tally, area: str, of_area: Sequence[Entry]) -> Element:
    header = tally.record.header
    suite = Element("testsuite", name=area, timestamp=header.started, hostname=printable(header.target.url))
    _properties(
        suite,
        {
            "verdict": str(verdict_sentence(tally)),
            "target": header.target.url,
            "reading": header.reading,
            "lane": header.lane,
            "engine": str(header.engine).lower(),
            "rung": header.rung,
            "seed": str(header.seed),
            "run": header.run,
            "suite": header.suite.version,
            "page-sha256": header.suite.page_sha256,
            "catalogue-sha256": header.suite.catalogue_sha256,
            "digest": tally.record.footer.digest,
            **_proof(header.suite.proof),
        },
    )
    suite.extend(_case(entry) for entry in of_area)
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", f"{sum(entry.seconds for entry in of_area):.3f}")
    return suite


def _proof(proof: ProofLine | None) -> dict[str, str]:
    return {f"proof: {figure.name}": figure.measured for figure in proof.figures} if proof else {}


def _case(entry: Entry) -> Element:
    element = Element(
        "testcase",
        classname=printable(entry.clause.id),
        name=printable(entry.case),
        time=f"{entry.seconds:.3f}",
    )
    if entry.judged:
        values = {"level": str(entry.clause.level), "verdict": str(entry.standing)}
        if entry.standing is Standing.DEVIATION:
            values["deviation"] = entry.actual
        _properties(element, values)
    tag = _ELEMENT.get(entry.standing)
    if tag == "skipped":
        SubElement(element, tag, message=one_line(_reason(entry), 400))
    elif tag is not None:
        message = one_line(": ".join(filter(None, (entry.word, entry.title, entry.actual))), 400)
        if entry.excuse:
            SubElement(element, "skipped", message=one_line(f"known {entry.excuse} ({message})", 400))
            return element
        SubElement(element, tag, type=entry.word, message=message).text = printable(f"\n{entry.details}\n")
    return element


def _reason(entry: Entry) -> str:
    if entry.standing is Standing.OBSERVED:
        return f"observed, not judged: {entry.actual}"
    return entry.hint or entry.actual or entry.title


def _properties(parent: Element, values: dict[str, str]) -> None:
    properties = SubElement(parent, "properties")
    for name, value in values.items():
        SubElement(properties, "property", name=name, value=printable(value))
