"""The token endpoint: every encoding of published clients, tokens that end, refusals in the words of RFC 6749."""

import base64
import re

import pytest

from mockserver.tokens import Token, read_token
from mockserver.variants import policy_with

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/@me/@self/{CALL}"
FORM = {"grant_type": "client_credentials", "client_id": "12", "client_secret": "s3cret"}
URL_ENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


def encoded(**fields):
    """A form, its values as they are."""
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode()


@pytest.fixture
def token(api):
    def ask(content=None, *, headers=None, **kw):
        if content is None and not {"files", "json", "data"} & kw.keys():
            content = encoded(**FORM)
        return api(
            "POST",
            "/oauth/token.php",
            token=None,
            headers={**(URL_ENCODED if content is not None else {}), **(headers or {})},
            **({"content": content} if content is not None else {}),
            **kw,
        )

    return ask


def basic(text):
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    "asked",
    [
        {"content": encoded(**FORM)},
        {"content": b"&" + encoded(**FORM)},
        {"content": encoded(**FORM), "headers": {"Content-Type": "text/plain"}},
        {"content": encoded(**FORM), "headers": {"Content-Type": ""}},
        {"content": encoded(**{**FORM, "client_secret": "a%252Bb%252F"})},
        {"content": encoded(**FORM, type="unifiedapi", redirect_uri="https%3A//host/ouath/token.php")},
        {"content": encoded(**FORM, state="0", redirect_uri="")},
        {"files": {name: (None, value) for name, value in FORM.items()}},
        {"json": FORM},
        {"json": {**FORM, "type": "unifiedapi"}, "headers": {"Authorization": "Bearer mock.default.12"}},
        {"content": b"grant_type=client_credentials", "headers": basic("12:s3cret")},
    ],
)  # fmt: skip
def test_every_encoding_gets_a_token_that_is_accepted(api, token, asked):
    answer = token(**asked)
    assert answer.status_code == 200, answer.text
    given = answer.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    assert type(given["expires_in"]) is int
    assert re.fullmatch(r"[A-Za-z0-9_.-]{10,}", given["access_token"])
    assert answer.headers["cache-control"] == "no-store"
    assert api("GET", PATH, token=given["access_token"]).json()["totalResults"] == 1
    query = f"{PATH}?accessRequestToken=Bearer%20{given['access_token']}"
    assert api("GET", query, token=None).status_code == 200


def test_a_token_ends_on_the_clock_of_its_session(api, token, error_of):
    given = token().json()["access_token"]
    api.control("POST", "clock/advance", {"seconds": 3599})
    assert api("GET", PATH, token=given).status_code == 200
    api.control("POST", "clock/advance", {"seconds": 5000}, **{"X-Callpark-Session": "other"})
    assert api("GET", PATH, token=given).status_code == 200
    api.control("POST", "clock/advance", {"seconds": 2})
    assert error_of(api("GET", PATH, token=given)) == (401, "access_denied")
    renewed = token().json()["access_token"]
    assert renewed != given
    assert api("GET", PATH, token=renewed).status_code == 200


def test_the_lifetime_is_a_setting(make_api, error_of):
    api = make_api(token_lifetime=30)
    given = api("POST", "/oauth/token.php", token=None, json=FORM).json()
    assert given["expires_in"] == 30
    api.control("POST", "clock/advance", {"seconds": 31})
    assert error_of(api("GET", PATH, token=given["access_token"])) == (401, "access_denied")


def test_the_client_id_names_session_and_user(api, token):
    given = token(encoded(**{**FORM, "client_id": "lobby.13"})).json()["access_token"]
    assert read_token(given).session == "lobby"
    assert read_token(given).user == "13"
    overridden = token(headers={"X-Callpark-Session": "third"}).json()["access_token"]
    assert read_token(overridden).session == "third"


@pytest.mark.parametrize(
    ("asked", "status", "error"),
    [
        ({"content": b""}, 400, "invalid_request"),
        ({"content": b"client_id=12&client_secret=x"}, 400, "invalid_request"),
        ({"content": encoded(**FORM) + b"&client_id=13"}, 400, "invalid_request"),
        ({"content": b"\xff=\xff"}, 400, "invalid_request"),
        ({"content": b"&".join(b"f%d=1" % n for n in range(60))}, 400, "invalid_request"),
        ({"content": b"{"}, 400, "invalid_request"),
        ({"content": b"[]"}, 400, "invalid_request"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "invalid_request"),
        (
            {"content": b"--x\r\nx", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            400,
            "invalid_request",
        ),
        ({"files": {"client_id": ("a.txt", b"12")}}, 400, "invalid_request"),
        ({"json": {**FORM, "client_id": {"a": 1}}}, 400, "invalid_request"),
        ({"content": encoded(**FORM), "headers": basic("12:x")}, 400, "invalid_request"),
        ({"content": encoded(**FORM), "headers": {"X-Callpark-Session": "a b"}}, 400, "invalid_request"),
        ({"json": {**FORM, "grant_type": "password"}}, 400, "unsupported_grant_type"),
        ({"json": {**FORM, "grant_type": "authorization_code"}}, 400, "unsupported_grant_type"),
        ({"json": {"grant_type": "client_credentials"}}, 401, "invalid_client"),
        ({"json": {**FORM, "client_id": "99"}}, 401, "invalid_client"),
        ({"json": {**FORM, "client_id": "a b"}}, 401, "invalid_client"),
        ({"json": {**FORM, "client_secret": "wrong"}}, 401, "invalid_client"),
        ({"json": {**FORM, "client_secret": ""}}, 401, "invalid_client"),
        ({"content": b"grant_type=client_credentials", "headers": basic("12:wrong")}, 401, "invalid_client"),
        (
            {"content": b"grant_type=client_credentials", "headers": {"Authorization": "Basic ?"}},
            401,
            "invalid_client",
        ),
    ],
)  # fmt: skip
def test_a_refusal_is_in_the_words_of_rfc_6749(token, asked, status, error):
    answer = token(**asked)
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.json()["error_description"]
    assert ("www-authenticate" in answer.headers) == (status == 401 and "headers" in asked)


def test_a_session_that_strictness_forbids_is_no_client(make_api):
    api = make_api(strict_sessions=True)
    for client_id, status in (("lobby.12", 401), ("12", 200)):
        answer = api("POST", "/oauth/token.php", token=None, json={**FORM, "client_id": client_id})
        assert answer.status_code == status
    assert answer.json()["token_type"] == "Bearer"


def test_another_method_is_told_which(api):
    answer = api("GET", "/oauth/token.php", token=None)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["error"] == "invalid_request"


def test_a_form_over_a_mebibyte_is_refused(token):
    answer = token(b"a=" + b"x" * 1_048_577)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


def test_below_the_api_there_is_no_token_endpoint(api, error_of):
    answer = api("POST", "/uapi/oauth/token.php", json=FORM, conforming=False)
    assert error_of(answer) == (404, "not_found")
    assert "The token endpoint is /oauth/token.php" in answer.json()["error"]["message"]


def test_a_strict_media_type_is_for_the_api_alone(make_api):
    api = make_api(policy=policy_with(("strict-media-type",)))
    answer = api("POST", "/oauth/token.php", token=None, content=encoded(**FORM), headers=URL_ENCODED)
    assert answer.status_code == 200


@pytest.mark.parametrize("session", ["default", "a-b_c", "123", "x" * 64])
@pytest.mark.parametrize("until", [None, 0, 1795488488])
def test_a_token_reads_back_as_it_was_written(session, until):
    token = Token(session=session, user="12", until=until)
    assert read_token(str(token)) == token


@pytest.mark.parametrize(
    "text", ["mock.default.1.2.12", "mock.default..12", "mock.default.-1.12", "mock.default.1e9.12"]
)
def test_what_is_no_token_is_none(text):
    assert read_token(text) is None


def test_a_lasting_token_is_never_short():
    token = Token.lasting("default", "12", now=10.4, seconds=5)
    assert not token.is_over(15.4)
    assert token.is_over(16.0)
