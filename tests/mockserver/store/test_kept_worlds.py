"""A mock whose sessions are in a file: what is there after it was ended, and what it says when it cannot write."""

import asyncio
import sqlite3
import subprocess
import sys

import pytest

from mockserver.journal.journal import Evicted
from mockserver.settings import Settings
from mockserver.store import StoreError, StoreUnavailableError, sqlite_file
from mockserver.store.opening import open_store
from mockserver.store.sqlite_file import SqliteStore

CALL = "b817d2618fe6f1804333"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "world.db"


@pytest.fixture
def serve(make_api, file):
    """Ends the mock of before and starts another on the same file."""
    served = []

    def start(**settings):
        if served:
            served.pop().mock.close()
        served.append(make_api(**{"store": str(file), **settings}))
        return served[-1]

    yield start
    if served:
        served.pop().mock.close()


def journal(api):
    entries = api.control("GET", "journal")["entries"]
    return [{**each, "explanation": None} for each in entries]


def test_sessions_journals_behaviours_and_faults_are_there_again(serve):
    api = serve()
    api.control("POST", "states", {"action": "setup", "state": "parked", "params": {"maxInParking": 30}})
    assert api.unpark().status_code == 200
    assert api.unpark(sendCallTo="0003*999").status_code == 400
    api.control("POST", "faults", {"fault": "SERVICE_UNAVAILABLE", "nth": 2})
    api("GET", "/uapi/phoneCalls/@me/@self")
    api.control("PUT", "behaviour", {"variants": ["next-slot"], "defect": None})
    api("POST", "/_mock/sessions", {"session": "other", "clock": "x60", "seed": 7})
    shown = [("GET", "state"), ("GET", "faults"), ("GET", "behaviour")]
    left = [api.control(*each) for each in shown]
    entries = journal(api)
    again = serve(clock="real", seed=4, scenario="empty")
    assert {each["session"] for each in again.control("GET", "sessions")["sessions"]} == {"default", "other"}
    assert [again.control(*each) for each in shown] == left
    assert journal(again) == entries
    assert again("GET", "/_mock/sessions/other").json()["seed"] == 7
    events = again.control("POST", "clock/advance", {"seconds": 30})["events"]
    assert [each["event"] for each in events] == ["ComebackStarted", "ComebackAnswered"]
    assert again("GET", "/uapi/phoneCalls/@me/@self", conforming=False).status_code == 503


def test_a_dropped_session_is_gone_for_good(serve):
    api = serve(strict_sessions=True)
    api("POST", "/_mock/sessions", {"session": "other"})
    again = serve(strict_sessions=True)
    assert again("POST", "/_mock/sessions", {"session": "other"}).status_code == 409
    assert again("DELETE", "/_mock/sessions/other").status_code == 204
    once_more = serve(strict_sessions=True)
    assert once_more("GET", "/_mock/sessions/other").status_code == 404


def test_sessions_of_before_count_and_the_longest_idle_gives_way(serve):
    api = serve(session_limit=2)
    for name in ("first", "second"):
        api("POST", "/_mock/sessions", {"session": name})
    again = serve(session_limit=2)
    again("POST", "/_mock/sessions", {"session": "third"})
    listed = again.control("GET", "sessions")
    assert [each["session"] for each in listed["evicted"]] == ["first"]
    assert {each["session"] for each in listed["sessions"]} == {"second", "third"}


def test_a_world_moves_between_stores(serve, make_api):
    elsewhere = make_api()
    elsewhere.control(
        "POST", "states", {"action": "setup", "state": "parked", "params": {"maxInParking": 30}}
    )
    elsewhere.unpark()
    elsewhere.control("PUT", "behaviour", {"variants": ["next-slot"], "defect": None})
    taken = elsewhere.control("GET", "state/export")
    serve().control("POST", "state/import", taken)
    again = serve()
    assert again.control("GET", "state/export") == taken
    back = make_api()
    back.control("POST", "state/import", again.control("GET", "state/export"))
    assert back.control("GET", "state") == elsewhere.control("GET", "state")


def fill(api):
    """A disk without room, as SQLite meets it: the file may not grow, and its last pages are written full."""
    database = api.mock._store._database
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(500):
        answer = api("PUT", "/_mock/behaviour", {"variants": [], "defect": None})
        if answer.status_code != 200:
            return answer
    raise AssertionError("there is still room")


def test_a_full_disk_is_503_in_the_vendors_envelope_and_changes_nothing(serve, error_of):
    api = serve()
    api.listed()
    answer = fill(api)
    taken = api.control("GET", "state/export")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    refused = api.unpark()
    assert error_of(refused) == (503, "service_unavailable")
    assert refused.headers["Retry-After"] == "1"
    assert "is full" in refused.json()["error"]["message"]
    assert api("POST", "/_mock/reset").status_code == 503
    assert api("POST", "/_mock/clock/advance", {"seconds": 5}).status_code == 503
    assert api("POST", "/_mock/faults", {"fault": "EMPTY_RESPONSE"}).status_code == 503
    assert api.control("GET", "state/export") == taken
    token = api("GET", "/uapi/phoneCalls/@me/@self", token="mock.another.12")
    assert error_of(token) == (503, "service_unavailable")
    api.mock._store._database.execute("PRAGMA max_page_count = 1000000")
    assert api.unpark().status_code == 200
    assert serve().listed()["phoneCallView"][0]["extension"] == "0003*024"


def failing_from(store, step):
    """The store refuses from so many appends on."""
    right, steps = store.append, []

    def append(*arguments, **more):
        steps.append(arguments)
        if len(steps) >= step:
            raise StoreUnavailableError("the disk is gone")
        return right(*arguments, **more)

    store.append = append


@pytest.mark.parametrize(
    ("step", "says", "moved"),
    [(1, "Nothing was done", 0), (2, "Part of this was done, or all of it", 10)],
)
def test_an_advance_that_fails_on_the_way_says_what_was_done(serve, runner, step, says, moved):
    api = serve()
    session = api.mock.sessions.open("default")
    unpark = {"action": "UnPark", "sendCallTo": "810", "phoneCallViewId": "01"}

    async def scenario():
        authorized = {"Authorization": "Bearer mock.default.12"}
        path = f"/uapi/phoneCalls/@me/@self/{CALL}"
        ringing = asyncio.create_task(api._send("PUT", path, authorized, {"json": unpark}))
        while not session.waiting:
            await asyncio.sleep(0)
        began = session.clock.now()
        failing_from(api.mock._store, step)
        refused = await api._send("POST", "/_mock/clock/advance", {}, {"json": {"seconds": 20}})
        ringing.cancel()
        return refused, session.clock.now() - began

    refused, gone = runner.run(scenario())
    assert (refused.status_code, gone) == (503, moved)
    assert refused.json()["error"]["message"].startswith(
        f"{says}, for the mock's store failed: the disk is gone"
    )


def test_an_unpark_whose_ringing_the_store_fails_in_says_that_it_began(serve, runner, error_of):
    api = serve()
    session = api.mock.sessions.open("default")

    async def scenario():
        authorized = {"Authorization": "Bearer mock.default.12"}
        body = {"action": "UnPark", "sendCallTo": "810", "phoneCallViewId": "01"}
        path = f"/uapi/phoneCalls/@me/@self/{CALL}"
        ringing = asyncio.create_task(api._send("PUT", path, authorized, {"json": body}))
        while not session.bell.is_listened_to:
            await asyncio.sleep(0)
        failing_from(api.mock._store, 1)
        session.clock.obey(session.clock.moved_to(session.clock.now() + 20))
        session.bell.ring()
        return await asyncio.wait_for(ringing, 20)

    refused = runner.run(scenario())
    assert error_of(refused) == (503, "service_unavailable")
    assert refused.json()["error"]["message"].startswith("Part of this was done, or all of it")


def test_a_file_that_another_process_serves_from_is_refused(file):
    script = (
        "from pathlib import Path; from mockserver.store.sqlite_file import SqliteStore;"
        f"store = SqliteStore(Path({str(file)!r})); print('holds', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        with pytest.raises(StoreError, match="another process serves from it"):
            SqliteStore(file)
        holder.kill()
        holder.wait()
    SqliteStore(file).close()


def test_a_database_of_something_else_is_refused_and_left_alone(file):
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE mine (id)")
    database.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="database of something else"):
        SqliteStore(file)
    assert file.read_bytes() == before


def test_a_file_of_another_format_is_refused_with_the_way_out(file):
    SqliteStore(file).close()
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 7")
    database.close()
    with pytest.raises(StoreError, match=r"format 7, and this callpark reads 1: .*/_mock/state/export"):
        SqliteStore(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no database at all, but long enough to be read as one" * 40, "no SQLite file"),
        ("torn", "broken|malformed"),
    ],
)
def test_a_broken_file_is_refused(file, content, message):
    if content == "torn":
        SqliteStore(file).close()
        whole = file.read_bytes()
        content = whole[:100] + b"\xff" * 4000 + whole[4100:]
    file.write_bytes(content)
    with pytest.raises(StoreError, match=message):
        SqliteStore(file)


@pytest.mark.parametrize("path", ["/proc/world.db", "/nowhere/at/all/world.db"])
def test_a_folder_that_cannot_be_written_is_refused(path):
    with pytest.raises(StoreError, match="its folder is not there, or may not be written to"):
        open_store(path)


@pytest.mark.parametrize("named", ["memroy", "", "ftp://host/world.db", "redis"])
def test_what_names_no_store_is_refused(named):
    with pytest.raises(StoreError, match=r"allowed: memory, a file such as world\.db, or redis://HOST:PORT"):
        open_store(named)


def test_a_session_of_which_events_are_missing_is_unreadable_and_others_are_not(serve, error_of, file):
    api = serve()
    api.listed()
    api("GET", "/uapi/phoneCalls/@me/@self", token="mock.other.12")
    api.mock._store._database.execute("DELETE FROM event WHERE session = 'default' AND version = 3")
    again = serve()
    refused = again("GET", "/uapi/phoneCalls/@me/@self")
    assert error_of(refused) == (503, "service_unavailable")
    assert "session 'default' cannot be read: events are missing" in refused.json()["error"]["message"]
    assert again("GET", "/uapi/phoneCalls/@me/@self", token="mock.other.12").status_code == 200


def test_a_file_remembers_the_latest_that_were_forgotten_and_seldom_looks_for_the_oldest(file, monkeypatch):
    monkeypatch.setattr(sqlite_file, "_FORGOTTEN", 20)
    monkeypatch.setattr(sqlite_file, "_TIDIED_EVERY", 10)
    store, asked = SqliteStore(file), []
    store._database.set_trace_callback(asked.append)
    for number in range(100):
        store.forget(f"s{number}", Evicted(entries=1, exchanges=1, last=number + 1))
        assert len(store.forgotten()) <= 20 + 10
    kept = list(store.forgotten())
    assert kept == [f"s{number}" for number in range(100 - len(kept), 100)]
    assert len(kept) >= 20
    assert sum("OFFSET" in each for each in asked) == 10
    store.close()


def test_a_behaviour_that_this_mock_does_not_have_makes_its_session_unusable_and_says_so(serve, error_of):
    api = serve()
    api.control("PUT", "behaviour", {"variants": ["next-slot"], "defect": None})
    database = api.mock._store._database
    database.execute("UPDATE event SET data = replace(data, 'next-slot', 'some-slot')")
    again = serve()
    refused = again.unpark()
    assert error_of(refused) == (503, "service_unavailable")
    assert "some-slot" in refused.json()["error"]["message"]


def test_the_default_loads_no_engine():
    script = (
        "import sys, mockserver.app; mockserver.app.build().sessions.open('default');"
        "print(sys.modules.keys() & {'sqlite3', 'redis'})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_settings_keep_sessions_in_memory_by_default():
    assert Settings().store == "memory"
