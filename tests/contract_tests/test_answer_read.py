"""Why a body is no JSON, in words that tell who wrote the server where to look."""

import gzip

import pytest

from contract_tests.exchange import Response
from contract_tests.judge.answer import read_answer

TEXT = '{"id": "é"}'


@pytest.mark.parametrize(
    ("body", "headers", "problem"),
    [
        (TEXT.encode(), {}, ""),
        (TEXT.encode(), {"content-encoding": "identity"}, ""),
        (
            gzip.compress(TEXT.encode()),
            {"Content-Encoding": "GZIP"},
            "it is packed (gzip), which Accept-Encoding does not allow",
        ),
        (TEXT.encode("utf-16"), {"Content-Type": "application/json; charset=utf-16"}, "it is not in UTF-8"),
        (TEXT.encode("latin-1"), {}, "it is not in UTF-8"),
        (TEXT.encode("utf-8-sig"), {}, "it begins with a byte order mark"),
        (b" <!DOCTYPE html>", {}, "it begins as HTML or XML does"),
        (b"", {"Content-Encoding": "gzip"}, "there is no body"),
        (b"{", {}, "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_why_a_body_is_no_json(body, headers, problem):
    answer = read_answer(Response(status=200, headers=tuple(headers.items()), body=body, body_size=len(body)))
    assert answer.problem == problem
    assert (answer.value is None) is bool(problem)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b'{"error": {"code": "pc_timeout_invalid"}}', "200 with an error response: pc_timeout_invalid"),
        (200, b'{"error": {}}', "200 with an error response: no readable code"),
        (400, b'{"error": {"code": "pc_timeout_invalid"}}', "400 pc_timeout_invalid"),
        (200, b'{"id": "1", "error": {}}', "200 with a phone call"),
        (200, b'{"error": "none"}', "200 with a JSON body"),
    ],
)
def test_an_error_response_is_told_whatever_its_status(status, body, said):
    assert str(read_answer(Response(status=status, body=body, body_size=len(body)))) == said
