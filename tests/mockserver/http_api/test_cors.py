"""Web pages on this machine may use the vendor's paths, and no others; none may use /_mock."""

import pytest

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
PREFLIGHT = {
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "authorization,content-type",
}
ORIGIN = "access-control-allow-origin"


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1:3000", "https://[::1]:8443"])
def test_a_loopback_page_is_answered_with_credentials_also_when_refused(api, origin):
    for response in (
        api("GET", PATH, headers={"Origin": origin}),
        api("GET", PATH, headers={"Origin": origin}, token=None),
        api("GET", "/nope", headers={"Origin": origin}),
    ):
        assert response.headers[ORIGIN] == origin
        assert response.headers["access-control-allow-credentials"] == "true"


def test_a_preflight_needs_no_token(make_api):
    api = make_api()
    headers = {"Origin": "http://localhost:5173", **PREFLIGHT}
    response = api("OPTIONS", PATH, token=None, headers=headers, conforming=False)
    assert response.status_code == 200
    assert "PUT" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-allow-headers"] == "authorization,content-type"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost.evil.example", "null", "http://localhost:1x"]
)
def test_any_other_page_gets_no_cors_headers(api, origin):
    assert ORIGIN not in api("GET", PATH, headers={"Origin": origin}).headers
    assert api("OPTIONS", PATH, headers={"Origin": origin, **PREFLIGHT}).status_code == 405


def test_origins_can_be_added_and_cors_be_switched_off(make_api):
    origin = {"Origin": "https://app.example"}
    assert make_api(cors_origins=("https://app.example",))("GET", PATH, headers=origin).headers[ORIGIN]
    assert ORIGIN not in make_api(cors=False)("GET", PATH, headers={"Origin": "http://localhost"}).headers


def test_the_control_plane_has_no_cors(api):
    response = api("GET", "/_mock/health", headers={"Origin": "http://127.0.0.1:8080"})
    assert (response.status_code, ORIGIN in response.headers) == (200, False)
    response = api("OPTIONS", "/_mock/states", headers={"Origin": "http://localhost:5173", **PREFLIGHT})
    assert (response.status_code, ORIGIN in response.headers) == (403, False)
