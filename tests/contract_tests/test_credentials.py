"""Headers that go along keep their secrets apart; an answer of the token endpoint gives up every token in it."""

import json

import pytest

from contract_tests.credentials import Client, Credentials, NoTokenIssued, header_secrets
from contract_tests.exchange import Response
from contract_tests.state.hook import hook_secrets


@pytest.mark.parametrize("said", ["cl1ent/s3cret", "cl1ent%2Fs3cret", "CL1ENT/S3CRET"])
@pytest.mark.parametrize("offset", range(100, 122))
def test_of_what_the_token_endpoint_says_no_beginning_of_a_secret_is_told(said, offset):
    credentials = Credentials({}, client=Client(id="app", secret="cl1ent/s3cret"))
    body = json.dumps({"error": "x" * offset + said}).encode()
    for answer, trouble in ((Response(status=400, body=body), ""), (None, "x" * offset + said)):
        with pytest.raises(NoTokenIssued) as refused:
            credentials.accept(answer, trouble)
        assert "x" * 100 in str(refused.value)
        assert "cl1" not in str(refused.value).lower()


@pytest.mark.parametrize(
    ("header", "named", "secrets"),
    [
        (("X-Api-Key", "k3y-1"), "${header_x_api_key}", {"header_x_api_key": "k3y-1"}),
        (
            ("Proxy-Authorization", "Basic dXNlcjpw"),
            "Basic ${header_proxy_authorization}",
            {"header_proxy_authorization": "dXNlcjpw"},
        ),
        (
            ("Cookie", "a=first1; b=second; c=1"),
            "a=${header_cookie}; b=${header_cookie_1}; c=1",
            {"header_cookie": "first1", "header_cookie_1": "second"},
        ),
        (("X-Token", "${PBX_KEY}"), "${PBX_KEY}", {}),
        (("X-Token", "abc"), "abc", {}),
        (("X-Tenant", "staging"), "staging", {}),
    ],
)
def test_what_is_secret_in_a_header_has_a_name(header, named, secrets):
    found, values = header_secrets((header,))
    assert found == ((header[0], named),)
    assert values == secrets


def test_the_name_of_one_secret_may_hold_another():
    found, values = header_secrets((("Cookie", "a=authorization; b=head"),))
    assert found == (("Cookie", "a=${header_cookie}; b=${header_cookie_1}"),)
    assert values == {"header_cookie": "authorization", "header_cookie_1": "head"}


def test_two_headers_of_one_name_have_two_secrets():
    found, values = header_secrets((("X-Key", "first"), ("X-Key", "second")))
    assert [value for _, value in found] == ["${header_x_key}", "${header_x_key_1}"]
    assert set(values.values()) == {"first", "second"}


@pytest.mark.parametrize(
    ("hook", "secrets"),
    [
        ("https://ci:p%40ssword@pbx.example.com/park", {"hook_password": "p@ssword"}),
        ("https://pbx.example.com/park", {}),
        (
            "https://ci:first-one@pbx.example.com/park?password=second&key=third&KEY=fourth&n=fifth",
            {
                "hook_password": "first-one",
                "hook_password_1": "second",
                "hook_key": "third",
                "hook_KEY": "fourth",
            },
        ),
        (
            "https://pbx.example.com/park?api-key=first&api_key=second&api_key=first",
            {"hook_api_key": "first", "hook_api_key_2": "second"},
        ),
        ("./park --password=abcdef", {}),
        (None, {}),
    ],
)
def test_what_lets_in_at_a_hook_is_secret(hook, secrets):
    assert hook_secrets(hook) == secrets


@pytest.mark.parametrize(("status", "refused"), [(200, False), (403, True)])
def test_every_token_of_an_answer_is_told_of(status, refused):
    credentials = Credentials({}, client=Client(id="app", secret="s3cret"))
    told = []
    credentials.tell(lambda name, value: told.append((name, value)))
    answer = {
        "access_token": "t0ken",
        "refresh_token": "r3fresh",
        "data": [{"idToken": "1dentity"}],
        "expires_in": 1,
    }
    response = Response(status=status, body=json.dumps(answer).encode())
    if refused:
        with pytest.raises(NoTokenIssued):
            credentials.accept(response, "")
    else:
        credentials.accept(response, "")
    assert sorted(told) == [
        ("issued_idtoken", "1dentity"),
        ("issued_refresh_token", "r3fresh"),
        ("token", "t0ken"),
    ]
    late = []
    credentials.tell(lambda name, value: late.append((name, value)))
    assert late == told
