"""Whatever is sent, the control plane says what is wrong with it, and nothing has changed."""

import logging

import pytest

from mockserver.control.application import ControlPlane
from mockserver.sessions.journey import NothingComingError

PEOPLE = "organizations: [{id: '3', name: D, users: [{id: '12', extensions: [{number: 0003*210}]}]}]\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{here}: &{here} [{', '.join(9 * ['*' + above])}]\n"
    for above, here in zip("abcdefgh", "bcdefghi", strict=True)
)
FLAT_BOMB = (
    "x: &e {number: 0003*210}\n"
    f"y: &u {{id: '12', extensions: [{'*e, ' * 1000}]}}\n"
    f"organizations: [{{id: '3', name: D, users: [{'*u, ' * 1000}]}}]\n"
)


def with_slots(text):
    return PEOPLE.replace("name: D", f"name: D, slots: {text}")


def with_call(text):
    return f"{PEOPLE}calls: [{{id: aa, extension: 0003*210, {text}}}]\n"


@pytest.mark.parametrize(
    ("yaml", "line", "says"),
    [
        (BOMB, 6, "aliases written out"),
        (FLAT_BOMB, 3, "aliases written out"),
        ("organizations: &a [*a]\n", 1, "*a contains itself"),
        ("description: x\n&a organizations: &b {c: [*b]}\n", 2, "*b contains itself"),
        ("[" * 50_000, 1, "nested more than 40 deep"),
        ("- " * 5_000, 1, "nested more than 40 deep"),
        ("\n".join(" " * depth + "a:" for depth in range(900)), 41, "nested more than 40 deep"),
        ("!!python/object/apply:os.system ['ls']\n", 1, "could not determine a constructor"),
        ("description: !!binary '%%%'\n", 1, ""),
        (f"{PEOPLE}description: !!timestamp nope\n", 2, "'nope' can be read as no timestamp"),
        (f"{PEOPLE}description: !!int abc\n", 2, "'abc' can be read as no int"),
        (f"{PEOPLE}description: !!float abc\n", 2, "'abc' can be read as no float"),
        (f"{PEOPLE}description: !!bool abc\n", 2, "'abc' can be read as no bool"),
        (f"{PEOPLE}description: 2020-01-01\n", 2, "got `date`"),
        (
            f"{PEOPLE}description: 2020-13-45\n",
            2,
            "'2020-13-45' can be read as no timestamp; quote what is text",
        ),
        (with_slots("9" * 5000), 1, "can be read as no int"),
        (with_slots("0x" + "f" * 5000), 1, "<= 10000"),
        (with_slots("9" * 40), 1, "<= 10000"),
        (with_slots("-1"), 1, ">= 0"),
        (with_call("age: " + "1:" * 2000 + "1.5"), 2, "can be read as no float"),
        *[
            (with_call(f"{name}: {odd}"), 2, name)
            for odd in (".inf", ".nan", "-5", "1.0e+308")
            for name in ("age", "parkedFor", "maxInParking")
        ],
        (with_call("callerId: '" + "x" * 501 + "'"), 2, "callerId"),
        (PEOPLE.replace("0003*210}", "0003*210, answers: after " + "9" * 400 + " s}"), 1, "answers"),
        (PEOPLE.replace("'12'", '"12\\n"'), 1, "users[0].id"),
        (PEOPLE.replace("'12'", "''"), 1, "users[0].id"),
        (PEOPLE.replace("0003*210", "'../..'"), 1, "number"),
        (PEOPLE.replace("name: D", 'name: "\\ud800"'), 1, "Unicode"),
        (f"{PEOPLE}calls: [{{id: '', extension: 0003*210}}]", 2, "calls[0].id"),
        (f"{PEOPLE}calls: [{{id: ../.., extension: 0003*210}}]", 2, "calls[0].id"),
        (f"{PEOPLE}calls: [{'{id: a, extension: 0003*210},' * 2001}]", 2, "length <= 2000"),
        ("1: 2\n", 1, "(at $)"),
        ("2020-01-01: 2\n", 1, "(at $)"),
        ("{[1]: 2}\n", 1, "a key must be text, not a list"),
        (PEOPLE.replace("0003*210}", "0003*210, kind: fax}"), 1, "Invalid enum value 'fax'; allowed: "),
        (f"{PEOPLE}calls: []\ncalls: []\n", 3, "stands twice, first on line 2 (at $.calls)"),
        ("a: \0\n", 1, "not allowed"),
        ("<<: 5\n", 1, "merging"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("%YAML 9.9\n---\na\n", 1, "incompatible"),
        ("null", 1, "Expected `object`"),
        ("organizations: !!pairs 5\n", 1, "expected a sequence"),
    ],
)
def test_an_odd_scenario_is_refused_with_its_line_and_the_world_stays(api, yaml, line, says, error_of):
    before = api.control("GET", "state")
    response = api("PUT", "/_mock/scenario", {"yaml": yaml})
    assert error_of(response) == (400, "control_request_invalid")
    message = response.json()["error"]["message"]
    assert message.startswith(f"given:{line}: ")
    assert says in message
    assert len(message) < 1200
    assert api.control("GET", "state") == before


def test_anchors_and_merge_keys_are_read(api):
    yaml = f"{PEOPLE}calls:\n  - &one {{id: aa, extension: 0003*210}}\n  - {{<<: *one, id: bb}}\n"
    calls = api.control("PUT", "scenario", {"yaml": yaml})["calls"]
    assert [call["phoneCallId"] for call in calls] == ["aa", "bb"]


@pytest.mark.parametrize(
    "start",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "10000-01-01T00:00:00Z",
        "NaN",
        "1e308",
        "2026-01-01T00:00:00+99:99",
        "",
    ],
)
def test_a_session_begins_at_a_moment_that_can_be_written(api, error_of, start):
    assert error_of(api("POST", "/_mock/sessions", {"start": start})) == (400, "control_request_invalid")


@pytest.mark.parametrize("start", ["1970-01-01T00:00:00Z", "8999-12-31T23:59:59Z"])
def test_at_both_ends_of_time_everything_is_answered(api, error_of, start):
    """Calls that were made ten years ago, and calls that may stay for three hundred."""
    yaml = with_call("age: 315360000, parkedFor: 315360000, maxInParking: 10000000000")
    session = {"session": "edge", "start": start, "clock": "manual", "scenario": {"yaml": yaml}}
    assert api("POST", "/_mock/sessions", session).status_code == 201
    edge = {"X-Callpark-Session": "edge"}
    assert api("GET", "/uapi/phoneCalls/12/@self", token="mock.edge.12").json()["totalResults"] == 1
    for path in ("state", "journal", "state/export", "terminals", "clock"):
        assert api("GET", f"/_mock/{path}", headers=edge).status_code == 200
    for jump in ({"to": "next"}, {"until": "ComebackStarted"}, *3 * [{"seconds": 1e10}]):
        assert api("POST", "/_mock/clock/advance", jump, headers=edge).status_code in (200, 400, 409)
    assert api("GET", "/uapi/phoneCalls/12/@self", token="mock.edge.12").status_code == 200


def test_the_clock_stays_before_the_end_of_time(api, error_of):
    session = {"session": "edge", "start": "8999-12-31T23:59:59Z", "clock": "manual"}
    assert api("POST", "/_mock/sessions", session).status_code == 201
    edge = {"X-Callpark-Session": "edge"}
    before = api.control("GET", "state", **edge)
    refused = api("POST", "/_mock/clock/advance", {"seconds": 1}, headers=edge)
    assert error_of(refused) == (400, "control_request_invalid")
    assert "8999" in refused.json()["error"]["message"]
    assert api.control("GET", "state", **edge) == before


def test_a_clock_that_runs_stands_still_at_the_end_of_time(api):
    session = {"session": "edge", "start": "8999-12-31T23:59:59.999Z", "clock": "x100000"}
    assert api("POST", "/_mock/sessions", session).status_code == 201
    times = [api.control("GET", "clock", **{"X-Callpark-Session": "edge"})["now"] for _ in range(20)]
    assert max(times) <= 221_845_392_000.0


@pytest.mark.parametrize(
    "mode", ["x1e5", "x1e-320", "xnan", "xinf", "x-1", "x 5", "x5_0", "x\u0663", "x0", "manual "]
)
def test_a_speed_is_a_plain_number(api, error_of, mode):
    assert error_of(api("PUT", "/_mock/clock", {"mode": mode})) == (400, "control_request_invalid")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock/advance", b'{"seconds": 1e308}'),
        ("clock/advance", b'{"seconds": 1e999}'),
        ("clock/advance", b'{"seconds": NaN}'),
        ("clock/advance", b'{"seconds": ' + b"9" * 5000 + b"}"),
        ("clock/advance", b"[" * 100_000),
        ("clock/advance", b'{"a":' * 50_000),
        ("faults", b'{"request": {"body": ' + b"[" * 5000 + b"]" * 5000 + b'}, "fault": "EMPTY_RESPONSE"}'),
        ("faults", b'{"fixedDelayMilliseconds": 1e308}'),
        ("sessions", b'{"session": "abc\\n"}'),
        ("sessions", b'{"session": "\\ud800abc"}'),
        ("sessions", b'{"seed": ' + b"9" * 400 + b"}"),
        ("calls", b'{"phoneCallId": "aa\\n"}'),
        ("calls", b'{"maxInParking": 1e308, "state": "parked"}'),
        ("journal/search", b'{"request":' * 3000),
        ("journal/count", b'{"after": 1e308}'),
        ("reset", b"\xff\xfe" * 600_000),
    ],
)
def test_odd_json_is_refused_and_the_world_stays(api, path, body):
    before = api.control("GET", "state")
    response = api("POST", f"/_mock/{path}", body)
    if path == "reset":
        assert response.status_code == 200
    else:
        assert response.status_code == 400
    assert api.control("GET", "state") == before


@pytest.mark.parametrize("odd", [1e308, -1e308, 1e15])
@pytest.mark.parametrize("place", ["now", "due", "published"])
def test_a_state_of_no_time_is_not_imported(api, error_of, odd, place):
    api.control("PUT", "scenario", {"name": "about-to-expire"})
    taken = api.control("GET", "state/export")
    world = taken["world"]
    if place == "due":
        world["timers"][0][0] = odd
    elif place == "now":
        world["now"] = odd
    else:
        next(iter(world["calls"].values()))["published"] = odd
    before = api.control("GET", "state")
    assert error_of(api("PUT", "/_mock/state/import", taken))[0] in (400, 405)
    assert error_of(api("POST", "/_mock/state/import", taken)) == (400, "control_request_invalid")
    assert api.control("GET", "state") == before


def test_what_nobody_thought_of_is_an_answer_and_a_line_in_the_log(api, monkeypatch, caplog, error_of):
    async def fail(_plane, _scope, _receive):
        raise NothingComingError("CallEnded")

    monkeypatch.setattr(ControlPlane, "_response", fail)
    with caplog.at_level(logging.ERROR, "mockserver"):
        response = api("GET", "/_mock/health")
    assert error_of(response) == (500, "internal_error")
    assert "CallEnded" not in response.text
    assert [record.exc_info[0] for record in caplog.records] == [NothingComingError]


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        (
            "states",
            {"action": "setup", "state": "a parked call"},
            "; allowed: default, empty, parked, talking - at `$.state`",
        ),
        ("states", {"action": "arrange", "state": "parked"}, "; allowed: setup, teardown - at `$.action`"),
        ("clock/advance", {"until": "Christmas"}, "; allowed: CallAnswered, "),
    ],
)
def test_a_word_that_is_none_of_a_few_is_answered_with_those(api, error_of, path, body, says):
    response = api("POST", f"/_mock/{path}", body)
    assert error_of(response) == (400, "control_request_invalid")
    assert says in response.json()["error"]["message"]
