"""A broken set-up is one line before the run."""

import pytest

from contract_tests.preflight import NotReady, preflight
from contract_tests.profile import Profile


@pytest.fixture
def flown(raw_server, target_at):
    def fly(answer):
        server = raw_server(answer)
        preflight(target_at(server.url), Profile(secrets={"token": "s3cret"}))
        return server

    return fly


@pytest.mark.parametrize("status", [200, 204, 404, 400, 405, 500])
def test_a_target_that_answers_can_be_judged(flown, answered, status):
    assert flown(answered(status, b"" if status == 204 else b"{}")).requests


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_accepted_is_named_with_the_code(flown, answered, status):
    with pytest.raises(NotReady, match=f"does not accept the token .*{status} 'access_denied'"):
        flown(answered(status, b'{"error": {"code": "access_denied", "message": "?"}}'))


def test_a_redirect_says_where_to(flown, answered):
    with pytest.raises(NotReady, match="redirects to 'https://elsewhere/'"):
        flown(answered(301, b"", Location="https://elsewhere/"))


def test_no_answer_says_why(flown):
    with pytest.raises(NotReady, match="does not answer List PhoneCalls"):
        flown(lambda request: None)


def test_a_preflight_changes_nothing_and_is_short(flown, answered):
    requests = flown(answered(200, b"[]")).requests

    assert {head.split(b" ")[0] for head, _ in requests} <= {b"GET", b"PUT"}
    assert 1 <= len(requests) <= 6
