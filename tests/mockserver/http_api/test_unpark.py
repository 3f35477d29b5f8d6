"""The page's method over HTTP: its own request, its codes, its order of checks."""

import pytest

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"


def test_the_pages_request_is_answered_with_the_call(api):
    response = api.unpark()
    assert response.status_code == 200
    call = response.json()
    assert (call["id"], call["extension"], call["ownerId"]) == (CALL, "0003*210", "3")
    assert call["links"] == {"self": f"http://127.0.0.1:8080{PATH}"}


def test_list_then_shows_what_the_pages_listing_shows(api):
    api.unpark()
    call = api.listed()
    (view,) = call["phoneCallView"]
    assert (call["ownerName"], call["extension"]) == ("Default Organization", "0003*210")
    assert (view["id"], view["extension"], view["status"]) == ("01", "0003*024", 5)
    assert (view["source"], view["destination"]) == (["0003*024"], ["0003*210"])
    assert not {"parked", "parkedPos", "parkedBy"} & view.keys()


def test_before_that_list_shows_where_it_is_parked(api):
    (view,) = api.listed()["phoneCallView"]
    assert (view["id"], view["extension"], view["status"]) == ("01", "0003*210", 5)
    assert (view["parkedPos"], view["parkedBy"]) == (1, "0003*211")
    assert view["parked"].endswith("Z")


def test_the_second_retrieval_is_answered_204_without_a_body(api):
    api.unpark()
    response = api.unpark()
    assert (response.status_code, response.content) == (204, b"")
    assert "content-type" not in response.headers


REFUSED = {
    "pc_timeout_invalid": [
        {"waitForPickup": value}
        for value in (0, -1, "0", "-5", "abc", "20s", [], {}, None, "", True, " 20", 20.5, "20.5", "020", "²")
    ],
    "pc_callerid_invalid": [
        {"callerId": value}
        for value in ("John Doe", "", "<>", "John <abc>", "John <42", "a<1>b", "<1>\n", 5, [], {}, None, True)
    ],
    "pc_phonecallview_invalid": [
        {"phoneCallViewId": value} for value in (..., "1", "99", "02", 1, None, "", [], {}, "01 ")
    ],
    "extension_invalid": [
        {"sendCallTo": value}
        for value in (..., "0003*999", "0003*500", "0003*501", "@self", "", None, 24, [], "0003*024 ")
    ],
}


@pytest.mark.parametrize(
    ("code", "members"), [(code, members) for code, rows in REFUSED.items() for members in rows]
)
def test_one_bad_member_is_refused_with_its_own_code_and_changes_nothing(api, error_of, code, members):
    before = api.control("GET", "state")
    response = api.unpark(**members)
    assert error_of(response) == (400, code)
    assert response.json()["error"]["message"]
    assert api.control("GET", "state") == before
    assert api.unpark().status_code == 200


@pytest.mark.parametrize(
    "members",
    [
        {"waitForPickup": 20},
        {"waitForPickup": 1},
        {"waitForPickup": "3600"},
        {"waitForPickup": 2**63},
        {"waitForPickup": ..., "callerId": ...},
        {"waitForPickup": ...},
        {"callerId": ...},
        {"callerId": "John Doe <+3334444>"},
        {"callerId": "John Doe <0003*001>"},
        {"callerId": "Jürgen 李 <1>"},
        {"callerId": "<1>"},
        {"sendCallTo": "024"},
        {"sendCallTo": "0003*310"},
        {"waitForPickup": ..., "waitForPickUp": "20"},
        {"waitForPickup": "20", "waitForPickUp": "never"},
        {"unknown": {"member": []}},
    ],
)
def test_every_allowed_variation_retrieves(api, members):
    assert api.unpark(**members).status_code == 200


def test_the_alias_is_checked_like_the_name_it_stands_for(api, error_of):
    assert error_of(api.unpark(waitForPickup=..., waitForPickUp=0)) == (400, "pc_timeout_invalid")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"/uapi/phoneCalls/99/0003*210/{CALL}", "user_invalid"),
        (f"/uapi/phoneCalls/13/0003*210/{CALL}", "user_invalid"),
        (f"/uapi/phoneCalls/@you/0003*210/{CALL}", "user_invalid"),
        (f"/uapi/phoneCalls/12/0003*999/{CALL}", "extension_invalid"),
        (f"/uapi/phoneCalls/12/0003*310/{CALL}", "extension_invalid"),
        (f"/uapi/phoneCalls/12/@all/{CALL}", "extension_invalid"),
        (f"/uapi/phoneCalls/12/0003*211/{CALL}", "pc_phonecall_invalid"),
        ("/uapi/phoneCalls/12/0003*210/ffffffffffffffffffff", "pc_phonecall_invalid"),
        ("/uapi/phoneCalls/12/0003*210/b817-d261", "pc_phonecall_invalid"),
        ("/uapi/phoneCalls/12/0003*210/b817%20d261", "pc_phonecall_invalid"),
        ("/uapi/phoneCalls/12/0003*210", "pc_phonecall_invalid"),
        ("/uapi/phoneCalls/12/0003*210/", "pc_phonecall_invalid"),
    ],
)
def test_a_bad_path_is_refused_with_the_code_of_its_segment(api, error_of, path, code):
    assert error_of(api.unpark(path)) == (400, code)
    assert api.unpark().status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"/uapi/phoneCalls/@me/0003*210/{CALL}",
        f"/uapi/phoneCalls/@viewer/@self/{CALL}",
        f"/uapi/phoneCalls/@owner/0003*210/{CALL}",
        f"/uapi/phoneCalls/%40me/%40self/{CALL}",
        f"/uapi/phoneCalls/12/0003%2A210/{CALL}",
        f"/uapi/phoneCalls/12/210/{CALL}",
        f"/uapi/phoneCalls/12/0003*210/{CALL}/",
        f"/uapi/phoneCalls/12/0003*210/{CALL}?",
        f"/uapi/phoneCalls/12/0003*210/{CALL}/?count=20&startIndex=0",
        f"/unifiedapi/phoneCalls/12/0003*210/{CALL}",
    ],
)
def test_every_way_to_write_the_path_reaches_the_call(api, path):
    assert api.unpark(path).status_code == 200


def test_another_users_token_does_not_reach_the_call(api, error_of):
    for user in ("@me", "@owner", "13"):
        path = f"/uapi/phoneCalls/{user}/0003*210/{CALL}"
        assert error_of(api("PUT", path, {}, token="mock.default.13"))[0] == 400
    path = f"/uapi/phoneCalls/@me/@self/{CALL}"
    assert api("GET", path, token="mock.default.13").json()["totalResults"] == 0
    assert api.unpark().status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "request_invalid")),
        ({"action": None}, (400, "request_invalid")),
        ({"action": 5}, (400, "request_invalid")),
        ({"action": "unpark"}, (501, "request_not_implemented")),
        ({"action": "OnHold"}, (501, "request_not_implemented")),
        ({"action": "Transfer"}, (501, "request_not_implemented")),
        ([], (400, "request_invalid")),
        ("UnPark", (400, "request_invalid")),
        (None, (400, "request_invalid")),
    ],
)
def test_a_payload_that_names_no_offered_action_is_refused(api, error_of, body, expected):
    assert error_of(api("PUT", PATH, body)) == expected


@pytest.mark.parametrize(
    ("path", "members", "token", "code"),
    [
        ("/uapi/phoneCalls/@you/@all/-", {"action": 1}, None, "access_denied"),
        ("/uapi/phoneCalls/@you/@all/-", {"action": 1}, "mock.default.12", "user_invalid"),
        ("/uapi/phoneCalls/99/@all/-", {"action": 1}, "mock.default.12", "extension_invalid"),
        ("/uapi/phoneCalls/99/999/-", {"action": 1}, "mock.default.12", "pc_phonecall_invalid"),
        ("/uapi/phoneCalls/99/999/ff", {"action": 1}, "mock.default.12", "request_invalid"),
        (
            "/uapi/phoneCalls/99/999/ff",
            {"callerId": 1, "sendCallTo": 1},
            "mock.default.12",
            "extension_invalid",
        ),
        (
            "/uapi/phoneCalls/99/999/ff",
            {"callerId": 1, "waitForPickup": 0},
            "mock.default.12",
            "pc_callerid_invalid",
        ),
        ("/uapi/phoneCalls/99/999/ff", {}, "mock.default.12", "user_invalid"),
        ("/uapi/phoneCalls/12/999/ff", {}, "mock.default.12", "extension_invalid"),
        ("/uapi/phoneCalls/12/210/ff", {"phoneCallViewId": "9"}, "mock.default.12", "pc_phonecall_invalid"),
        (PATH, {"phoneCallViewId": "9", "sendCallTo": "9"}, "mock.default.12", "pc_phonecallview_invalid"),
    ],
)
def test_of_several_faults_the_document_speaks_first_and_the_world_after_it(
    api, error_of, path, members, token, code
):
    body = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01", **members}
    assert error_of(api("PUT", path, body, token=token))[1] == code


def test_a_message_says_what_was_wrong_and_what_is_allowed(api):
    message = api.unpark(waitForPickup="soon").json()["error"]["message"]
    assert 'waitForPickup is "soon"' in message
    assert "Allowed: Seconds to wait" in message
