"""Who asks."""

import pytest

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/@me/@self/{CALL}"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic bW9jaw==", "mock.default.12", "Bearer x", "Bearer mock.default.99",
     "Bearer mock.expired.12", "Bearer mock.ab.12", "Bearer mock.default.12 x", "Bearer mock.a b.12"],
)  # fmt: skip
def test_without_a_valid_token_nothing_is_reached(api, error_of, header):
    before = api.control("GET", "state")
    for method in ("GET", "PUT", "DELETE"):
        response = api(method, PATH, b"nonsense", headers={"Authorization": header})
        assert error_of(response) == (401, "access_denied")
        assert response.headers["www-authenticate"] == "Bearer"
    assert api.control("GET", "state") == before


def test_no_header_at_all_is_no_token(api, error_of):
    response = api("GET", PATH, token=None)
    assert error_of(response) == (401, "access_denied")
    assert "Allowed: Authorization: Bearer" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "header", ["Bearer mock.default.12", "bearer mock.default.12", "BEARER  mock.default.12"]
)
def test_the_scheme_is_not_case_sensitive(api, header):
    assert api("GET", PATH, headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize("value", ["Bearer%20mock.default.12", "Bearer+mock.default.12"])
def test_the_token_may_stand_in_the_query(api, value):
    assert api("GET", f"{PATH}?accessRequestToken={value}", token=None).status_code == 200


@pytest.mark.parametrize(
    "value", ["", "mock.default.12", "Bearer", "Bearer%20mock.expired.12", "%FF", "Bearer%20%FF"]
)
def test_a_bad_token_in_the_query_is_refused(api, error_of, value):
    assert error_of(api("GET", f"{PATH}?accessRequestToken={value}", token=None)) == (401, "access_denied")


def test_the_token_names_the_session(api):
    api.unpark(PATH)
    assert api.listed()["phoneCallView"][0]["extension"] == "0003*024"
    other = api("GET", PATH, token="mock.another.12").json()["entry"][0]
    assert other["phoneCallView"][0]["extension"] == "0003*210"


def test_the_session_header_overrides_the_token(api):
    response = api("DELETE", PATH, token="mock.another.12", headers={"X-Callpark-Session": "third"})
    assert response.status_code == 200
    for session, left in (("another", 1), ("third", 0), ("default", 1)):
        assert api("GET", PATH, token=f"mock.{session}.12").json()["totalResults"] == left


@pytest.mark.parametrize("name", ["ab", "a.b", "x" * 65, "a b"])
def test_a_session_header_that_is_no_name_is_refused(api, error_of, name):
    response = api("GET", PATH, headers={"X-Callpark-Session": name})
    assert error_of(response) == (400, "request_invalid")


def test_an_expired_token_stays_expired_in_any_session(api, error_of):
    response = api("GET", PATH, token="mock.expired.12", headers={"X-Callpark-Session": "default"})
    assert error_of(response) == (401, "access_denied")
