"""The pages on the contract: clauses with their cases, and readings with error codes."""

from collections.abc import Iterator

from pieces import code, page, prose, table

from callpark_spec import Catalogue, Clause, Reading, load
from contract_tests.cases import all_cases


def clauses() -> str:
    return page("The clauses", "`spec/clauses/` and the table of cases", _clauses(load()))


def readings() -> str:
    return page("Readings and error codes", "`spec/readings.yaml` and `spec/codes.yaml`", _readings(load()))


def anchor(name: str) -> str:
    return name.replace("/", "-")


def _clauses(catalogue: Catalogue) -> Iterator[str]:
    page_of = catalogue.page
    yield from (
        f"{len(catalogue.clauses)} requirements of the page *{page_of.title}*, and silences of it. Line numbers",
        f"are those of `spec/page/unpark-phonecalls.txt`, sha256 `{page_of.sha256}`.",
        "`callpark explain` prints any of them with a request to paste.",
        "",
    )
    tried: dict[str, list[tuple[str, str]]] = {}
    for case in all_cases():
        tried.setdefault(case.clause, []).append((case.id, case.title))
    for area in catalogue.areas:
        yield from (f"## {area}", "")
        for clause in catalogue.clauses_of_area(area):
            yield from _clause(clause, tried.get(clause.id, []))


def _clause(clause: Clause, cases: list[tuple[str, str]]) -> Iterator[str]:
    yield from (
        f'### <a id="{anchor(clause.id)}"></a>`{clause.id}`',
        "",
        f"**{clause.level}** · {prose(clause.text)}",
        "",
    )
    if clause.quote:
        yield from (f"> {prose(clause.quote)}", ">", f"> The page, line {clause.line}.", "")
    if clause.source:
        yield from (f"Source: {prose(clause.source)}", "")
    if clause.codes:
        yield from ("Codes: " + ", ".join(f"[{code(each)}](readings.md#{each})" for each in clause.codes), "")
    if clause.readings:
        yield from (
            "Readings: " + ", ".join(f"[{code(each)}](readings.md#{each})" for each in clause.readings),
            "",
        )
    if clause.not_tested:
        yield from (f"Not tested: {prose(clause.not_tested)}", "")
    if clause.no_defect:
        yield from (f"No defect of the mock breaks it: {prose(clause.no_defect)}", "")
    if cases:
        yield from (*(f"- {code(case)}: {prose(title)}" for case, title in cases), "")


def _readings(catalogue: Catalogue) -> Iterator[str]:
    yield from (
        "Where the page contradicts itself or says nothing, what each reading of the whole page admits, what is only",
        "observed, and what the mock does.",
        "",
        "## Contradictions and silences",
        "",
    )
    for reading in catalogue.readings.values():
        yield from _reading(reading, [each.id for each in catalogue.clauses_of_reading(reading.id)])
    yield from ("## Error codes", "")
    for found in catalogue.codes.values():
        standing = (
            "on the page"
            if found.documented
            else "of the mock alone"
            if found.invented
            else "of a sibling page"
        )
        statuses = ", ".join(map(str, found.statuses))
        yield from (f'### <a id="{found.code}"></a>`{found.code}`', "", f"{statuses} · {standing}", "")
        yield from (prose(found.meaning), "", f"Source: {prose(found.source)}", "")


def _reading(reading: Reading, clauses_of_it: list[str]) -> Iterator[str]:
    yield from (f'### <a id="{reading.id}"></a>`{reading.id}`: {reading.title}', "", reading.question, "")
    for quote in reading.page_says:
        yield from (f"> {code(' '.join(quote.text.split()))} (line {quote.line})", ">")
    yield ""
    rows = [("`table` admits", reading.table), ("`document` admits", reading.document)]
    if reading.observed:
        rows.append(("is only observed", reading.observed))
    rows += [("the mock", reading.mock), ("source", reading.source)]
    if reading.variants:
        rows.append(("variants", ", ".join(map(code, reading.variants))))
    if clauses_of_it:
        rows.append(
            ("clauses", ", ".join(f"[{code(each)}](clauses.md#{anchor(each)})" for each in clauses_of_it))
        )
    yield from table(("", ""), rows)
