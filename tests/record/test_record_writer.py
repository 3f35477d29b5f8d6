"""What is written can be read again, holds no secret, and is there at once."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import chain
from typing import cast

import pytest

from contract_tests.exchange import Exchange, Request, Response
from contract_tests.record.body import EXCERPT, LIMIT, SEAM
from contract_tests.record.reader import exchanges, read_record, rulings
from contract_tests.record.writer import LONGEST_SENTENCE, RecordWriter
from contract_tests.redaction import Redaction
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


@pytest.mark.parametrize("offset", range(LONGEST_SENTENCE - len(SECRET) - 4, LONGEST_SENTENCE + 2))
def test_a_sentence_is_cut_behind_its_secrets(begun: Begun, offset: int) -> None:
    stream = BytesIO()
    writer = begun(stream, Redaction({"token": SECRET}))
    said = "x" * offset + SECRET + "y" * 9_000
    writer.ruling(
        Ruling(
            clause="c",
            case="c/one",
            reading="document",
            verdict=Verdict.FAIL,
            title=said,
            expected=(said, said),
            actual=said,
            hint=said,
        )
    )
    line = last_line(stream)
    texts = [line["title"], line["actual"], line["hint"], *cast(list[str], line["expected"])]
    assert len(texts) == 5
    for text in texts:
        assert isinstance(text, str)
        assert len(text) == LONGEST_SENTENCE
        assert text.strip("x") in ("${token}yyyyyyyyyyyyyyyy"[: LONGEST_SENTENCE - 3 - offset] + "...", "...")


def test_what_a_broken_transport_says_is_cut_behind_its_secrets(begun: Begun) -> None:
    stream = BytesIO()
    writer = begun(stream, Redaction({"token": SECRET}))
    said = "x" * (LONGEST_SENTENCE - 9) + SECRET * 1_000
    writer.exchange(replace(answered(b""), response=None, trouble=said))
    assert last_line(stream)["trouble"] == "x" * (LONGEST_SENTENCE - 9) + "${toke..."
    writer.untried(case="c/one", kind="broken", why=said)
    assert last_line(stream)["why"] == "x" * (LONGEST_SENTENCE - 9) + "${toke..."


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
    writer.footer(finished="2031-04-02T09:30:01Z", elapsed=1, calls_used=0)
    content = stream.getvalue()
    assert secret not in content
    record = read_record(content)
    body = record.exchanges[0].response
    assert body is not None
    assert body.body_base64 is not None
    assert base64.b64decode(body.body_base64) == b"\xff\x00${token}"
    assert record.header.profile == {"auth": {"token": "${token}", "${token}": ["${token}", 1]}}


def test_of_a_long_body_the_beginning_is_stored_and_the_record_says_so(begun: Begun) -> None:
    stream = BytesIO()
    begun(stream).exchange(answered(b"x" * (LIMIT + 1)))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert (len(response["body"]), response["body_size"], response["clipped"]) == (EXCERPT, LIMIT + 1, True)


@pytest.mark.parametrize("kept", range(1, len(SECRET)))
def test_half_a_secret_at_the_end_of_a_cut_body_is_left_out(begun: Begun, kept: int) -> None:
    """Whoever cut the body did so inside the secret, where no search finds it."""
    stream = BytesIO()
    cut = b"." * (SEAM + 1000) + SECRET.encode()[:kept]
    begun(stream, Redaction({"token": SECRET})).exchange(answered(cut, size=200_000_000))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert response["body"] == "." * (1000 + kept)
    assert response["clipped"]


@pytest.mark.parametrize("text", ["é" * LIMIT, "📞" * LIMIT])
def test_clipping_leaves_whole_characters(begun: Begun, text: str) -> None:
    stream = BytesIO()
    begun(stream).exchange(answered(text.encode()))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert text.startswith(response["body"])
    assert EXCERPT - 4 < len(response["body"].encode()) <= EXCERPT


def test_a_body_up_to_the_limit_is_whole(begun: Begun) -> None:
    stream = BytesIO()
    begun(stream, Redaction({"token": "tok!"})).exchange(answered(b"tok!" * (LIMIT // 4)))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert response["body"] == "${token}" * (LIMIT // 4)
    assert (response["body_size"], response["clipped"]) == (LIMIT, False)


HEADERS = (("Content-Type", "application/json"), ("WWW-Authenticate", "Bearer"))


@pytest.mark.parametrize(
    "many",
    [
        [(f"X-{number}", "x") for number in range(5000)],
        [("X-Huge", "x" * 90_000)],
        [(f"X-{number}", "x" * 1000) for number in range(60)],
    ],
    ids=["many", "long", "together"],
)
def test_of_too_many_headers_some_are_left_out_and_the_record_says_so(
    begun: Begun, many: list[tuple[str, str]]
) -> None:
    stream = BytesIO()
    headers = (*many, *HEADERS)
    begun(stream).exchange(replace(answered(b""), response=Response(status=401, headers=headers, body=b"")))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert response["headers_clipped"]
    assert response["headers_size"] == sum(len(name) + len(value) for name, value in headers)
    assert len(response["headers"]) <= 100
    assert 0 < sum(map(len, chain(*response["headers"]))) <= 16 * 1024
    assert [tuple(each) for each in response["headers"][-2:]] == list(HEADERS)


def test_a_secret_where_a_header_is_cut_is_not_half_shown(begun: Begun) -> None:
    stream = BytesIO()
    value = "." * (2 * 1024 - 4) + SECRET
    begun(stream, Redaction({"token": SECRET})).exchange(
        replace(answered(b""), response=Response(status=200, headers=(("X-Told", value),)))
    )
    assert SECRET[:4] not in stream.getvalue().decode()


def test_headers_as_a_server_sends_them_are_whole(begun: Begun) -> None:
    stream = BytesIO()
    begun(stream).exchange(replace(answered(b""), response=Response(status=401, headers=HEADERS)))
    response = last_line(stream)["response"]
    assert isinstance(response, dict)
    assert ([tuple(each) for each in response["headers"]], response["headers_clipped"]) == (
        list(HEADERS),
        False,
    )


def test_text_that_json_cannot_hold_is_escaped(begun: Begun) -> None:
    stream = BytesIO()
    begun(stream).case(id="c", clause="c", title="half a pair: \ud83d")
    assert last_line(stream)["title"] == "half a pair: \\ud83d"


def test_lines_out_of_order_are_refused(begun: Begun) -> None:
    with pytest.raises(ValueError, match="a record is one header"):
        RecordWriter(BytesIO(), str).case(id="c", clause="c", title="t")
    writer = begun(BytesIO())
    writer.footer(finished="x", elapsed=1, calls_used=0)
    with pytest.raises(ValueError, match="a record is one header"):
        writer.case(id="c", clause="c", title="t")


SESSION = "5e551011-0f-0ne-u5er"


def set_by(value: str, body: bytes = b"", **request: str) -> Exchange:
    asked = Request(method="GET", target=request.get("target", "/"))
    answer = Response(status=200, headers=(("set-COOKIE", value),), body=body, body_size=len(body))
    return replace(answered(b""), request=asked, response=answer)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (f"sid={SESSION}; Path=/; Secure", "sid=${cookie_sid}; Path=/; Secure"),
        ("x-y=1", "x-y=${cookie_x_y}"),
        ("gone=; Max-Age=0", "gone=; Max-Age=0"),
        ("no pair at all", "no pair at all"),
        (
            "a=1; Expires=Fri, 21 Oct 2033 07:28:00 GMT, sid=5e551011; Path=/,b=x,y; Secure",
            "a=${cookie_a}; Expires=Fri, 21 Oct 2033 07:28:00 GMT, sid=${cookie_sid}; Path=/,b=${cookie_b}; Secure",
        ),
    ],
)
def test_what_a_cookie_is_set_to_is_a_secret(begun: Begun, said: str, written: str) -> None:
    stream = BytesIO()
    begun(stream).exchange(set_by(said))

    line: dict[str, dict[str, object]] = json.loads(stream.getvalue().splitlines()[-1])
    assert line["response"]["headers"] == [["set-COOKIE", written]]


def test_two_cookies_are_two_headers(begun: Begun) -> None:
    stream = BytesIO()
    exchange = set_by("a=1; Path=/")
    assert exchange.response is not None
    both = replace(exchange.response, headers=(("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/")))
    begun(stream).exchange(replace(exchange, response=both))
    line: dict[str, dict[str, object]] = json.loads(stream.getvalue().splitlines()[-1])
    assert line["response"]["headers"] == [
        ["Set-Cookie", "a=${cookie_a}; Path=/"],
        ["Set-Cookie", "b=${cookie_b}; Path=/"],
    ]


def test_a_session_that_is_said_back_is_no_more_told_than_a_token(begun: Begun) -> None:
    stream = BytesIO()
    writer = begun(stream)
    writer.exchange(set_by(f'sid="{SESSION}"; Path=/', b'{"session": "%s"}' % SESSION.encode()))
    writer.exchange(answered(b"You are " + SESSION.encode()))

    assert SESSION.encode() not in stream.getvalue()
    assert b"You are ${cookie_sid}" in stream.getvalue()


@pytest.mark.parametrize(
    ("value", "target"), [("UnPark", "/"), ("pc_timeout_invalid_", "/"), (SESSION, f"/calls/{SESSION}")]
)
def test_no_cookie_can_garble_what_is_no_secret(begun: Begun, value: str, target: str) -> None:
    """Short ones, words, and what the checker said first stay where they are in the text."""
    stream = BytesIO()
    begun(stream).exchange(set_by(f"last={value}", value.encode(), target=target))

    line = last_line(stream)
    assert json.dumps(line["response"]).count(value) == 1
    assert "${cookie_last}" in json.dumps(line)


def test_of_a_new_cookie_with_every_answer_the_newest_are_known(begun: Begun) -> None:
    stream = BytesIO()
    writer = begun(stream)
    for number in range(150):
        writer.exchange(set_by(f"sid={number:04}{SESSION}"))
    writer.exchange(answered(f"0000{SESSION} 0149{SESSION}".encode()))

    assert last_line(stream)["response"]["body"] == f"0000{SESSION} ${{cookie_sid}}"  # type: ignore[index]


@pytest.mark.parametrize(
    "moment", ["2012-06-27T16:08:55+03:00", "2026-11-30T04:39:11Z", "2026-11-30 04:39:11.25"]
)
def test_a_moment_that_a_cookie_is_set_to_stays_where_a_call_has_it(begun: Begun, moment: str) -> None:
    """A record of which the dates of calls are gone would be judged otherwise than what came."""
    stream = BytesIO()
    begun(stream).exchange(set_by(f"last-visit={moment}", f"answered {moment}".encode()))

    assert last_line(stream)["response"]["body"] == f"answered {moment}"  # type: ignore[index]


def test_a_call_that_a_cookie_was_set_to_before_it_was_known_is_no_secret(begun: Begun) -> None:
    call = "b817d2618fe6f1804333"
    stream = BytesIO()
    writer = begun(stream)
    writer.exchange(set_by(f"last-call={call}"))
    asked = Request(method="GET", target=f"/uapi/phoneCalls/12/0003*210/{call}")
    writer.exchange(replace(answered(call.encode()), request=asked))

    line = last_line(stream)
    assert line["response"]["body"] == call  # type: ignore[index]
    assert line["request"]["target"] == asked.target  # type: ignore[index]
