"""The hook contract: named states set up and taken down."""

import pytest

CALL = "b817d2618fe6f1804333"


def setup(state, **params):
    return {"action": "setup", "state": state, "params": params}


def test_parked_returns_what_a_tester_needs_to_retrieve_the_call(api):
    (call,) = api.control("POST", "states", setup("parked"))["calls"]
    assert call.keys() == {"userId", "extension", "phoneCallId", "phoneCallViewId"}
    path = f"/uapi/phoneCalls/{call['userId']}/{call['extension']}/{call['phoneCallId']}"
    assert api.unpark(path, phoneCallViewId=call["phoneCallViewId"]).status_code == 200


def test_talking_returns_a_call_that_is_not_parked(api):
    (call,) = api.control("POST", "states", setup("talking"))["calls"]
    path = f"/uapi/phoneCalls/12/0003*210/{call['phoneCallId']}"
    assert "parked" not in api("GET", path).json()["entry"][0]["phoneCallView"][0]
    assert api.unpark(path).status_code == 204


def test_many_calls_are_made_with_ids_and_slots_of_their_own(api):
    calls = api.control("POST", "states", setup("parked", count=1000))["calls"]
    assert len({call["phoneCallId"] for call in calls}) == 1000
    assert len(api.control("GET", "state")["lots"]["3"]["taken"]) == 1001


def test_user_extension_limit_and_id_can_be_chosen(api):
    (call,) = api.control(
        "POST",
        "states",
        setup("parked", userId="13", extension="0003*310", phoneCallId="abc123", maxInParking=5),
    )["calls"]
    assert (call["userId"], call["extension"], call["phoneCallId"]) == ("13", "0003*310", "abc123")
    events = api.control("POST", "clock/advance", {"seconds": 5})["events"]
    assert events[0] | {"at": 0} == {"event": "ComebackStarted", "at": 0, "callId": "abc123"} | {
        name: events[0][name] for name in ("due", "picksUp")
    }


def test_a_set_up_that_names_its_call_can_be_repeated(api):
    wish = setup("parked", phoneCallId=CALL, phoneCallViewId="07")
    for _ in range(2):
        (call,) = api.control("POST", "states", wish)["calls"]
        assert (call["phoneCallId"], call["phoneCallViewId"]) == (CALL, "07")
        assert api.control("GET", "state")["lots"]["3"]["taken"] == {"1": CALL}
        assert api.unpark(phoneCallViewId="01").status_code == 400
        assert api.unpark(phoneCallViewId="07").status_code == 200


def test_teardown_ends_the_calls_it_is_given_and_no_others(api):
    made = api.control("POST", "states", setup("parked", count=2))["calls"]
    down = {"action": "teardown", "state": "parked", "params": {"calls": made}}
    assert api.control("POST", "states", down) == {"calls": []}
    assert [call["id"] for call in api.control("GET", "state")["calls"]] == [CALL]
    assert api.control("POST", "states", down) == {"calls": []}


def test_default_and_reset_bring_the_scenario_back(api):
    for path, body in (("states", setup("default")), ("reset", ...)):
        api.unpark()
        (call,) = api.control("POST", path, body)["calls"]
        assert (call["phoneCallId"], call["phoneCallViewId"]) == (CALL, "01")
        assert api.unpark().status_code == 200


def test_the_session_is_named_by_the_header_or_by_params(api):
    api.control("POST", "states", setup("parked"), **{"X-Callpark-Session": "mine"})
    api.control("POST", "states", setup("parked", session="yours", count=2))
    for session, calls in (("default", 1), ("mine", 2), ("yours", 3)):
        world = api.control("GET", "state", **{"X-Callpark-Session": session})
        assert (world["session"], len(world["calls"])) == (session, calls)


@pytest.mark.parametrize(
    "body",
    [
        ..., b"", b"{", b"\xff", [], {}, {"action": "setup"}, {"action": "begin", "state": "parked"},
        setup("unknown"), setup("parked", count=0), setup("parked", count=1001), setup("parked", count="1"),
        setup("parked", nonsense=1), setup("parked", userId="99"), setup("parked", extension="0003*999"),
        setup("parked", extension="0003*310"), setup("parked", count=2, phoneCallId="aa"),
        setup("parked", phoneCallViewId="x"), setup("parked", phoneCallId="a-b"), setup("parked", maxInParking=0),
        setup("parked", session="a b"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_a_reason_and_changes_nothing(api, error_of, body):
    before = api.control("GET", "state")
    response = api("POST", "/_mock/states", body)
    assert error_of(response) == (400, "control_request_invalid")
    assert len(response.json()["error"]["message"]) > 10
    assert api.control("GET", "state") == before


def test_empty_leaves_no_call_in_the_lot_or_on_the_phone(api):
    api.control("POST", "states", setup("talking"))
    assert api.control("POST", "states", setup("empty")) == {"calls": []}
    assert api.control("GET", "state")["calls"] == []
    assert [call["phoneCallId"] for call in api.control("POST", "states", setup("default"))["calls"]] == [
        CALL
    ]
