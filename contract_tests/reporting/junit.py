"""JUnit XML for CI servers: one test suite per area, one test case per case, under the gating reading."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from callpark_spec import Catalogue
from contract_tests.record.lines import ProofLine, Record, RulingLine
from contract_tests.reporting.printable import one_line, printable
from contract_tests.reporting.sentence import verdict_sentence
from contract_tests.reporting.tally import ClauseRow, Standing, Tally, worst

_ELEMENT = {
    Standing.FAIL: "failure",
    Standing.WRONG_CODE: "failure",
    Standing.INCONCLUSIVE: "error",
    Standing.HARNESS_ERROR: "error",
    Standing.NOT_APPLICABLE: "skipped",
}


def render_junit(record: Record, catalogue: Catalogue) -> str:
    """The document. Names depend on clause and case alone, so that CI servers can tell a test's history."""
    tally = Tally(record, catalogue)
    root = Element("testsuites", name=printable(f"callpark: {record.header.target.name}"))
    for area in tally.areas:
        suite = _suite(tally, area)
        if suite.find("testcase") is not None:
            root.append(suite)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{record.footer.elapsed:.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(tally: Tally, area: str) -> Element:
    header = tally.record.header
    suite = Element("testsuite", name=area, timestamp=header.started, hostname=printable(header.target.url))
    _properties(
        suite,
        {
            "verdict": str(verdict_sentence(tally)),
            "target": header.target.url,
            "reading": header.reading,
            "lane": header.lane,
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
    seconds = 0.0
    for row in tally.rows:
        if row.clause.area == area:
            for case in _cases(tally, row):
                suite.append(case)
                seconds += float(case.get("time", "0"))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", f"{seconds:.3f}")
    return suite


def _proof(proof: ProofLine | None) -> dict[str, str]:
    return {f"proof: {figure.name}": figure.measured for figure in proof.figures} if proof else {}


def _cases(tally: Tally, row: ClauseRow) -> list[Element]:
    """The cases judged on this clause, then those of it that came to no verdict: they are errors, never green."""
    judged = row.rulings[tally.reading]
    cases = [
        _case(tally, row, case, [line for line in judged if line.case == case])
        for case in dict.fromkeys(line.case for line in judged)
    ]
    return [*cases, *_unjudged(tally, row)]


def _case(tally: Tally, row: ClauseRow, case: str, rulings: list[RulingLine]) -> Element:
    standing = worst(Standing(ruling.verdict) for ruling in rulings)
    ruling = next(line for line in rulings if line.verdict == standing)
    element = _testcase(tally, row, case)
    level = {"level": str(row.clause.level), "verdict": str(standing)}
    _properties(element, {**level, "deviation": ruling.actual} if standing is Standing.DEVIATION else level)
    if (tag := _ELEMENT.get(standing)) is not None:
        message = one_line(": ".join(filter(None, (str(standing), ruling.title, ruling.actual))), 400)
        if tag == "skipped":
            SubElement(element, tag, message=one_line(ruling.hint or ruling.actual or ruling.title, 400))
        else:
            SubElement(element, tag, type=str(standing), message=message).text = _details(row, ruling)
    return element


def _unjudged(tally: Tally, row: ClauseRow) -> list[Element]:
    found = []
    everywhere = {line.case for line in tally.record.rulings if line.reading == tally.reading}
    for case in tally.record.cases:
        if case.clause != row.clause.id or case.id in everywhere:
            continue
        element = _testcase(tally, row, case.id)
        observed = next((line.actual for line in row.observations if line.case == case.id), None)
        if observed is not None:
            SubElement(element, "skipped", message=one_line(f"observed, not judged: {observed}", 400))
        else:
            SubElement(
                element, "error", type="no-verdict", message="the run ended without a verdict on this case"
            )
        found.append(element)
    return found


def _testcase(tally: Tally, row: ClauseRow, case: str) -> Element:
    exchanges = tally.exchanges_of_case.get(case, ())
    seconds = sum(exchange.elapsed for exchange in exchanges)
    return Element(
        "testcase", classname=printable(row.clause.id), name=printable(case), time=f"{seconds:.3f}"
    )


def _details(row: ClauseRow, ruling: RulingLine) -> str:
    clause = row.clause
    source = f'page, line {clause.line}: "{clause.quote}"' if clause.quote else clause.source or ""
    sections = [
        f"clause {clause.id} ({clause.level}): {clause.text}",
        source,
        "expected: " + " | ".join(ruling.expected) if ruling.expected else "",
        f"actual: {ruling.actual}" if ruling.actual else "",
        f"hint: {ruling.hint}" if ruling.hint else "",
        "exchanges: " + ", ".join(map(str, ruling.exchanges)) if ruling.exchanges else "",
        "\n".join(["see it again:", *ruling.reproduce]) if ruling.reproduce else "",
    ]
    return printable("\n" + "\n".join(section for section in sections if section) + "\n")


def _properties(parent: Element, values: dict[str, str]) -> None:
    properties = SubElement(parent, "properties")
    for name, value in values.items():
        SubElement(properties, "property", name=name, value=printable(value))
