"""The session's clock, and the world as JSON."""

import os

import pytest

CALL = "b817d2618fe6f1804333"


def test_health_names_product_and_scenario(api):
    health = api.control("GET", "health")
    assert health | {"version": ""} == {
        "product": "callpark-mock",
        "version": "",
        "status": "ready",
        "scenario": "documented",
        "process": os.getpid(),
    }
    assert health["version"]


def test_state_shows_calls_lot_and_clock(api):
    state = api.control("GET", "state")
    (call,) = state["calls"]
    assert (call["id"], call["phase"], call["views"][0]["parking"]["slot"]) == (CALL, "parked", 1)
    assert state["lots"] == {"3": {"name": "Default Organization", "slots": 100, "taken": {"1": CALL}}}
    assert (state["clock"]["rate"], state["clock"]["nextDue"]) == (0.0, None)


def test_advance_runs_what_is_due_in_order_and_answers_with_the_new_state(api):
    params = {"maxInParking": 30}
    api.control("POST", "states", {"action": "setup", "state": "parked", "params": params})
    start = api.control("GET", "state")["clock"]["now"]
    answer = api.control("POST", "clock/advance", {"seconds": 86_400})
    assert [event["event"] for event in answer["events"]] == ["ComebackStarted", "ComebackAnswered"]
    assert {event["at"] - start for event in answer["events"]} == {30.0}
    assert answer["state"]["clock"]["now"] == start + 86_400
    assert {call["phase"] for call in answer["state"]["calls"]} == {"parked", "on call"}


def test_a_session_has_a_clock_of_its_own(api):
    before = api.control("GET", "state")["clock"]["now"]
    api.control("POST", "clock/advance", {"seconds": 3_600}, **{"X-Callpark-Session": "mine"})
    assert api.control("GET", "state")["clock"]["now"] == before


def test_dates_in_answers_follow_the_clock(api):
    before = api.listed()["phoneCallView"][0]["parked"]
    api.unpark()
    api.control("POST", "clock/advance", {"seconds": 86_400})
    body = {"action": "Park", "phoneCallViewId": "01"}
    (parked,) = api("PUT", f"/uapi/phoneCalls/12/0003*210/{CALL}", body).json()
    assert parked["phoneCallView"][0]["parked"][:10] > before[:10]


@pytest.mark.parametrize(
    "body",
    [
        ...,
        {},
        {"seconds": -1},
        {"seconds": "1"},
        {"seconds": 1e11},
        {"minutes": 1},
        b"x",
        {"seconds": 1, "to": "next"},
        {"to": "end"},
        {"until": "RulesSet"},
    ],
)
def test_an_advance_that_makes_no_sense_is_refused(api, error_of, body):
    assert error_of(api("POST", "/_mock/clock/advance", body)) == (400, "control_request_invalid")


def test_a_session_header_that_is_no_name_is_refused(api, error_of):
    response = api("GET", "/_mock/state", headers={"X-Callpark-Session": "a b"})
    assert error_of(response) == (400, "control_request_invalid")


def parked(api, seconds):
    wish = {"action": "setup", "state": "parked", "params": {"maxInParking": seconds}}
    return api.control("POST", "states", wish)["calls"][0]["phoneCallId"]


def test_an_advance_goes_to_the_next_event(api):
    parked(api, 30)
    soon = parked(api, 20)
    answer = api.control("POST", "clock/advance", {"to": "next"})
    assert [(event["event"], event["callId"]) for event in answer["events"]] == [
        ("ComebackStarted", soon),
        ("ComebackAnswered", soon),
    ]
    assert answer["state"]["clock"]["nextDue"] == answer["state"]["clock"]["now"] + 10
    assert api.control("POST", "clock/advance", {"to": "next"})["state"]["clock"]["nextDue"] is None
    assert api.control("POST", "clock/advance", {"to": "next"})["events"] == []


def test_an_advance_goes_on_until_an_event_of_a_kind(api):
    last = parked(api, 30)
    answer = api.control("POST", "clock/advance", {"until": "ComebackAnswered"})
    assert answer["events"][-1]["callId"] == last
    assert answer["events"][-1]["event"] == "ComebackAnswered"


def test_an_event_that_is_not_coming_is_a_conflict(api, error_of):
    before = api.control("GET", "clock")
    assert error_of(api("POST", "/_mock/clock/advance", {"until": "CallEnded"})) == (409, "conflict")
    assert api.control("GET", "clock") == before


def test_a_clock_can_be_let_run_and_be_stopped(api):
    clock = api.control("GET", "clock")
    assert (clock["mode"], clock["rate"], clock["nextDue"]) == ("manual", 0, None)
    assert api.control("PUT", "clock", {"mode": "x60"})["rate"] == 60
    assert api.control("PUT", "clock", {"mode": "real"})["mode"] == "real"
    stopped = api.control("PUT", "clock", {"mode": "manual"})["now"]
    assert stopped >= clock["now"]
    assert api.control("GET", "state")["clock"]["now"] == stopped


@pytest.mark.parametrize("body", [{}, {"mode": "fast"}, {"mode": 1}, {"mode": "x0"}, {"rate": 2}])
def test_a_mode_that_is_none_is_refused(api, error_of, body):
    assert error_of(api("PUT", "/_mock/clock", body)) == (400, "control_request_invalid")
