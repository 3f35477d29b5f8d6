"""What is written can be read again, holds no secret, and is there at once."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from io import BytesIO

import pytest

from contract_tests.exchange import Exchange, Request, Response
from contract_tests.record.body import LIMIT, SEAM
from contract_tests.record.reader import exchanges, read_record, rulings
from contract_tests.record.redaction import Redaction
from contract_tests.record.writer import RecordWriter
from contract_tests.verdict import Ruling, Verdict

Begun = Callable[..., RecordWriter]
SECRET = "mock/secret+12"


def answered(body: bytes, size: int = 0) -> Exchange:
    return Exchange(
        number=1,
        case="",
        role="preflight",
        request=Request(method="GET", target="/"),
        response=Response(status=200, body=body, body_size=size or len(body)),
    )


def last_line(stream: BytesIO) -> dict[str, object]:
    line: dict[str, object] = json.loads(stream.getvalue().splitlines()[-1])
    return line


def test_exchanges_and_rulings_come_back_as_they_were(
    written: bytes, facts: tuple[tuple[Exchange, ...], tuple[Ruling, ...]]
) -> None:
    record = read_record(written)
    assert (tuple(exchanges(record)), tuple(rulings(record))) == facts


def test_the_footer_sums_up_what_was_written(written: bytes) -> None:
    footer = read_record(written).footer
    assert (footer.cases, footer.exchanges, footer.requests) == (1, 3, 2)
    assert footer.counts == {"document": {"pass": 1}, "table": {"pass": 1}}


class Watched(BytesIO):
    flushed = 0

    def flush(self) -> None:
        self.flushed = len(self.getvalue())


def test_every_line_is_flushed(begun: Begun) -> None:
    stream = Watched()
    writer = begun(stream)
    for number in range(3):
        writer.case(id=f"c{number}", clause="c", title="t")
        assert stream.flushed == len(stream.getvalue())
        assert stream.getvalue().endswith(b"\n")


def test_no_line_holds_a_secret(begun: Begun) -> None:
    stream = BytesIO()
    writer = begun(
        stream,
        Redaction({"token": SECRET}),
        profile={"auth": {"token": SECRET, SECRET: [SECRET, 1]}},
        world={"note": f"x{SECRET}"},
    )
    writer.case(id="c/one", clause="c", title=SECRET)
    secret = SECRET.encode()
    writer.exchange(
        Exchange(
            number=1,
            case="c/one",
            role="request",
            request=Request(
                method="PUT",
                target=f"/a?t={SECRET}",
                headers=(("Authorization", f"Bearer {SECRET}"),),
                body=secret,
            ),
            response=Response(status=200, headers=((SECRET, SECRET),), body=b"\xff\x00" + secret),
        )
    )
    writer.exchange(
        Exchange(
            number=2, case="c/one", role="after", request=Request(method="GET", target="/"), trouble=SECRET
        )
    )
    writer.ruling(
        Ruling(
            clause="c",
            case="c/one",
            reading="table",
            verdict=Verdict.FAIL,
            title=SECRET,
            expected=(SECRET,),
            actual=SECRET,
            hint=SECRET,
        ),
        [SECRET],
    )
    writer.observation(clause="c", case="c/one", title=SECRET, actual=SECRET)
    writer.footer(finished="x", elapsed=1, calls_used=0, exit_code=1)
    content = stream.getvalue()
    assert secret not in content
    record = read_record(content)
    body = record.exchanges[0].response
    assert body is not None
    assert body.body_base64 is not None
    assert base64.b64decode(body.body_base64) == b"\xff\x00${token}"
    assert record.header.profile == {"auth": {"token": "${token}", "${token}": ["${token}", 1]}}


def test_a_long_body_is_clipped_and_says_so(begun: Begun) -> None:
    stream = BytesIO()
    begun(stream).exchange(answered(b"x" * (LIMIT + 1)))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert (len(response["body"]), response["body_size"], response["clipped"]) == (LIMIT, LIMIT + 1, True)


@pytest.mark.parametrize("kept", range(1, len(SECRET)))
def test_half_a_secret_at_the_end_of_a_cut_body_is_left_out(begun: Begun, kept: int) -> None:
    """Whoever cut the body did so inside the secret, where no search finds it."""
    stream = BytesIO()
    cut = b"." * 9000 + SECRET.encode()[:kept]
    begun(stream, Redaction({"token": SECRET})).exchange(answered(cut, size=200_000_000))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert response["body"] == "." * (9000 + kept - SEAM)
    assert response["clipped"]


@pytest.mark.parametrize("text", ["é" * LIMIT, "📞" * LIMIT])
def test_clipping_leaves_whole_characters(begun: Begun, text: str) -> None:
    stream = BytesIO()
    begun(stream).exchange(answered(text.encode()))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert text.startswith(response["body"])
    assert LIMIT - 4 < len(response["body"].encode()) <= LIMIT


def test_text_that_json_cannot_hold_is_escaped(begun: Begun) -> None:
    stream = BytesIO()
    begun(stream).case(id="c", clause="c", title="half a pair: \ud83d")
    assert last_line(stream)["title"] == "half a pair: \\ud83d"


def test_lines_out_of_order_are_refused(begun: Begun) -> None:
    with pytest.raises(ValueError, match="a record is one header"):
        RecordWriter(BytesIO(), str).case(id="c", clause="c", title="t")
    writer = begun(BytesIO())
    writer.footer(finished="x", elapsed=1, calls_used=0, exit_code=3)
    with pytest.raises(ValueError, match="a record is one header"):
        writer.case(id="c", clause="c", title="t")
