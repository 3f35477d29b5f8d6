"""Variants and defects, switched for one session while the mock runs."""

import pytest

CALL = "b817d2618fe6f1804333"
NOTHING = {"variants": [], "defect": None}


def test_the_catalogues_are_told(api):
    told = api.control("GET", "behaviours")
    assert {"accepted-202", "no-link"} <= {each["slug"] for each in told["variants"]}
    assert "left-parked" in {each["slug"] for each in told["defects"]}


def test_a_session_is_switched_alone_and_back(api):
    assert api.control("GET", "behaviour") == NOTHING
    wanted = {"variants": ["accepted-202", "no-link"], "defect": None}
    assert api.control("PUT", "behaviour", wanted) == wanted
    assert api.control("GET", "state")["behaviour"] == wanted
    answer = api.unpark()
    assert (answer.status_code, answer.json().keys() & {"link", "links"}) == (202, set())
    assert api.unpark(headers={"X-Callpark-Session": "other"}).status_code == 200
    api.control("PUT", "behaviour", NOTHING)
    api.control("POST", "states", {"action": "setup", "state": "parked", "params": {"phoneCallId": CALL}})
    assert api.unpark().status_code == 200


def test_rules_of_the_lot_are_switched_too(api):
    api.control("PUT", "behaviour", {"variants": ["not-parked-call-invalid"], "defect": None})
    api.unpark()
    assert api.unpark().status_code == 400
    api.control("PUT", "behaviour", NOTHING)
    assert api.unpark().status_code == 204


def test_a_defect_is_served_and_gone_with_a_reset(api):
    api.control("PUT", "behaviour", {"variants": [], "defect": "left-parked"})
    assert api.unpark().status_code == 200
    (call,) = api.control("GET", "calls")["calls"]
    assert call["phase"] == "parked"
    api.control("POST", "reset")
    assert api.control("GET", "behaviour") == NOTHING
    api.unpark()
    (call,) = api.control("GET", "calls")["calls"]
    assert call["phase"] == "on call"


def test_a_reset_brings_back_what_the_mock_was_started_with(make_api):
    api = make_api(variants=("accepted-202",))
    assert api.control("GET", "behaviour") == {"variants": ["accepted-202"], "defect": None}
    api.control("PUT", "behaviour", NOTHING)
    assert api.unpark().status_code == 200
    api.control("POST", "reset")
    assert api.unpark().status_code == 202


@pytest.mark.parametrize(
    "body", [{"variants": ["nonsense"]}, {"defect": "nonsense"}, {"variants": "no-link"}]
)
def test_a_name_that_is_not_known_is_refused_and_changes_nothing(api, error_of, body):
    api.control("PUT", "behaviour", {"variants": ["no-link"]})
    assert error_of(api("PUT", "/_mock/behaviour", body)) == (400, "control_request_invalid")
    assert api.control("GET", "behaviour") == {"variants": ["no-link"], "defect": None}
