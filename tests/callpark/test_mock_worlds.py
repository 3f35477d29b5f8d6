"""`callpark mock`: its options about sessions, their clock and their scenario."""

import httpx
import pytest

LIST = "/uapi/phoneCalls/@me/@self"
SCENARIO = "extends: empty\ncalls:\n  - {id: aa11, extension: 0003*210}\n"


def test_a_manual_clock_begins_with_the_pages_example_or_where_it_is_told_to(start_mock):
    state = httpx.get(f"{start_mock('--clock', 'manual').url}/_mock/clock").json()
    assert (state["mode"], state["now"]) == ("manual", 1340802535.0)
    mock = start_mock("--clock", "manual", "--start", "2026-01-31T09:00:00Z")
    assert httpx.get(f"{mock.url}/_mock/clock").json()["now"] == 1769850000.0


def test_strict_sessions_and_their_bounds_are_options(start_mock):
    mock = start_mock("--strict-sessions", "--session-limit", 2, "--session-max-idle", 3600)
    answer = httpx.get(f"{mock.url}{LIST}", headers={"Authorization": "Bearer mock.mine.12"})
    assert answer.status_code == 401
    for name in ("one", "two"):
        httpx.post(f"{mock.url}/_mock/sessions", json={"session": name}).raise_for_status()
    told = httpx.get(f"{mock.url}/_mock/sessions").json()
    assert [each["session"] for each in told["evicted"]] == ["default"]
    mock.process.terminate()
    assert "session default is forgotten: more than 2 sessions" in mock.process.communicate()[1]


def test_a_watched_scenario_is_read_again(start_mock, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    mock = start_mock("--scenario", file, "--watch")
    assert len(httpx.get(f"{mock.url}/_mock/calls").json()["calls"]) == 1
    file.write_text(SCENARIO + "  - {id: bb22, extension: 0003*211}\n", encoding="utf-8")
    assert "read again" in mock.process.stderr.readline()
    assert len(httpx.get(f"{mock.url}/_mock/calls").json()["calls"]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--watch",), "--watch needs a scenario in a file; documented comes with callpark"),
        (("--start", "soon"), "moment 'soon' is not known"),
        (("--session-limit", "0"), "--session-limit"),
        (("--scenario", "lobby"), "no such scenario; allowed: about-to-expire, busy-lobby"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(start, arguments, says):
    process = start("mock", "--port", 0, *arguments)
    _, errors = process.communicate()
    assert process.returncode == 2
    assert says in " ".join(errors.split())
