"""The lines of a record: header, cases, exchanges, rulings, observations, footer.

Each line is one JSON object whose `line` names its kind. `record.schema.json` is the same in JSON Schema and
is held to these types by a test.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from contract_tests.verdict import Verdict

FORMAT: Final = "callpark-record"
VERSION: Final = 1

VerdictWord = Annotated[str, msgspec.Meta(extra_json_schema={"enum": [str(verdict) for verdict in Verdict]})]
Base64 = Annotated[
    str, msgspec.Meta(pattern="^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")
]
Moment = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$",
        extra_json_schema={"format": "date-time"},
    ),
]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Status = Annotated[int, msgspec.Meta(ge=0, le=999)]
Part = Annotated[str, msgspec.Meta(pattern="^([0-9]{1,3}/[0-9]{1,3})?$")]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="line"):
    """What all lines have in common."""


class FigureLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One promise of the checker's own proof: what is wanted, what was measured, and whether that is enough."""

    name: str
    wanted: str
    measured: str
    ok: bool


class ProofLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `callpark prove` published last: when it began (RFC 3339), over how much, and with which suite."""

    started: str
    extent: str
    version: str
    catalogue_sha256: str
    figures: list[FigureLine]


class Suite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which suite judged: its version, the pinned page and the clause catalogue, both as sha256, and its own proof."""

    version: str
    page_sha256: str
    catalogue_sha256: str
    proof: ProofLine | None = None


class TargetLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which implementation was judged, as its profile names it, and where it was."""

    name: str
    url: str


class Header(Line, frozen=True, kw_only=True, tag="header"):
    """The first line: everything that rejudging needs besides the exchanges.

    `started` is RFC 3339 in UTC. `profile` and `world` hold no secrets. `shard` is `2/4` in the record of the second of
    four checks that divide the table, and empty where they are merged or nothing was divided. With `engine`
    schemathesis made the requests of exploring while it ran, without it beforehand.
    """

    format: Literal["callpark-record"]
    version: int
    run: str
    started: Moment
    suite: Suite
    target: TargetLine
    lane: str
    reading: Literal["table", "document"]
    seed: int
    safe: bool = False
    shard: Part = ""
    engine: bool = False
    rung: str
    profile: dict[str, Any]
    world: dict[str, Any]


class CaseLine(Line, frozen=True, kw_only=True, tag="case"):
    """A case that this run set out to try, written before its first exchange."""

    id: str
    clause: str
    title: str


class RequestPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request as sent. A body that is no UTF-8 text stands in `body_base64`."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: str | None = None
    body_base64: Base64 | None = None


class ResponsePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer. `clipped` says that only the beginning of the body is stored.

    `body_size` is in bytes what arrived; of a body that was not read to its end what was announced, or what was read.

    `headers_size` and `headers_clipped` say the same of the headers, names and values together.
    """

    status: Status
    headers: list[tuple[str, str]]
    body: str | None = None
    body_base64: Base64 | None = None
    body_size: int = 0
    clipped: bool = False
    headers_size: int = 0
    headers_clipped: bool = False


class ExchangeLine(Line, frozen=True, kw_only=True, tag="exchange"):
    """One exchange; `started` and `elapsed` in seconds, the former since the start of the run.

    With the role `request`, `call` is the phone call that it is about and `witness` another one that must not be
    touched, as they were known before (`contract_tests.world.KnownCall`); rejudging needs them. `also` names
    further cases that were packed into the same request.
    """

    number: int
    case: str
    role: str
    started: Seconds
    elapsed: Seconds
    request: RequestPart
    response: ResponsePart | None = None
    trouble: str | None = None
    call: dict[str, Any] | None = None
    witness: dict[str, Any] | None = None
    also: list[str] = []


class RulingLine(Line, frozen=True, kw_only=True, tag="ruling"):
    """A verdict on a clause by a case under a reading, with its evidence and how to see it again.

    `exchanges` are numbers of exchange lines, the decisive one first. `reproduce` is a list of shell lines;
    secrets are environment variables in them. `because` are the findings, by case or by clause, or the rows that rest
    on some, for which alone the row is inconclusive: a baseline that excuses them excuses it. The row's own case stands
    there where it was seen once and not again.
    """

    clause: str
    case: str
    reading: Literal["table", "document"]
    verdict: VerdictWord
    title: str
    expected: list[str] = []
    actual: str = ""
    hint: str = ""
    exchanges: list[int] = []
    attempts: int = 1
    reproduce: list[str] = []
    because: list[str] = []


class UntriedLine(Line, frozen=True, kw_only=True, tag="untried"):
    """A case for which no request was sent, and why: something was lacking, it could not arise, or we broke."""

    case: str
    kind: Literal["lacking", "does-not-arise", "broken"]
    why: str


class ObservationLine(Line, frozen=True, kw_only=True, tag="observation"):
    """What was seen where the page is silent. Never a verdict."""

    clause: str
    case: str
    title: str
    actual: str
    exchanges: list[int] = []


class Footer(Line, frozen=True, kw_only=True, tag="footer"):
    """The last line. `counts` is reading -> verdict -> number of rulings, `digest` the canonical digest.

    `exchanges` counts the exchange lines; `requests` those among them that were not set-up or tear-down.
    `content_sha256` is the last member, and taken of all bytes of the file before it, from the header's first to the
    comma: it tells an edited record from a written one.
    """

    finished: Moment
    elapsed: Seconds
    cases: int
    exchanges: int
    requests: int
    calls_used: int
    counts: dict[str, dict[str, int]]
    exit_code: int
    digest: Sha256
    content_sha256: Sha256


AnyLine = Header | CaseLine | ExchangeLine | UntriedLine | RulingLine | ObservationLine | Footer


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A complete record, read and checked."""

    header: Header
    cases: list[CaseLine]
    exchanges: list[ExchangeLine]
    untried: list[UntriedLine]
    rulings: list[RulingLine]
    observations: list[ObservationLine]
    footer: Footer
