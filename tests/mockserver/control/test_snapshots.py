"""A state is taken out of one session and put into another."""

import json

import pytest

CALL = "b817d2618fe6f1804333"
OTHER = {"X-Callpark-Session": "other"}


@pytest.fixture
def exported(api):
    """A busy session: a parked call with a limit, one that is being retrieved, a phone that does not answer."""
    api.control("PUT", "terminals/0003*211", {"pickup": "never"})
    api.control("PUT", "terminals/0003*024", {"pickup": "never"})
    api.control("POST", "calls", {"state": "parked", "maxInParking": 25})
    api.control("POST", f"calls/{CALL}/retrieve", {"sendCallTo": "0003*024"})
    api.control("PUT", "behaviour", {"variants": ["accepted-202"], "defect": "left-parked"})
    api.control("POST", "clock/advance", {"seconds": 10})
    return api.control("GET", "state/export")


def without_name(state):
    return {name: value for name, value in state.items() if name != "session"}


def test_what_is_imported_is_what_was_exported(api, exported):
    before = api.control("GET", "state")
    imported = api.control("POST", "state/import", exported, **OTHER)
    assert without_name(imported) == without_name(before)
    assert api.control("GET", "state/export", **OTHER) == exported


def test_time_goes_on_in_the_same_way(api, exported):
    api.control("POST", "state/import", exported, **OTHER)
    here = api.control("POST", "clock/advance", {"seconds": 86_400})
    there = api.control("POST", "clock/advance", {"seconds": 86_400}, **OTHER)
    assert here["events"] == there["events"]
    assert len(here["events"]) >= 3
    assert without_name(here["state"]) == without_name(there["state"])


def test_an_earlier_moment_can_be_gone_back_to(api, exported):
    before = api.control("GET", "state")
    api.control("POST", "clock/advance", {"seconds": 86_400})
    api.control("POST", "state/import", exported)
    assert api.control("GET", "state") == before


def test_a_reset_leads_out_of_an_imported_state(api, exported):
    before = api.control("GET", "state", **{"X-Callpark-Session": "fresh"})
    api.control("POST", "state/import", exported, **OTHER)
    api.control("POST", "reset", **OTHER)
    assert without_name(api.control("GET", "state", **OTHER)) == without_name(before)


CHANGES = {
    "a call of nobody": lambda world: world["calls"][CALL].update(user_id="99"),
    "a call under another id": lambda world: world["calls"][CALL].update(id="aa"),
    "a slot of no call": lambda world: world["lots"]["3"]["taken"].update({"9": "aa"}),
    "a call without its slot": lambda world: world["lots"]["3"]["taken"].pop("1"),
    "a parked call with two views": lambda world: world["calls"][CALL].update(phase="parked"),
    "a call that is on call in a slot": lambda world: world["calls"][CALL].update(phase="on call"),
    "a timer that is not set": lambda world: world.update(timers=[]),
    "a phase that is none": lambda world: world["calls"][CALL].update(phase="elsewhere"),
    "a member that is missing": lambda world: world.pop("directory"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_world_that_no_requests_lead_to_is_refused(api, error_of, exported, change):
    before = api.control("GET", "state", **OTHER)
    CHANGES[change](exported["world"])
    response = api("POST", "/_mock/state/import", exported, headers=OTHER)
    assert error_of(response) == (400, "control_request_invalid")
    assert api.control("GET", "state", **OTHER) == before


@pytest.mark.parametrize("first", [-5, 3, 10**9, 10**30])
def test_a_slot_that_somebody_has_edited_free_is_given_out_again(api, exported, first):
    world = exported["world"]
    del world["calls"][CALL]
    world["timers"] = [timer for timer in world["timers"] if timer[2] != CALL]
    assert world["lots"]["3"]["first"] == 3
    del world["lots"]["3"]["taken"]["1"]
    world["lots"]["3"]["first"] = first
    api.control("POST", "state/import", exported, **OTHER)
    made = api.control("POST", "calls", {"state": "parked"}, **OTHER)
    taken = api.control("GET", "state/export", **OTHER)["world"]["lots"]["3"]["taken"]
    assert taken["1"] == made["id"]


@pytest.mark.parametrize(
    "change", [{"clock": "x"}, {"behaviour": {"variants": ["nonsense"]}}, {"format": "2"}]
)
def test_a_snapshot_of_something_else_is_refused(api, error_of, exported, change):
    body = json.dumps({**exported, **change}).encode()
    assert error_of(api("POST", "/_mock/state/import", body)) == (400, "control_request_invalid")
