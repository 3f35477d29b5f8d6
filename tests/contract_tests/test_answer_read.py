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
        (b"", {"Content-Encoding": "gzip"}, "there is no body"),
        (b"{", {}, "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_why_a_body_is_no_json(body, headers, problem):
    answer = read_answer(Response(status=200, headers=tuple(headers.items()), body=body, body_size=len(body)))
    assert answer.problem == problem
    assert (answer.value is None) is bool(problem)
