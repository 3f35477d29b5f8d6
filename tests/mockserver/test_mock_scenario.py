"""Scenarios are read strictly, and a fault is named with file, line and key."""

import pytest

from mockserver.scenarios.scenario import ScenarioError, bundled_names, load_scenario

WORLD = """organizations:
  - id: "3"
    name: Default
    users:
      - id: "12"
        extensions:
          - number: 0003*210
"""


@pytest.mark.parametrize(
    "name", ["about-to-expire", "busy-lobby", "documented", "empty", "five-hundred", "nobody-answers"]
)
def test_the_bundled_scenarios_load(name):
    assert name in bundled_names()
    assert load_scenario(name).name == name


def test_the_default_world_is_the_designs():
    directory = load_scenario("documented").directory
    assert directory.organizations["3"].name == "Default Organization"
    owned = {user: {each.number for each in directory.terminals_of(user)} for user in directory.users}
    assert owned == {"12": {"0003*210", "0003*211", "0003*024"}, "13": {"0003*310"}}
    kinds = {
        number: str(each.kind) for number, each in directory.extensions.items() if not each.is_phone_terminal
    }
    assert kinds == {"0003*500": "queue", "0003*501": "IVR"}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "Expected `object`"),
        ("{", 1, "expected"),
        ("calls: []\n", 1, "nobody exists"),
        ("extends: empty\ncals: []\n", 2, "cals"),
        (WORLD + "        colour: red\n", 8, "colour"),
        (WORLD.replace("0003*210", "5"), 7, "Expected `str`, got `int`"),
        (WORLD + "            kind: fax\n", 8, "fax"),
        (WORLD + "            answers: soon\n", 8, "allowed: at once, busy, never, unregistered, after 5 s"),
        (WORLD + "          - number: 0003*210\n", 8, "exists twice"),
        (WORLD + 'calls:\n  - id: aa\n    extension: "7"\n', 10, "no extension '7'"),
        (WORLD + "calls:\n  - id: aa\n    extension: 0003*210\n    state: lost\n", 11, "parked, talking"),
        (
            WORLD + "calls:\n  - {id: aa, extension: 0003*210}\n  - {id: aa, extension: 0003*210}\n",
            10,
            "'aa' exists twice",
        ),
        (
            "extends: empty\ncalls: []\nextends: documented\n",
            3,
            "stands twice, first on line 1 (at $.extends)",
        ),
        (
            WORLD + "calls:\n  - id: aa\n    extension: 0003*210\n    id: bb\n",
            11,
            "stands twice, first on line 9 (at $.calls[0].id)",
        ),
        ("extends: nowhere\n", 1, "no such scenario"),
        ("a: &a [*a]\nextends: empty\n", 1, "a"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, text, line, says):
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(str(file))
    assert says in str(error.value)
    assert f":{line}:" in str(error.value) or says == "no such scenario"


def test_a_scenario_that_is_not_there_says_which_there_are(tmp_path):
    with pytest.raises(ScenarioError, match="busy-lobby, documented, empty, five-hundred"):
        load_scenario(str(tmp_path / "none.yaml"))


def test_a_busy_lobby_comes_to_life(make_api):
    api = make_api(scenario="busy-lobby")
    events = api.control("POST", "clock/advance", {"seconds": 15})["events"]
    assert [event["event"] for event in events] == ["ComebackStarted", "ComebackAnswered"]
    assert api("GET", "/uapi/phoneCalls/@me/@self").json()["totalResults"] == 6


def test_the_lot_of_a_busy_lobby_is_full(make_api, error_of):
    api = make_api(scenario="busy-lobby")
    made = api.control("POST", "calls", {"state": "talking"})
    path = f"/uapi/phoneCalls/12/0003*210/{made['id']}"
    refused = api("PUT", path, {"action": "Park", "phoneCallViewId": "01"})
    assert error_of(refused) == (409, "parking_lot_full")
    assert api.unpark().status_code == 200
    assert api("PUT", path, {"action": "Park", "phoneCallViewId": "01"}).status_code == 200


def test_a_lot_about_to_expire_empties_within_a_minute(make_api):
    """The first call rings a busy phone and ends, the others come back, each to who parked it."""
    api = make_api(scenario="about-to-expire")
    answer = api.control("POST", "clock/advance", {"seconds": 60})
    started = [event["callId"] for event in answer["events"] if event["event"] == "ComebackStarted"]
    assert len(started) == 4
    assert answer["state"]["lots"]["3"]["taken"] == {}


@pytest.mark.parametrize("to", ["0003*210", "0003*024", "0003*211", "0003*310"])
def test_where_nobody_answers_no_retrieval_succeeds(make_api, to):
    api = make_api(scenario="nobody-answers", clock="x100000")
    assert api.unpark(sendCallTo=to, waitForPickup="5").status_code in (204, 400)


def test_a_scenario_that_extends_itself_is_refused(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(f"description: x\nextends: {file}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r":2: .* extends itself \(at \$\.extends\)"):
        load_scenario(str(file))


def test_a_scenario_may_extend_one_that_extends_another(tmp_path):
    between, mine = tmp_path / "between.yaml", tmp_path / "mine.yaml"
    between.write_text("extends: empty\n", encoding="utf-8")
    mine.write_text(f"extends: {between}\n", encoding="utf-8")
    assert load_scenario(str(mine)).directory == load_scenario("empty").directory
