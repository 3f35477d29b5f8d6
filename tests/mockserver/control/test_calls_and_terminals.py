"""Calls and phones that a person moves by hand."""

import pytest

CALL = "b817d2618fe6f1804333"


def advance(api, seconds):
    return api.control("POST", "clock/advance", {"seconds": seconds})


def test_a_call_is_made_parked_retrieved_and_hung_up(api):
    made = api.control("POST", "calls", {"other": "+15550123", "callerId": "Jane Roe <+15550123>"})
    assert (made["phase"], made["extension"], made["views"][0]["callerId"]) == (
        "on call", "0003*210", "Jane Roe <+15550123>",
    )  # fmt: skip
    parked = api.control("POST", f"calls/{made['id']}/park", {"maxInParking": 25})
    assert (parked["phase"], parked["views"][0]["parking"]["slot"]) == ("parked", 2)
    assert parked["pending"]["due"] == parked["views"][0]["parking"]["since"] + 25
    retrieved = api.control("POST", f"calls/{made['id']}/retrieve", {"sendCallTo": "0003*024"})
    assert (retrieved["phase"], retrieved["views"][0]["extension"]) == ("on call", "0003*024")
    assert api.control("GET", f"calls/{made['id']}") == retrieved
    assert api.control("DELETE", f"calls/{made['id']}") == retrieved
    assert [call["id"] for call in api.control("GET", "calls")["calls"]] == [CALL]


def test_a_call_can_be_made_in_every_state_and_is_the_vendors_too(api):
    phases = {
        state: api.control("POST", "calls", {"state": state, "extension": "0003*211"})["phase"]
        for state in ("talking", "parked")
    }
    assert phases == {"talking": "on call", "parked": "parked"}
    api.control("PUT", "terminals/0003*211", {"pickup": "never"})
    ringing = api.control("POST", "calls", {"state": "ringing", "extension": "0003*211"})
    assert ringing["phase"] == "ringing"
    assert api.listed(ringing["id"])["phoneCallView"][0]["status"] == 3
    advance(api, 25)
    assert api("GET", f"/_mock/calls/{ringing['id']}").status_code == 404


def test_a_phone_that_rings_is_picked_up(api):
    api.control("PUT", "terminals/0003*024", {"pickup": "never"})
    assert api.unpark(headers={"Prefer": "respond-async"}).status_code == 202
    phones = {each["number"]: each["ringing"] for each in api.control("GET", "terminals")["terminals"]}
    assert (phones.pop("0003*024"), set(phones.values())) == (CALL, {None})
    assert api.control("POST", "terminals/0003*024/pick-up")["phase"] == "on call"
    assert api.listed()["phoneCallView"][0]["extension"] == "0003*024"


def test_a_comeback_is_picked_up(api):
    api.control("PUT", "terminals/0003*211", {"pickup": "answers", "after": 20})
    made = api.control("POST", "calls", {"state": "parked", "maxInParking": 25})
    assert advance(api, 25)["events"][0]["event"] == "ComebackStarted"
    assert api.control("POST", "terminals/0003*211/pick-up")["id"] == made["id"]
    assert advance(api, 3_600)["events"] == []


def test_a_busy_phone_is_refused_by_the_vendors_side_until_it_is_free(api, error_of):
    api.control("PUT", "terminals/0003*024", {"pickup": "busy"})
    assert error_of(api.unpark())[0] == 400
    api.control("PUT", "terminals/0003*024", {"pickup": "answers"})
    assert api.unpark().status_code == 200


def test_how_a_phone_answers_is_forgotten_with_a_reset(api):
    api.control("PUT", "terminals/0003*024", {"pickup": "busy"})
    api.control("POST", "reset")
    assert {each["answering"]["pickup"] for each in api.control("GET", "terminals")["terminals"]} == {
        "answers"
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        ("POST", "calls", {"extension": "0003*999"}, (400, "control_request_invalid")),
        ("POST", "calls", {"state": "parked", "extension": "0003*500"}, (200, None)),
        ("POST", "calls", {"state": "ringing", "extension": "0003*500"}, (400, "control_request_invalid")),
        ("POST", "calls", {"maxInParking": 5}, (400, "control_request_invalid")),
        ("POST", "calls", {"state": "ringing", "phoneCallId": CALL}, (409, "conflict")),
        ("POST", "calls/nobody/park", {}, (404, "not_found")),
        ("POST", f"calls/{CALL}/park", {}, (409, "conflict")),
        ("POST", f"calls/{CALL}/retrieve", {"sendCallTo": "0003*500"}, (400, "control_request_invalid")),
        ("DELETE", "calls/nobody", ..., (404, "not_found")),
        ("POST", "terminals/0003*024/pick-up", ..., (409, "conflict")),
        ("POST", "terminals/0009*024/pick-up", ..., (404, "not_found")),
        ("PUT", "terminals/0003*024", {"pickup": "perhaps"}, (400, "control_request_invalid")),
    ],
)
def test_what_cannot_be_done_is_told(api, error_of, method, path, body, answer):
    before = api.control("GET", "state")
    response = api(method, f"/_mock/{path}", body)
    if answer[0] == 200:
        assert response.status_code == 200
        return
    assert error_of(response) == answer
    assert api.control("GET", "state") == before


def test_a_full_lot_takes_no_call(make_api, error_of, tmp_path):
    scenario = tmp_path / "one-slot.yaml"
    scenario.write_text(
        'organizations: [{id: "3", name: One, slots: 1, users: [{id: "12", extensions: [{number: 0003*210}]}]}]\n'
        "calls: [{id: b817d2618fe6f1804333, extension: 0003*210}]\n",
        encoding="utf-8",
    )
    api = make_api(scenario=str(scenario))
    made = api.control("POST", "calls", {"other": "+15550123"})
    assert error_of(api("POST", f"/_mock/calls/{made['id']}/park", {})) == (409, "conflict")
