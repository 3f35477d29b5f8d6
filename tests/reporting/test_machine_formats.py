"""Each format, held against what reads it: the schema or the library of a consumer."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import junitparser
import pytest

from callpark.output import FORMATS, Around
from callpark_spec import Catalogue, clause_lines, load, openapi_text, operation_line
from contract_tests.exchange import Exchange, Request, Response
from contract_tests.record.lines import Record
from contract_tests.record.reader import read_record
from contract_tests.record.schema import RESULTS_SCHEMA_PATH
from contract_tests.reporting.badge import render_badge
from contract_tests.reporting.contract_line import ContractLines
from contract_tests.reporting.ctrf import render_ctrf
from contract_tests.reporting.entry import attention, entries
from contract_tests.reporting.har import render_har
from contract_tests.reporting.html import render_html
from contract_tests.reporting.junit import render_junit
from contract_tests.reporting.results import render_results
from contract_tests.reporting.sarif import render_sarif
from contract_tests.reporting.tally import Tally
from contract_tests.verdict import Verdict

SCHEMAS = Path(__file__).with_name("schemas")
NAMES = ("everything", "conforming", "unreachable")
LINES = ContractLines(operation=33, clauses={"failure/timeout/not-positive": 690})


def har_schema() -> dict[str, Any]:
    """The files of the schema in one, with references that need no file names."""
    definitions = {}
    for path in (SCHEMAS / "har").glob("*.json"):
        schema = json.loads(
            path.read_text().replace('.json#"', '"').replace('"$ref": "', '"$ref": "#/definitions/')
        )
        del schema["$id"]
        definitions[path.stem] = schema
    return {
        "$schema": "http://json-schema.org/draft-06/schema#",
        "$ref": "#/definitions/har",
        "definitions": definitions,
    }


def schema_of(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / name).read_text())
    return loaded


def sarif_schema() -> dict[str, Any]:
    """Its pattern for languages is no regular expression to strict readers; none of our files names a language."""
    schema = schema_of("sarif-2.1.0-rtm.5.json")
    for kind in ("run", "toolComponent"):
        del schema["definitions"][kind]["properties"]["language"]["pattern"]
    return schema


JSON_FORMATS: dict[str, tuple[Callable[[Record, Catalogue], str], Callable[[], Any]]] = {
    "results": (
        render_results,
        lambda: jsonschema_rs.Draft202012Validator(json.loads(RESULTS_SCHEMA_PATH.read_text())),
    ),
    "sarif": (
        lambda record, catalogue: render_sarif(record, catalogue, lines=LINES, report="https://ci.example/r.html"),
        lambda: jsonschema_rs.Draft4Validator(sarif_schema(), validate_formats=True),
    ),
    "ctrf": (
        render_ctrf,
        lambda: jsonschema_rs.Draft7Validator(schema_of("ctrf-schema-0.0.json"), validate_formats=True),
    ),
    "har": (
        lambda record, catalogue: render_har(record),
        lambda: jsonschema_rs.Draft6Validator(har_schema(), validate_formats=True),
    ),
}  # fmt: skip


@pytest.fixture
def everything(records: dict[str, Record]) -> Record:
    return records["everything"]


def read(text: str) -> Any:
    return json.loads(text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", JSON_FORMATS)
def test_a_document_is_valid_for_its_readers(
    form: str, name: str, records: dict[str, Record], catalogue: Catalogue
) -> None:
    render, validator = JSON_FORMATS[form]
    text = render(records[name], catalogue)
    complaints = [
        f"{'/'.join(map(str, each.instance_path))}: {each.message}"
        for each in validator().iter_errors(read(text))
    ]
    assert complaints == []
    assert text.isascii()


@pytest.mark.parametrize("form", JSON_FORMATS)
def test_the_schema_refuses_another_format(form: str, everything: Record, catalogue: Catalogue) -> None:
    other = "har" if form == "ctrf" else "ctrf"
    assert not JSON_FORMATS[form][1]().is_valid(read(JSON_FORMATS[other][0](everything, catalogue)))


@pytest.mark.parametrize("name", NAMES)
def test_a_ci_server_reads_junit(name: str, records: dict[str, Record], catalogue: Catalogue) -> None:
    record = records[name]
    suites = junitparser.JUnitXml.fromstring(render_junit(record, catalogue).encode())
    kinds = {"failures": junitparser.Failure, "errors": junitparser.Error, "skipped": junitparser.Skipped}
    cases = [case for suite in suites for case in suite]
    assert suites.tests == len(cases)
    for count, kind in kinds.items():
        assert getattr(suites, count) == sum(isinstance(one, kind) for case in cases for one in case.result)
    assert {(case.classname, case.name) for case in cases} == {
        (entry.clause.id, entry.case) for entry in entries(Tally(record, catalogue))
    }


def test_every_format_names_clause_sentence_expected_actual_and_curl(
    everything: Record, catalogue: Catalogue
) -> None:
    """JSON is searched after it was decoded, for what a reader is shown."""
    for form, (_, render) in FORMATS.items():
        text = render(everything, catalogue, Around(report_url="https://ci.example/report.html"))
        assert text is not None
        if form in ("badge", "har"):
            continue
        shown = "\n".join(_strings(read(text))) if form in ("json", "sarif", "ctrf") else text
        shown = shown.replace("&quot;", '"').replace("&#39;", "'").replace("%0A", "\n")
        for wanted in (
            "failure/timeout/not-positive",
            "The parameter must be numeric and higher than 0.",
            "400 pc_timeout_invalid" if form != "summary" else "400 pc\\_timeout\\_invalid",
            "200 with a call; the call left the parking lot",
            "curl -sS -X PUT 'https://pbx.example.com/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333'",
            "$CALLPARK_TOKEN",
        ):
            assert wanted in shown, (form, wanted)


def test_what_identifies_a_case_is_the_same_in_another_run(new_run: type, catalogue: Catalogue) -> None:
    def told(**header: Any) -> Record:
        run = new_run(**header)
        run.case("request/method/get", "request/method", "With GET")
        for _ in range(int(header["seed"])):
            run.exchange("request/method/get", 200)
        run.ruling("request/method/get", "request/method", Verdict.FAIL, "With GET", exchanges=(run.number,))
        return read_record(run.end())

    first, second = told(run="one", seed=1), told(run="two", seed=3, started="2031-05-02T09:30:00Z")

    def ids(record: Record) -> list[Any]:
        sarif = read(render_sarif(record, catalogue, lines=LINES))["runs"][0]["results"]
        ctrf = read(render_ctrf(record, catalogue))["results"]["tests"]
        rows = read(render_results(record, catalogue))["verdicts"]
        return [
            [(each["ruleId"], each["partialFingerprints"]) for each in sarif],
            [(each["testId"], each["name"], each["suite"]) for each in ctrf],
            [each["fingerprint"] for each in rows],
        ]

    assert ids(first) == ids(second)
    assert ids(first)[0]


def test_no_two_entries_share_a_fingerprint(everything: Record, catalogue: Catalogue) -> None:
    found = [entry.fingerprint for entry in entries(Tally(everything, catalogue))]
    assert len(set(found)) == len(found) > 10


def test_results_hold_proof_profile_readings_and_evidence(everything: Record, catalogue: Catalogue) -> None:
    document = read(render_results(everything, catalogue))
    header = everything.header
    assert document["suite"]["page_sha256"] == header.suite.page_sha256
    assert document["profile"] == header.profile
    assert {row["reading"] for row in document["verdicts"]} == {"table", "document"}
    assert len(document["verdicts"]) == len(everything.rulings)
    assert [each["id"] for each in document["clauses"]][: len(catalogue.clauses)] == list(catalogue.clauses)
    assert [each["id"] for each in document["readings"]] == list(catalogue.readings)
    cited = {
        number for row in document["verdicts"] if row["verdict"] != "pass" for number in row["exchanges"]
    }
    assert {each["number"] for each in document["evidence"]} == cited
    assert document["conclusion"]["outcome"] == "broken"


def test_results_print_the_proof_of_the_checker(records: dict[str, Record], catalogue: Catalogue) -> None:
    proof = read(render_results(records["conforming"], catalogue))["suite"]["proof"]
    assert next(figure["name"] for figure in proof["figures"]) == "defects caught"


def test_sarif_levels_kinds_and_places(everything: Record, catalogue: Catalogue) -> None:
    run = read(render_sarif(everything, catalogue, lines=LINES))["runs"][0]
    found = {each["ruleId"]: (each["kind"], each["level"]) for each in run["results"]}
    assert found["failure/timeout/not-positive"] == ("fail", "error")
    assert found["failure/view/missing"] == ("fail", "error")
    assert found["success/status"] == ("fail", "note")
    assert found["payload/send-call-to/phone-terminal"] == ("open", "none")
    assert found["parking/connects"] == ("open", "none")
    assert "success/returns-call" not in found
    assert run["invocations"][0]["executionSuccessful"] is False
    for each in run["results"]:
        place = each["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "spec/openapi.yaml"
        assert place["region"]["startLine"] == LINES.of(each["ruleId"])
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


def test_sarif_rules_help_on_the_page_or_in_the_report(everything: Record, catalogue: Catalogue) -> None:
    def rule(report: str) -> Any:
        run = read(render_sarif(everything, catalogue, lines=LINES, report=report))["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        return next(each for each in rules if each["id"] == "failure/timeout/not-positive")

    page = f"{catalogue.page.url}#:~:text=The%20parameter%20must%20be%20numeric%20and%20higher%20than%200."
    assert rule("")["helpUri"] == page
    assert (
        rule("https://ci.example/r.html")["helpUri"]
        == "https://ci.example/r.html#failure/timeout/not-positive"
    )


def test_every_clause_has_a_line_of_the_openapi_document() -> None:
    lines = openapi_text().splitlines()
    found = clause_lines()
    for clause, line in found.items():
        assert clause in lines[line - 1]
    assert "operationId: update_phone_call" in lines[operation_line() - 1]
    assert set(found) <= set(load().clauses)
    assert len(found) > 60


def test_har_tells_bodies_secrets_and_silence(everything: Record) -> None:
    log = read(render_har(everything))["log"]
    assert len(log["entries"]) == len(everything.exchanges)
    binary = next(each for each in log["entries"] if each["response"]["content"].get("encoding") == "base64")
    assert binary["response"]["content"]["text"]
    silent = next(each for each in log["entries"] if each["response"]["status"] == 0)
    assert silent["response"]["comment"].startswith("no answer: the connection was broken off")
    clipped = next(each for each in log["entries"] if each["response"]["bodySize"] == 200_000_000)
    assert clipped["response"]["content"]["comment"] == "stored in part, of 200000000 bytes or more"
    pages = {page["id"] for page in log["pages"]}
    assert {each["pageref"] for each in log["entries"]} == pages


def test_two_headers_of_one_name_are_two(new_run: type, catalogue: Catalogue) -> None:
    """Two Set-Cookie that are folded into one are another cookie (RFC 6265, section 3)."""
    run = new_run()
    run.case("request/method/one", "request/method", "one")
    headers = (("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/"))
    run.writer.exchange(
        Exchange(
            number=1,
            case="request/method/one",
            role="request",
            request=Request(method="PUT", target="/uapi", headers=(("X-A", "1"), ("X-A", "2"))),
            response=Response(status=200, headers=headers, body=b"{}", body_size=2),
        )
    )
    run.ruling("request/method/one", "request/method", Verdict.FAIL, "one", exchanges=(1,))
    record = read_record(run.end())
    (entry,) = (one["response"]["headers"] for one in json.loads(render_har(record))["log"]["entries"])
    assert [one["value"] for one in entry] == ["a=${cookie_a}; Path=/", "b=${cookie_b}; Path=/"]
    page = html.unescape(render_html(record, catalogue))
    assert "Set-Cookie: a=${cookie_a}; Path=/\nSet-Cookie: b=${cookie_b}; Path=/" in page
    assert "X-A: 1\nX-A: 2" in page


@pytest.mark.parametrize(
    ("name", "colour", "message"),
    [
        ("everything", "red", "3 of 13 clauses broken · page "),
        ("unreachable", "lightgrey", "inconclusive, 2 of 2 clauses · page "),
        ("conforming", "brightgreen", "12 of 12 clauses · page "),
    ],
)
def test_a_badge_counts_and_is_green_for_a_whole_run_alone(
    name: str, colour: str, message: str, records: dict[str, Record], catalogue: Catalogue
) -> None:
    badge = read(render_badge(records[name], catalogue) or "")
    assert badge["schemaVersion"] == 1
    assert badge["label"]
    assert badge["color"] == colour
    assert badge["message"].startswith(message)
    assert badge.get("isError", False) is (colour != "brightgreen")
    assert set(badge) <= {"schemaVersion", "label", "message", "color", "isError"}


def test_a_part_of_a_run_has_a_grey_badge(new_run: type, catalogue: Catalogue) -> None:
    run = new_run()
    run.case("request/method/put", "request/method", "With PUT")
    run.ruling("request/method/put", "request/method", Verdict.PASS, "With PUT")
    badge = read(render_badge(read_record(run.end()), catalogue) or "")
    assert (badge["color"], badge["message"][:21]) == ("lightgrey", "1 of 1 clauses, in pa")


def test_a_safe_run_has_no_badge(new_run: type, catalogue: Catalogue) -> None:
    run = new_run(safe=True)
    run.case("request/method/put", "request/method", "With PUT")
    run.ruling("request/method/put", "request/method", Verdict.PASS, "With PUT")
    assert render_badge(read_record(run.end()), catalogue) is None


def test_the_worst_comes_first_and_each_clause_before_its_further_cases(
    new_run: type, catalogue: Catalogue
) -> None:
    run = new_run()
    for case, clause, verdict in (
        ("request/method/a", "request/method", Verdict.INCONCLUSIVE),
        ("success/status/a", "success/status", Verdict.WRONG_CODE),
        ("success/status/b", "success/status", Verdict.FAIL),
        ("failure/view/missing/a", "failure/view/missing", Verdict.FAIL),
    ):
        run.case(case, clause, case)
        run.ruling(case, clause, verdict, case)
    wanted = attention(entries(Tally(read_record(run.end()), catalogue)))
    assert [entry.case for entry in wanted] == [
        "failure/view/missing/a",
        "success/status/a",
        "success/status/b",
        "request/method/a",
    ]


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for child in children for text in _strings(child)]
