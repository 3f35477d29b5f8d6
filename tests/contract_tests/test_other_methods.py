"""How a method is refused that the page does not speak of is nobody's fault."""

import pytest

from contract_tests.cases import all_cases
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange, Request, Response
from contract_tests.judge.opinion import opinion
from contract_tests.judge.sweeps import sweep_refusals
from contract_tests.verdict import Verdict

(GREY,) = [case for case in all_cases() if case.id == "payload/grey-values/callerId-null"]


@pytest.mark.parametrize(
    ("clause", "body"),
    [("body/error-response", b""), ("body/error-envelope", b"<html>Unsupported method</html>")],
)
@pytest.mark.parametrize(("method", "verdict"), [("OPTIONS", Verdict.NOT_APPLICABLE), ("PUT", Verdict.FAIL)])
def test_only_answers_to_put_owe_the_error_body_of_the_page(world, clause, body, method, verdict):
    exchange = Exchange(
        number=1,
        case=GREY.id,
        role="request",
        request=Request(method=method, target="/uapi/phoneCalls/12/0003*210/b8", body=b"{}"),
        response=Response(status=501, body=body, body_size=len(body)),
    )
    refused = opinion(Evidence(case=GREY, exchange=exchange), world, "document")

    assert {row.clause: row.verdict for row in sweep_refusals([refused], any_worked=True)}[clause] == verdict
