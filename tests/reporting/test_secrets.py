"""The token is nowhere: not in the record, not in any page, also where a target says it back in every spelling."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from callpark.output import FORMATS, Around, write_pages
from callpark_spec import Catalogue
from contract_tests.exchange import Exchange, Request, Response
from contract_tests.record.reader import read_record
from contract_tests.verdict import Verdict

REPORT = "https://ci.example/report.html"
TOKEN = 's3cr3t/t0ken+of=user"12'


def spellings() -> Iterator[str]:
    yield TOKEN
    yield quote(TOKEN, safe="")
    yield quote_plus(TOKEN)
    yield "".join(f"%{ord(character):02x}" for character in TOKEN)
    yield json.dumps(TOKEN)[1:-1]
    yield TOKEN.replace("/", "\\/").replace('"', '\\"')
    yield "".join(f"\\u{ord(character):04x}" for character in TOKEN)
    yield html.escape(TOKEN)
    yield "".join(f"&#{ord(character)};" for character in TOKEN)
    yield json.dumps(json.dumps(TOKEN))
    yield quote(quote(TOKEN, safe=""), safe="")
    yield html.escape(html.escape(TOKEN))
    for lead in ("", "1", "12"):
        encoded = base64.b64encode(f"{lead}{TOKEN}".encode()).decode()
        yield encoded
        yield quote(encoded, safe="")
        yield encoded.replace("/", "\\/")


@pytest.fixture
def produced(new_run: type, catalogue: Catalogue, tmp_path: Path) -> dict[str, str]:
    """Every file of a run against a target that says the token back in each spelling, wherever it can."""
    run = new_run()
    for number, spelled in enumerate(spellings(), start=1):
        case = f"request/method/echo-{number}"
        run.case(case, "request/method", f"said {spelled}")
        run.writer.exchange(
            Exchange(
                number=number,
                case=case,
                role="request",
                request=Request(
                    method="PUT",
                    target=f"/uapi?x={spelled}".replace(" ", ""),
                    headers=(("Authorization", f"Bearer {TOKEN}"),),
                    body=json.dumps({"token": spelled}).encode() + b"\xff" * (number % 2),
                ),
                response=Response(
                    status=200,
                    headers=(("X-Echo", spelled), ("Location", f"https://pbx.example.com/{spelled}")),
                    body=spelled.encode() + b"\xff" * (number % 2),
                    body_size=len(spelled),
                ),
            )
        )
        run.ruling(
            case,
            "request/method",
            list(Verdict)[number % len(Verdict)],
            f"said {spelled}",
            expected=(f"not {spelled}",),
            actual=f"it was {spelled}",
            hint=f"hide {spelled}",
            exchanges=(number,),
            reproduce=[f"curl -H 'Authorization: Bearer {spelled}' https://pbx.example.com"]
            if number % 3
            else None,
        )
    content = run.end()
    written = write_pages(
        read_record(content), catalogue, tmp_path, tuple(FORMATS), Around(report_url=REPORT)
    )
    return {path.name: path.read_text() for path in written} | {"record.ndjson": content.decode()}


def test_no_file_holds_the_token_in_any_spelling(produced: dict[str, str]) -> None:
    assert set(produced) == {file for file, _ in FORMATS.values()} | {"record.ndjson"}
    for name, text in produced.items():
        shown = {text, html.unescape(text), text.replace("%25", "%"), text.replace("\\", "")}
        if name.endswith(("json", "sarif", "har")) and name != "record.ndjson":
            shown |= set(_strings(json.loads(text)))
        for seen in shown:
            for spelled in {TOKEN, *spellings()}:
                assert spelled not in seen, (name, spelled)


def test_it_is_named_instead(produced: dict[str, str]) -> None:
    for name in ("record.ndjson", "exchanges.har", "results.json", "report.html"):
        assert "${token}" in produced[name]


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value, *_decoded(value)]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for child in children for text in _strings(child)]


def _decoded(text: str) -> list[str]:
    try:
        return [base64.b64decode(text, validate=True).decode("utf-8", "replace")]
    except ValueError:
        return []
