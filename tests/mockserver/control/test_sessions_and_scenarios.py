"""Sessions and their scenarios, through the control plane."""

import pytest

LIST = "/uapi/phoneCalls/@me/@self"


def names(api):
    return [each["session"] for each in api.control("GET", "sessions")["sessions"]]


def test_a_session_is_made_with_everything_of_its_own(api):
    wish = {
        "session": "mine",
        "scenario": {"name": "busy-lobby"},
        "clock": "manual",
        "start": "2026-01-31T09:00:00Z",
        "seed": 7,
    }
    response = api("POST", "/_mock/sessions", wish)
    assert response.status_code == 201
    made = response.json()
    assert (made["scenario"], made["seed"], made["parked"], made["calls"]) == ("busy-lobby", 7, 6, 7)
    assert made["clock"] == {"now": 1769850000.0, "mode": "manual", "rate": 0, "nextDue": 1769850010.0}
    assert made["tokens"] == {"12": "mock.mine.12", "13": "mock.mine.13"}
    assert api("GET", LIST, token=made["tokens"]["12"]).json()["totalResults"] == 6
    assert api.control("GET", "sessions/mine") | {"idle": 0} == made | {"idle": 0}


def test_what_is_left_out_is_the_servers(api):
    made = [api("POST", "/_mock/sessions", {}).json() for _ in range(2)]
    assert [each["session"] for each in made] == ["session-1", "session-2"]
    assert {each["scenario"] for each in made} == {"documented"}
    assert api("POST", "/_mock/sessions").json()["session"] == "session-3"


def test_a_session_is_made_once_and_dropped_once(api, error_of):
    assert api("POST", "/_mock/sessions", {"session": "mine"}).status_code == 201
    assert error_of(api("POST", "/_mock/sessions", {"session": "mine"})) == (409, "conflict")
    assert names(api) == ["mine"]
    assert api("DELETE", "/_mock/sessions/mine").status_code == 204
    assert error_of(api("DELETE", "/_mock/sessions/mine")) == (404, "not_found")
    assert error_of(api("GET", "/_mock/sessions/mine")) == (404, "not_found")
    assert names(api) == []


@pytest.mark.parametrize(
    "body",
    [
        {"session": "a b"},
        {"clock": "fast"},
        {"start": "soon"},
        {"start": "2026-01-31"},
        {"seed": -1},
        {"scenario": {}},
        {"scenario": {"name": "busy-lobby", "yaml": "extends: empty"}},
        {"scenario": {"name": "/etc/hostname"}},
        {"scenario": {"yaml": "extends: /etc/hostname"}},
    ],
)
def test_a_session_that_cannot_be_made_is_not(api, error_of, body):
    assert error_of(api("POST", "/_mock/sessions", body)) == (400, "control_request_invalid")
    assert names(api) == []


def test_strict_sessions_refuse_an_unknown_one_on_both_sides(make_api, error_of):
    api = make_api(strict_sessions=True)
    assert api("GET", LIST).status_code == 200
    refused = api("GET", LIST, token="mock.mine.12")
    assert error_of(refused) == (401, "access_denied")
    assert "POST /_mock/sessions" in refused.json()["error"]["message"]
    header = {"X-Callpark-Session": "mine"}
    assert error_of(api("GET", "/_mock/state", headers=header)) == (404, "not_found")
    form = {"grant_type": "client_credentials", "client_id": "mine.12", "client_secret": "s"}
    assert api("POST", "/oauth/token.php", form, token=None, conforming=False).status_code == 401
    api("POST", "/_mock/sessions", {"session": "mine"})
    assert api("GET", LIST, token="mock.mine.12").status_code == 200
    assert api("POST", "/oauth/token.php", form, token=None, conforming=False).status_code == 200


def test_evicted_sessions_are_listed(make_api):
    api = make_api(session_limit=2)
    for name in ("one", "two", "three"):
        api("GET", LIST, token=f"mock.{name}.12")
    told = api.control("GET", "sessions")
    assert told["limit"] == 2
    assert [each["session"] for each in told["sessions"]] == ["two", "three"]
    assert [(each["session"], each["reason"]) for each in told["evicted"]] == [
        ("one", "more than 2 sessions")
    ]


def test_the_scenarios_that_come_with_the_kit_are_listed_and_can_be_set(api):
    listed = api.control("GET", "scenarios")["scenarios"]
    assert all(each["description"] for each in listed)
    parked = {
        each["name"]: len(api.control("PUT", "scenario", {"name": each["name"]})["calls"]) for each in listed
    }
    assert parked == {
        "about-to-expire": 4,
        "busy-lobby": 6,
        "documented": 1,
        "empty": 0,
        "five-hundred": 500,
        "nobody-answers": 1,
    }


def test_a_session_keeps_its_scenario_when_it_is_reset(api):
    api.control("PUT", "scenario", {"name": "empty"})
    assert api.control("POST", "reset") == {"calls": []}
    assert api.control("GET", "state", **{"X-Callpark-Session": "other"})["scenario"] == "documented"


def test_a_scenario_can_be_sent_along(api):
    text = "extends: empty\ncalls:\n  - {id: aa11, extension: 0003*211, parkedFor: 12}\n"
    (call,) = api.control("PUT", "scenario", {"yaml": text})["calls"]
    assert (call["phoneCallId"], call["extension"]) == ("aa11", "0003*211")


def test_a_scenario_with_a_fault_is_refused_with_its_place_and_nothing_changes(api):
    before = api.control("GET", "state")
    refused = api(
        "PUT", "/_mock/scenario", {"yaml": "extends: empty\ncalls:\n  - {id: aa11, extension: '7'}\n"}
    )
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == (
        "given:3: there is no extension '7' (at $.calls[0].extension)"
    )
    assert api.control("GET", "state") == before
