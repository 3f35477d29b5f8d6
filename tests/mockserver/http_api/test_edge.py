"""The traps of connexion and its router: whatever comes in, the vendor's envelope goes out."""

import pytest

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
UNPARK = b'{"action":"UnPark","sendCallTo":"0003*024","phoneCallViewId":"01"'


@pytest.mark.parametrize(
    "body",
    [
        b"", b"   ", b"{", b"{'a':1}", b"\xff\xfe", b'{"action":"\xff"}', b'"\\ud800"', b"[" * 100_000,
        b'{"a":' * 5_000, UNPARK + b',"waitForPickup":' + b"9" * 5_000 + b"}", UNPARK + b',"waitForPickup":NaN}',
        UNPARK + b',"waitForPickup":1e309}', UNPARK + b',"waitForPickup":Infinity}', b"\xef\xbb\xbf{}", b"\x00",
        b'--x\r\nContent-Disposition: form-data; name="action"\r\n\r\nUnPark\r\n--x--',
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_in_the_envelope(api, error_of, body):
    assert error_of(api("PUT", PATH, body)) == (400, "request_invalid")


def test_a_huge_numeric_string_is_a_bad_timeout(api, error_of):
    assert error_of(api.unpark(waitForPickup="9" * 5_000)) == (400, "pc_timeout_invalid")


def test_a_payload_over_a_mebibyte_is_refused(api, error_of):
    assert error_of(api("PUT", PATH, b" " * 1_048_577)) == (413, "payload_too_large")


def test_a_body_without_a_length_is_read(api):
    async def chunks():
        yield UNPARK
        yield b"}"

    response = api("PUT", PATH, content=chunks(), headers={"Transfer-Encoding": "chunked"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=nope",
     "application/xml", "image/png", "junk"],
)  # fmt: skip
def test_a_body_that_is_json_is_read_whatever_it_is_announced_as(api, content_type):
    headers = {"Content-Type": content_type}
    assert api("GET", PATH, headers=headers).status_code == 200
    assert api("PUT", PATH, UNPARK + b"}", headers=headers).status_code == 200


@pytest.mark.parametrize("segment", ["a%0Ab", "a%2Fb", "a%00b", "%C3%A9", "%FF", "..", "%2E%2E", "%20"])
def test_an_odd_last_segment_is_a_bad_call_id(api, error_of, segment):
    assert error_of(api.unpark(f"/uapi/phoneCalls/12/0003*210/x{segment}x")) == (400, "pc_phonecall_invalid")


@pytest.mark.parametrize("segment", ["x%0Ax", "x%2Fx", "%00"])
def test_an_odd_segment_elsewhere_is_its_own_fault(api, error_of, segment):
    assert error_of(api("GET", f"/uapi/phoneCalls/{segment}/@self")) == (400, "user_invalid")
    assert error_of(api("GET", f"/uapi/phoneCalls/12/{segment}")) == (400, "extension_invalid")


@pytest.mark.parametrize(
    "path", ["/", "/uapi", "/uapi/", "/uapi/phoneCalls", "/uapi/phoneCalls/12", "/uapi/x/12/@self", "/nope",
             "/uapi/phoneCalls//@self", "/uapi/phoneCalls/12/@self/a/b", "/uapi/openapi.json", "/_mockery"],
)  # fmt: skip
def test_an_unknown_path_is_404_in_the_envelope(api, error_of, path):
    assert error_of(api("GET", path)) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        (PATH, "DELETE, GET, HEAD, PUT"),
        (f"{PATH}/", "DELETE, GET, HEAD, PUT"),
        ("/uapi/phoneCalls/12/0003*210", "DELETE, GET, HEAD, PUT"),
        ("/uapi/phoneCalls/12/simple", "POST"),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE", "PURGE"])
def test_405_says_in_allow_what_the_document_offers(api, error_of, method, path, allow):
    response = api(method, path)
    assert error_of(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == allow


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_simple_is_no_extension(api, error_of, method):
    response = api(method, "/uapi/phoneCalls/12/simple", {})
    assert error_of(response) == (405, "method_not_allowed")


def test_head_is_get_without_a_body(api):
    head, get = api("HEAD", PATH), api("GET", PATH)
    assert (head.status_code, head.headers["content-type"]) == (200, "application/json")
    assert get.status_code == 200


def test_a_doubled_leading_slash_as_in_the_pages_link_leads_to_the_api(api):
    assert api("GET", f"http://127.0.0.1:8080//uapi/phoneCalls/12/@self/{CALL}").json()["totalResults"] == 1


def test_nothing_is_redirected(api):
    for path in (PATH, f"{PATH}/", f"{PATH}//", f"{PATH}/?"):
        assert api("GET", path).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:99", "[::1]:80"])
def test_links_lead_back_the_way_the_request_came(api, host):
    call = api("GET", PATH, headers={"Host": host}).json()["entry"][0]
    assert call["links"]["self"] == f"http://{host}{PATH}"


@pytest.mark.parametrize("host", ["<script>", "a b", "a/b?c"])
def test_a_host_that_is_none_is_not_echoed(api, host):
    call = api("GET", PATH, headers={"Host": host}).json()["entry"][0]
    assert call["links"]["self"] == f"http://127.0.0.1:8080{PATH}"


def test_a_fault_of_the_mock_itself_is_told_in_the_envelope(api, error_of, caplog):
    api.mock.sessions.open("default").execute = None
    assert error_of(api.unpark()) == (500, "internal_server_error")
    assert "the mock failed on its own" in caplog.text
