"""Records with one of everything and nasty strings in them, and a catalogue that stands still for golden files."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from callpark_spec import Catalogue, Clause, Reading, load
from contract_tests.exchange import Exchange, Request, Response
from contract_tests.record.body import SEAM
from contract_tests.record.lines import FigureLine, ProofLine, Record, Suite, TargetLine
from contract_tests.record.reader import read_record
from contract_tests.record.writer import RecordWriter
from contract_tests.redaction import Redaction
from contract_tests.verdict import READINGS, Ruling, Verdict

CATALOGUE = Path(__file__).with_name("golden") / "catalogue.json"
TOKEN = 's3cr3t/t0ken+of=user"12'
CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
NASTY = '<script>alert(1)</script> \x1b[31mred\x1b[0m ]]> \x00 & "quoted" \u202eesrever\u202c 📞'

PROOF = ProofLine(
    started="2031-03-30T12:00:00Z",
    extent="full",
    version="0.1.0",
    catalogue_sha256="d" * 64,
    figures=[
        FigureLine(name="defects caught", wanted="all", measured="128 of 128", ok=True),
        FigureLine(
            name="right clause named first", wanted="at least 95%", measured="9 of 10 (90.0%)", ok=False
        ),
        FigureLine(name="variants alone accused", wanted="none", measured="0 of 30", ok=True),
    ],
)


def small_catalogue() -> Catalogue:
    """A few clauses, so that golden files do not change when the real ones are worded better."""
    told = msgspec.json.decode(CATALOGUE.read_bytes())
    clauses = msgspec.convert(told["clauses"], type=list[Clause])
    readings = msgspec.convert(told["readings"], type=list[Reading])
    return Catalogue(
        clauses={clause.id: clause for clause in clauses},
        readings={reading.id: reading for reading in readings},
        codes={},
        page=load().page,
    )


class Run:
    """A run told by hand: cases with what was sent and what was made of it."""

    def __init__(
        self, *, reading: str = "document", url: str = "https://pbx.example.com", **header: Any
    ) -> None:
        self.stream = BytesIO()
        self.writer = RecordWriter(self.stream, Redaction({"token": TOKEN}), limit=2_000)
        self.number = 0
        catalogue = small_catalogue()
        values: dict[str, Any] = {
            "run": "7f3a",
            "started": "2031-04-02T09:30:00Z",
            "suite": Suite(
                version="0.1.0",
                page_sha256=catalogue.page.sha256,
                catalogue_sha256=catalogue.digest,
                proof=PROOF,
            ),
            "target": TargetLine(name="Example PBX 4.2", url=url),
            "lane": "conform",
            "reading": reading,
            "seed": 0,
            "rung": "api",
            "profile": {"token": TOKEN, "extension": "0003*210"},
            "world": {},
        }
        self.writer.header(**{**values, **header})

    def case(self, id: str, clause: str, title: str) -> None:
        self.writer.case(id=id, clause=clause, title=title)

    def exchange(
        self,
        case: str,
        status: int | None,
        body: bytes = b"",
        *,
        role: Any = "request",
        method: str = "PUT",
        target: str = CALL,
        sent: bytes | None = None,
        trouble: str | None = None,
        size: int = 0,
    ) -> int:
        self.number += 1
        headers = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"))
        answer = None
        if status is not None:
            answer = Response(
                status=status,
                headers=(("Content-Type", "application/json"), ("X-Echo", TOKEN)),
                body=body,
                body_size=size or len(body),
            )
        self.writer.exchange(
            Exchange(
                number=self.number,
                case=case,
                role=role,
                request=Request(method=method, target=target, headers=headers, body=sent),
                response=answer,
                trouble=trouble,
                started=0.05 * self.number,
                elapsed=0.0123,
            )
        )
        return self.number

    def ruling(
        self,
        case: str,
        clause: str,
        verdict: Verdict,
        title: str,
        *,
        as_table: Verdict | None = None,
        reproduce: list[str] | None = None,
        readings: tuple[Literal["table", "document"], ...] = READINGS,
        **more: Any,
    ) -> None:
        """Under both readings; `as_table` where that one differs."""
        for reading in readings:
            found = as_table if reading == "table" and as_table is not None else verdict
            ruling = Ruling(clause=clause, case=case, reading=reading, verdict=found, title=title, **more)
            self.writer.ruling(ruling, reproduce or [])

    def end(self) -> bytes:
        self.writer.footer(finished="2031-04-02T09:30:04Z", elapsed=3.9, calls_used=3)
        return self.stream.getvalue()


def everything() -> bytes:
    """One of every verdict, and strings that would like to get out."""
    suite = Suite(version="0.1.0", page_sha256=load().page.sha256, catalogue_sha256="c" * 64)
    run = Run(suite=suite)
    run.exchange("", 200, b'{"status":"ok"}', role="preflight", method="GET", target="/_mock/health")

    case = "failure/timeout/not-positive/zero"
    run.case(case, "failure/timeout/not-positive", "waitForPickup is the number 0")
    before = run.exchange(
        case, 200, b'{"id":"b817d2618fe6f1804333","parked":true}', role="before", method="GET"
    )
    sent = b'{"action":"UnPark","sendCallTo":"0003*024","waitForPickup":0,"phoneCallViewId":"01"}'
    main = run.exchange(case, 200, b'{"id":"b817d2618fe6f1804333"}', sent=sent)
    after = run.exchange(
        case, 200, b'{"id":"b817d2618fe6f1804333","phoneCallView":[{"status":"5"}]}', role="after"
    )
    curl = [
        "curl -sS -X PUT 'https://pbx.example.com/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333' \\",
        "  -H \"Authorization: Bearer $CALLPARK_TOKEN\" -H 'Content-Type: application/json' \\",
        f"  --data '{sent.decode()}'",
    ]
    run.ruling(
        case,
        "failure/timeout/not-positive",
        Verdict.FAIL,
        "waitForPickup is the number 0",
        expected=("400 pc_timeout_invalid",),
        actual="200 with a call; the call left the parking lot",
        exchanges=(main, before, after),
        attempts=2,
        reproduce=curl,
    )
    run.ruling(
        case,
        "parking/refusal-changes-nothing",
        Verdict.FAIL,
        "The call is still parked after the request that had to be refused",
        expected=("the call is parked as before",),
        actual="the call is connected with 0003*024",
        exchanges=(after,),
    )

    case = "failure/view/missing/left-out"
    run.case(case, "failure/view/missing", "phoneCallViewId is left out")
    wrong = (
        b'{"error":{"code":"pc_phonecall_invalid","message":"' + NASTY.encode().replace(b'"', b"'") + b'"}}'
    )
    main = run.exchange(case, 400, wrong, sent=b'{"action":"UnPark","sendCallTo":"0003*024"}')
    run.ruling(
        case,
        "failure/view/missing",
        Verdict.WRONG_CODE,
        "phoneCallViewId is left out",
        expected=("400 pc_phonecallview_invalid",),
        actual=f"400 pc_phonecall_invalid {NASTY}",
        exchanges=(main,),
        reproduce=curl[:1],
    )

    case = "success/status/documented"
    run.case(case, "success/status", "The page's own request")
    main = run.exchange(case, 202, b'{"id":"b817d2618fe6f1804333"}', sent=sent)
    run.ruling(
        case,
        "success/status",
        Verdict.DEVIATION,
        "The page's own request",
        as_table=Verdict.FAIL,
        expected=("200 with the call", "202 with the call, as the example has it"),
        actual="202 with the call",
        exchanges=(main,),
    )
    run.ruling(case, "success/returns-call", Verdict.PASS, "The answer holds the call", exchanges=(main,))

    case = "failure/call/unknown/other-id"
    run.case(case, "failure/call/unknown", "An id that no call has")
    main = run.exchange(case, 400, TOKEN.encode() + b"\xff\xfe\x00 no text")
    run.ruling(case, "failure/call/unknown", Verdict.PASS, "An id that no call has", exchanges=(main,))
    for clause in (
        "uri/user-id/me",
        "uri/user-id/viewer",
        "uri/extension/self",
        "request/method",
        "body/json",
    ):
        run.case(f"{clause}/plain", clause, f"As {clause} has it")
        main = run.exchange(f"{clause}/plain", 200, b'{"id":"b817d2618fe6f1804333"}', sent=sent)
        run.ruling(f"{clause}/plain", clause, Verdict.PASS, f"As {clause} has it", exchanges=(main,))

    case = "payload/send-call-to/phone-terminal/queue"
    run.case(case, "payload/send-call-to/phone-terminal", "sendCallTo is a queue")
    main = run.exchange(case, None, trouble=f"the connection was broken off {NASTY}")
    run.ruling(
        case,
        "payload/send-call-to/phone-terminal",
        Verdict.INCONCLUSIVE,
        "sendCallTo is a queue",
        actual="no parked call could be had",
        hint="name an extension of the kind queue in the profile",
        exchanges=(main,),
    )

    case = "access/expired-token/sent"
    run.case(case, "access/expired-token", "A token that has run out")
    run.ruling(
        case,
        "access/expired-token",
        Verdict.NOT_APPLICABLE,
        "A token that has run out",
        hint="the profile declares that tokens of this target do not expire",
    )

    case = "parking/connects/after"
    run.case(case, "parking/connects", "The call is connected")
    main = run.exchange(case, 200, b"x" * (SEAM + 2_404), size=200_000_000)
    run.ruling(
        case,
        "parking/connects",
        Verdict.HARNESS_ERROR,
        "The call is connected",
        actual="the checker could not read its own case: KeyError('id')",
        exchanges=(main,),
    )

    case = "payload/unknown-members/one"
    run.case(case, "payload/unknown-members", "A member that the page does not name")
    main = run.exchange(case, 200, b"[]", target=f"{CALL}?long={'y' * 3000}")
    run.writer.observation(
        clause="payload/unknown-members",
        case=case,
        title="A member that the page does not name",
        actual=f"200, as without it {NASTY}",
        exchanges=[main],
    )
    return run.end()


def conforming() -> bytes:
    """Every clause that can be tried passes, under both readings."""
    run = Run(
        url="http://127.0.0.1:4010", target=TargetLine(name="callpark mock", url="http://127.0.0.1:4010")
    )
    for clause in small_catalogue().clauses.values():
        if clause.not_tested is None and clause.level != "silent":
            run.case(f"{clause.id}/plain", clause.id, clause.text)
            number = run.exchange(f"{clause.id}/plain", 200, b'{"id":"b817d2618fe6f1804333"}')
            run.ruling(f"{clause.id}/plain", clause.id, Verdict.PASS, clause.text, exchanges=(number,))
    return run.end()


def unreachable() -> bytes:
    """Nobody listens."""
    run = Run(url="http://127.0.0.1:9")
    for clause in ("request/method", "success/status"):
        run.case(f"{clause}/plain", clause, clause)
        number = run.exchange(f"{clause}/plain", None, trouble="connection refused")
        run.ruling(
            f"{clause}/plain",
            clause,
            Verdict.INCONCLUSIVE,
            clause,
            actual="connection refused",
            hint="start the target",
            exchanges=(number,),
        )
    return run.end()


RECORDS = {"everything": everything, "conforming": conforming, "unreachable": unreachable}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return small_catalogue()


@pytest.fixture(scope="session")
def written() -> dict[str, Callable[[], bytes]]:
    """The means to write each of the records."""
    return RECORDS


@pytest.fixture(scope="session")
def records() -> dict[str, Record]:
    return {name: read_record(make()) for name, make in RECORDS.items()}


@pytest.fixture(scope="session")
def new_run() -> type[Run]:
    return Run
