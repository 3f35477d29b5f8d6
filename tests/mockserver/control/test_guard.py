"""Who reaches /_mock."""

import pytest

from mockserver.settings import Settings, UnsafeSettingsError


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:80"])
def test_this_machine_is_let_in(api, host):
    assert api("GET", "/_mock/health", headers={"Host": host}, token=None).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost:80@evil",
        "192.168.0.1",
    ],
)
def test_a_rebinding_host_is_kept_out(api, error_of, host):
    assert error_of(api("GET", "/_mock/state", headers={"Host": host})) == (403, "host_refused")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:5173"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_from_elsewhere_is_kept_out(api, error_of, headers):
    before = api.control("GET", "state")
    assert error_of(api("POST", "/_mock/reset", headers=headers)) == (403, "origin_refused")
    assert api.control("GET", "state") == before


def test_the_mocks_own_page_is_let_in(api):
    headers = {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}
    assert api("POST", "/_mock/reset", headers=headers).status_code == 200


def test_with_a_control_token_any_host_is_let_in_and_nobody_without_it(make_api, error_of):
    api = make_api(host="0.0.0.0", control_token="secret")
    for headers in ({}, {"X-Callpark-Control-Token": "wrong"}):
        assert error_of(api("GET", "/_mock/health", headers=headers)) == (401, "control_token_required")
    headers = {"X-Callpark-Control-Token": "secret", "Host": "mock.internal:80"}
    assert api("GET", "/_mock/health", headers=headers).status_code == 200


def test_a_mock_open_to_the_network_without_a_control_token_is_not_built():
    with pytest.raises(UnsafeSettingsError, match="needs a control token"):
        Settings(host="0.0.0.0")


def test_a_vendor_token_opens_nothing_here(make_api, error_of):
    api = make_api(control_token="secret")
    assert error_of(api("GET", "/_mock/state", token="mock.default.12"))[0] == 401


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/"), ("GET", "/nope"), ("DELETE", "/state/x")]
)
def test_an_unknown_path_is_404_and_says_what_there_is(api, error_of, method, path):
    response = api(method, f"/_mock{path}")
    assert error_of(response) == (404, "not_found")
    assert "GET /_mock/health" in response.json()["error"]["message"]


def test_a_wrong_method_is_refused_in_json(api, error_of):
    response = api("DELETE", "/_mock/health")
    assert error_of(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == "GET"


def test_too_large_a_payload_is_refused(api, error_of):
    assert error_of(api("POST", "/_mock/states", b" " * 1_048_577)) == (413, "payload_too_large")


@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json"],
)
def test_what_a_form_can_send_is_refused(api, error_of, media_type):
    """A form is the one thing that another site's page can post without asking first."""
    before = api.control("GET", "state")
    response = api("POST", "/_mock/states", b'{"action": "setup"}', headers={"Content-Type": media_type})
    assert error_of(response) == (415, "media_type_refused")
    assert error_of(api("POST", "/_mock/reset", headers={"Content-Type": media_type}))[0] == 415
    assert api.control("GET", "state") == before


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
)
def test_json_is_taken_however_it_is_written(api, media_type):
    body = b'{"action": "setup", "state": "parked"}'
    assert api("POST", "/_mock/states", body, headers={"Content-Type": media_type}).status_code == 200


def test_no_answer_tells_another_origin_that_it_may_read_it(api):
    for headers in ({}, {"Origin": "http://localhost:5173"}, {"Origin": "http://127.0.0.1:8080"}):
        response = api("GET", "/_mock/state", headers=headers)
        assert not [name for name in response.headers if name.startswith("access-control")]
    preflight = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    response = api("OPTIONS", "/_mock/reset", headers=preflight)
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith("access-control")]
