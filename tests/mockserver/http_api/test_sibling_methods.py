"""Park, List, Create and Delete, as far as parked calls need them."""

import pytest

CALL = "b817d2618fe6f1804333"
SIMPLE = {"extension": "0003*210", "phoneCallView": [{"source": ["0003*210"], "destination": ["0003*211"]}]}


def test_a_call_made_and_parked_with_the_vendors_methods_can_be_retrieved(api):
    (made,) = api("POST", "/uapi/phoneCalls/@me/simple", SIMPLE).json()
    path = f"/uapi/phoneCalls/@me/0003*210/{made['id']}"
    (parked,) = api("PUT", path, {"action": "Park", "maxInParking": "30", "phoneCallViewId": "01"}).json()
    (view,) = parked["phoneCallView"]
    assert (parked["id"], view["parkedPos"], view["parkedBy"]) == (made["id"], 2, "0003*211")
    assert api.unpark(path).json()["phoneCallView"][0]["extension"] == "0003*024"


def test_the_links_of_a_made_call_lead_to_it(api):
    (made,) = api("POST", "/uapi/phoneCalls/@me/simple", SIMPLE).json()
    assert api("GET", made["links"]["self"]).json()["entry"] == [made]


@pytest.mark.parametrize("source", ["0003*210", ["0003*210"], "210"])
def test_parties_come_as_an_array_or_as_a_string(api, source):
    view = {"source": source, "destination": "0003*024", "callerId": "Ann <5>"}
    (call,) = api(
        "POST", "/uapi/phoneCalls/12/simple?waitForPickup=20", {**SIMPLE, "phoneCallView": [view]}
    ).json()
    assert call["phoneCallView"][0]["source"] == ["0003*210"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"extension": ...}, "extension_invalid"),
        ({"extension": "0003*500"}, "extension_invalid"),
        ({"extension": "0003*310"}, "extension_invalid"),
        ({"phoneCallView": []}, "pc_phonecallview_invalid"),
        ({"phoneCallView": {}}, "pc_phonecallview_invalid"),
        ({"phoneCallView": [5]}, "request_invalid"),
        ({"phoneCallView": [{"source": "210"}]}, "extension_invalid"),
        ({"phoneCallView": [{"source": "210", "destination": "9999*1"}]}, "extension_invalid"),
        (
            {"phoneCallView": [{"source": "210", "destination": "211", "callerId": "x"}]},
            "pc_callerid_invalid",
        ),
        ({"nonce": 5}, "request_invalid"),
    ],
)
def test_a_bad_create_is_refused(api, error_of, change, code):
    body = {name: value for name, value in {**SIMPLE, **change}.items() if value is not ...}
    assert error_of(api("POST", "/uapi/phoneCalls/@me/simple", body)) == (400, code)


@pytest.mark.parametrize("value", [9, 3601, "9", "abc", None])
def test_park_takes_ten_seconds_to_an_hour(api, error_of, value):
    api.unpark()
    body = {"action": "Park", "maxInParking": value, "phoneCallViewId": "01"}
    assert error_of(api("PUT", f"/uapi/phoneCalls/12/0003*210/{CALL}", body)) == (400, "pc_timeout_invalid")


def test_park_without_a_limit_means_three_minutes(api):
    api.unpark()
    api("PUT", f"/uapi/phoneCalls/12/0003*210/{CALL}", {"action": "Park", "phoneCallViewId": "01"})
    assert api.control("POST", "clock/advance", {"seconds": 179.9})["events"] == []
    assert api.control("POST", "clock/advance", {"seconds": 0.1})["events"][0]["event"] == "ComebackStarted"


def test_a_full_lot_refuses_to_park(api, error_of):
    api.unpark()
    api.control("POST", "states", {"action": "setup", "state": "parked", "params": {"count": 100}})
    body = {"action": "Park", "phoneCallViewId": "01"}
    response = api("PUT", f"/uapi/phoneCalls/12/0003*210/{CALL}", body)
    assert error_of(response) == (409, "parking_lot_full")


def test_an_unknown_call_is_listed_as_an_empty_collection(api):
    response = api("GET", "/uapi/phoneCalls/12/@self/ffff")
    assert (response.status_code, response.json()) == (
        200,
        {"entry": [], "totalResults": 0, "itemsPerPage": 0, "startIndex": 0},
    )


def test_lists_are_paged(api):
    api.control("POST", "states", {"action": "setup", "state": "parked", "params": {"count": 24}})
    first = api("GET", "/uapi/phoneCalls/12/@self/").json()
    rest = api("GET", "/uapi/phoneCalls/12/@self/?count=20&startIndex=20").json()
    assert (first["totalResults"], first["itemsPerPage"], rest["itemsPerPage"]) == (25, 20, 5)
    assert len({call["id"] for call in first["entry"] + rest["entry"]}) == 25
    assert first["entry"][0]["id"] == CALL
    newest = api("GET", "/uapi/phoneCalls/12/@self?sortOrder=descending&count=1").json()
    assert newest["entry"][0]["id"] != CALL


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("count=0", "count_invalid"),
        ("count=abc", "count_invalid"),
        ("count=5001", "count_invalid"),
        ("sortOrder=up", "sortorder_invalid"),
        ("startIndex=-1", "request_invalid"),
    ],
)
def test_a_bad_query_parameter_is_refused_with_its_code(api, error_of, query, code):
    assert error_of(api("GET", f"/uapi/phoneCalls/12/@self?{query}")) == (400, code)


def test_delete_returns_the_calls_it_ended_and_then_nothing(api):
    (ended,) = api("DELETE", f"/uapi/phoneCalls/12/0003*210/{CALL}").json()
    assert ended["id"] == CALL
    assert api("DELETE", "/uapi/phoneCalls/12/@self/").status_code == 204
    assert api.control("GET", "state")["calls"] == []


def test_delete_by_number_leaves_calls_without_that_party_alone(api):
    assert api("DELETE", "/uapi/phoneCalls/12/@self?phoneNumber=0003*024").status_code == 204
    assert len(api("DELETE", "/uapi/phoneCalls/12/@self?phoneNumber=0003*211").json()) == 1


@pytest.mark.parametrize("query", ["waitForPickup=x", "nonsense=1", "phoneNumber=&phoneNumber=2", "Count=x"])
def test_a_list_minds_no_parameters_that_are_not_its_own(api, query):
    path = f"/uapi/phoneCalls/12/0003*210/{CALL}"
    assert api("GET", f"{path}?{query}").json() == api("GET", path).json()
