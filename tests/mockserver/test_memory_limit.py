"""What all sessions keep together is bounded; what gave way is said, and nobody is told a wrong count."""

import asyncio
import gc
import sqlite3
import tracemalloc
from random import Random

import httpx
import pytest

from mockserver.app import build
from mockserver.journal.entry import MOST_BODY
from mockserver.journal.journal import Evicted
from mockserver.sessions import sessions as sessions_module
from mockserver.sessions import weight as weight_module
from mockserver.sessions.forgotten import Forgotten
from mockserver.sessions.sessions import _ONE_REQUEST
from mockserver.settings import Settings
from mockserver.simulator.commands import Stage

LIMIT = 4 * 1024 * 1024
LONG = b'{"action":"UnPark","nonsense":"' + b"x" * 60_000 + b'"}'
CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"


@pytest.fixture(params=["memory", "file"])
def api(make_api, tmp_path, request):
    store = "memory" if request.param == "memory" else str(tmp_path / "world.db")
    api = make_api(most_bytes=LIMIT, store=store)
    yield api
    api.mock.close()


def count(api, session, **pattern):
    return api.control("POST", "journal/count", pattern, **{"X-Callpark-Session": session})


def place(api, session, number):
    body = {
        "extension": "0003*210",
        "phoneCallView": [
            {"source": ["0003*210"], "destination": ["0003*211"], "callerId": "x" * 200 + f"<{number}>"}
        ],
    }
    return api("POST", "/uapi/phoneCalls/12/simple", body, token=f"mock.{session}.12")


def test_a_client_that_opens_sessions_by_the_hundred_takes_no_more_than_the_limit(api, caplog):
    api.unpark()
    for number in range(300):
        api("PUT", CALL, LONG, token=f"mock.flood-{number % 100}.12")
        assert api.mock.sessions.bytes_kept <= LIMIT + _ONE_REQUEST
    assert len(api.mock.sessions) == 101
    listed = api.control("GET", "sessions")
    assert listed["bytesKept"] <= listed["bytesAtMost"] + _ONE_REQUEST == LIMIT + _ONE_REQUEST
    assert "in all sessions: the oldest entries of" in caplog.text


def test_a_client_whose_requests_lead_nowhere_takes_no_more_than_the_limit(api):
    """They are in journals too, though nobody's token was looked at."""
    for number in range(400):
        session = f"flood-{number % 20}"
        place = CALL if number < 20 else "/uapi/nowhere"
        assert api("PUT", place, LONG, token=f"mock.{session}.12").status_code in (400, 404)
        assert api.mock.sessions.bytes_kept <= LIMIT + _ONE_REQUEST


def test_a_mock_that_is_full_seldom_weighs_all_its_sessions(make_api, monkeypatch):
    """It is full for weeks, and a request costs little beside weighing a thousand sessions."""
    api = make_api(most_bytes=LIMIT)
    for number in range(300):
        api("PUT", CALL, LONG, token=f"mock.flood-{number % 100}.12")
    weighed, weights = [], api.mock.sessions._weights
    monkeypatch.setattr(api.mock.sessions, "_weights", lambda: weighed.append(None) or weights())
    for number in range(1_500):
        api("PUT", CALL, b"{}", token=f"mock.flood-{number % 100}.12")
    assert api.mock.sessions.bytes_kept > LIMIT * 3 // 4
    assert 0 < len(weighed) < 1_500 // 75


@pytest.mark.parametrize("store", ["memory", "file"])
def test_what_is_weighed_bit_by_bit_comes_to_what_all_sessions_weigh(make_api, monkeypatch, tmp_path, store):
    """They begin, grow, are reset, dropped, pushed out, forgotten, and found again in a file."""
    monkeypatch.setattr(sessions_module, "_SELDOM", (1 << 60, 0))
    monkeypatch.setattr(weight_module, "_EXTENSION", 0)  # who shares a scenario is seen where all are weighed
    settings = {"store": "memory" if store == "memory" else str(tmp_path / "world.db"), "session_limit": 20}
    api = make_api(most_bytes=LIMIT // 4, **settings)
    drawn, reasons = Random(7), set()
    for number in range(300):
        sessions = api.mock.sessions
        name = f"any-{drawn.randrange(30)}"
        match drawn.randrange(8):
            case 0:
                api.control("POST", "reset", {}, **{"X-Callpark-Session": name})
            case 1 if len(sessions) > 3 and sessions.find(name) is not None:
                sessions.drop(name)
            case 2:
                place(api, name, number)
            case 3:
                api("PUT", "/uapi/nowhere", LONG, token=f"mock.{name}.12")
            case _:
                api("PUT", CALL, drawn.choice([b"{}", LONG]), token=f"mock.{name}.12")
        assert sessions.bytes_kept <= LIMIT // 4 + _ONE_REQUEST
        for _ in range(2):  # what had to be lighter at the first look is weighed again at the next
            sessions._look()
        assert sessions._kept == sum(sessions._weighed.values()) == sessions.bytes_kept
        reasons |= {each.reason for each in sessions.evictions}
        if number == 200 and store == "file":
            api.mock.close()
            api = make_api(most_bytes=LIMIT // 4, **settings)
    assert "more than 20 sessions" in reasons
    api.mock.close()


def test_what_an_answer_adds_that_takes_its_time_is_seen_by_the_next_request(runner):
    """Nobody has looked its session up since it began."""
    many, slowly = 80, {"chunkedDribbleDelay": {"numberOfChunks": 1, "totalDuration": 5_000}}

    async def story():
        mock = build(Settings(clock="manual", most_bytes=LIMIT))
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app=mock), base_url="http://127.0.0.1:8080")
        answers = []
        for number in range(many):
            session = {"X-Callpark-Session": f"slow-{number}"}
            (await http.post("/_mock/faults", json=slowly, headers=session)).raise_for_status()
            bearer = {"Authorization": f"Bearer mock.slow-{number}.12"}
            answers.append(asyncio.ensure_future(http.put(CALL, content=LONG, headers=bearer)))
        for _ in range(100):
            await asyncio.sleep(0)
        mock.sessions._look()
        assert mock.sessions._kept < LIMIT
        for each in list(mock.sessions._open.values()):
            each.move_by(5)
        assert {answer.status_code for answer in await asyncio.gather(*answers)} == {400}
        assert mock.sessions.bytes_kept > LIMIT
        mock.sessions._uncounted = 0
        await http.put(CALL, content=b"{}", headers={"Authorization": "Bearer mock.default.12"})
        assert mock.sessions.bytes_kept <= LIMIT

    runner.run(story())


def test_what_grows_without_a_request_is_seen_now_and_then(make_api, monkeypatch):
    monkeypatch.setattr(sessions_module, "_SELDOM", (10, 1))
    sessions = make_api(most_bytes=LIMIT).mock.sessions
    for number in range(20):
        sessions.open(f"busy-{number}")
    for session in list(sessions._open.values()):
        for number in range(200):
            session.execute(Stage(call_id=f"aa{number}", user="12", extension="0003*210", parked=True))
    sessions._grown.clear()
    assert sessions.bytes_kept > LIMIT
    for _ in range(10 + 20 + LIMIT // _ONE_REQUEST):
        sessions.open("default")
    assert sessions.bytes_kept <= LIMIT


def test_sessions_of_a_large_scenario_are_weighed_as_they_begin(make_api):
    sessions = make_api(most_bytes=4 * LIMIT, scenario="five-hundred").mock.sessions
    kept = []
    for number in range(40):
        sessions.open(f"big-{number}")
        kept.append(sessions.bytes_kept)
    assert sessions.evictions
    assert max(kept) <= 4 * LIMIT + kept[0]


def test_a_flood_that_is_held_down_is_no_flood_of_lines(make_api, caplog, monkeypatch):
    api = make_api(most_bytes=LIMIT)
    monkeypatch.setattr(api.mock.sessions._telling_of_journals, "_source", lambda: 0.0)
    for number in range(300):
        api("PUT", CALL, LONG, token=f"mock.flood-{number % 100}.12")
    assert api.mock.sessions._telling_of_journals._untold
    assert caplog.text.count("the oldest entries of") == 1


def test_who_keeps_little_loses_nothing_and_who_keeps_much_is_told_what_is_gone(api):
    api.unpark()
    for number in range(300):
        api("PUT", CALL, LONG, token=f"mock.flood-{number % 100}.12")
    assert count(api, "default")["count"] == 1
    told = [count(api, f"flood-{number}") for number in range(100)]
    assert any(each["evicted"]["exchanges"] for each in told)
    for each in told:
        assert each["count"] == ("unknown" if each["evicted"]["exchanges"] else 3)
        assert each["atLeast"] <= 3 == each["atMost"]


def test_calls_without_end_end_their_session_and_no_other(api, caplog):
    api.mock.sessions._most_bytes = LIMIT // 8
    api.unpark()
    placed = 0
    while not api.mock.sessions.evictions:
        assert place(api, "flood", placed).status_code == 200
        placed += 1
        assert placed < LIMIT / 8 / 500
    (gone,) = api.mock.sessions.evictions
    assert (gone.session, gone.reason) == ("flood", "more than 0.5 MiB in all sessions")
    assert "session flood is forgotten: more than 0.5 MiB in all sessions" in caplog.text
    assert api.unpark().status_code == 204
    assert count(api, "default")["count"] == 2
    assert count(api, "flood")["atMost"] == placed
    assert count(api, "flood")["count"] == "unknown"


def test_sessions_that_begin_with_much_are_counted_before_the_next_begins(make_api):
    """What is written to the control plane may be as much as many requests add."""
    api = make_api(most_bytes=4 * LIMIT)
    kept = []
    for number in range(40):
        wanted = {"session": f"big-{number}", "scenario": {"name": "five-hundred"}}
        assert api("POST", "/_mock/sessions", wanted).status_code == 201
        kept.append(api.mock.sessions.bytes_kept)
    assert api.mock.sessions.evictions
    assert max(kept) <= 4 * LIMIT + kept[0]


def test_a_session_that_cannot_be_read_gives_way_and_keeps_nobody_from_being_served(make_api, tmp_path):
    file = tmp_path / "world.db"
    api = make_api(store=str(file))
    for number in range(200):
        api("PUT", CALL, LONG, token=f"mock.flood-{number % 10}.12")
    api.mock.close()
    database = sqlite3.connect(file)
    with database:
        database.execute("UPDATE event SET data = x'00' WHERE session = 'flood-3'")
    database.close()
    again = make_api(store=str(file), most_bytes=LIMIT)
    assert again.unpark().status_code == 200
    assert [each.session for each in again.mock.sessions.evictions] == ["flood-3"]
    assert again.mock.sessions.bytes_kept <= LIMIT + _ONE_REQUEST
    again.mock.close()


@pytest.fixture
def forgetful(make_api, tmp_path):
    def make(store="memory"):
        return make_api(session_limit=1, store=store if store == "memory" else str(tmp_path / store))

    return make


def test_a_session_that_begins_after_a_forgotten_one_of_its_name_does_not_count_as_new(forgetful):
    api = forgetful()
    for _ in range(3):
        api.unpark()
    api.unpark(headers={"Authorization": "Bearer mock.other.12"})
    assert count(api, "default") | {"session": ""} == {
        "count": "unknown", "atLeast": 0, "atMost": 3, "session": "",
        "bytesKept": 0, "bytesAtMost": 1_048_576, "evicted": {"entries": 3, "exchanges": 3, "last": 3},
    }  # fmt: skip
    api.unpark()
    (entry,) = api.control("GET", "journal")["entries"]
    assert entry["number"] == 4
    verified = api.control("POST", "journal/verify", {"exactly": 1})
    assert verified["verdict"] == "unknown"
    assert count(api, "default", after=3)["count"] == 1
    api.control("DELETE", "journal")
    assert count(api, "default")["count"] == 0


def test_what_is_made_or_dropped_by_hand_begins_at_nothing(forgetful):
    api = forgetful()
    api.unpark()
    assert api("POST", "/_mock/sessions", {"session": "other"}).status_code == 201
    assert api("POST", "/_mock/sessions", {"session": "default"}).status_code == 201
    assert count(api, "default")["count"] == 0
    api.unpark()
    assert api("DELETE", "/_mock/sessions/default").status_code == 204
    assert count(api, "default")["count"] == 0


def test_a_file_knows_what_was_forgotten_when_it_is_served_again(forgetful):
    api = forgetful("world.db")
    api.unpark()
    api.unpark(headers={"Authorization": "Bearer mock.other.12"})
    api.mock.close()
    again = forgetful("world.db")
    assert count(again, "default")["atMost"] == 1
    assert count(again, "other")["atMost"] == 1  # it gave way unopened
    again.mock.close()
    once_more = forgetful("world.db")
    assert count(once_more, "default")["count"] == "unknown"
    once_more.mock.close()


def test_a_file_that_is_served_again_knows_no_more_of_what_is_dropped_by_hand(forgetful):
    api = forgetful("world.db")
    api.unpark()
    api.unpark(headers={"Authorization": "Bearer mock.other.12"})
    api.unpark()
    api.mock.close()
    again = forgetful("world.db")
    assert again("DELETE", "/_mock/sessions/default").status_code == 204
    assert count(again, "default")["count"] == 0
    again.mock.close()


def test_no_forgotten_session_is_taken_for_a_new_one_however_many_there_are():
    forgotten = Forgotten(most=10)
    for number in range(1, 1_001):
        forgotten.add(f"s{number}", Evicted(entries=number, exchanges=number, last=number))
    assert forgotten.of("s1000") == Evicted(entries=1_000, exchanges=1_000, last=1_000)
    assert {forgotten.of(f"s{number}").last for number in range(1, 991)} == {990}
    assert sum(forgotten.of(f"new-{number}") is not None for number in range(1_000)) < 10
    forgotten.discard("s1000")
    assert forgotten.of("s1000") is None


def test_what_sessions_are_said_to_keep_is_about_what_they_take(make_api):
    """Their journals are weighed elsewhere."""
    api = make_api()
    sessions = api.mock.sessions
    place(api, "warm", 0)
    tracemalloc.start()
    try:
        gc.collect()
        before, counted = tracemalloc.get_traced_memory()[0], sessions.bytes_kept
        for number in range(100):
            place(api, f"few-{number}", number)
        for number in range(400):
            place(api, "many", number)
            sessions.find("many").journal.clear()
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.7 * taken < sessions.bytes_kept - counted < 2 * taken


def test_one_request_is_never_more_than_is_reckoned_with(make_api):
    """A long payload where none is read, all headers there may be, a long answer, and another one instead of it."""
    api = make_api(scenario="five-hundred")
    everything = "/uapi/phoneCalls/@me/@self"
    api("GET", everything)
    api.control("POST", "faults", {"fault": "WRONG_CONTENT_TYPE"})
    sessions = api.mock.sessions
    before = sessions.bytes_kept
    headers = {f"x-{number}": "y" * 320 for number in range(190)}
    api("GET", everything, b" " * 2 * MOST_BODY, headers=headers, conforming=False)
    assert 2 * MOST_BODY < sessions.bytes_kept - before < _ONE_REQUEST
