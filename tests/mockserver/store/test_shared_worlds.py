"""Several mocks on one Redis server serve one world."""

import asyncio
import subprocess
import sys
from random import Random

import pytest
import redis

from mockserver.clock import system_time
from mockserver.simulator.commands import Address, End, Stage, UnPark
from mockserver.store import StoreError
from mockserver.store.opening import open_store
from mockserver.store.redis_server import RedisStore

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
BODY = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}

pytestmark = pytest.mark.redis


async def silent(listening):
    """Its task has ended, and its connections are closed."""
    task = listening._task
    if task is not None and task.get_loop() is asyncio.get_running_loop():
        done, _ = await asyncio.wait((task,), timeout=10)
        assert done, task
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def make_worker(make_api, runner, redis_server):
    made = []

    def make(**settings):
        made.append(make_api(**{"store": redis_server.url, **settings}))
        return made[-1]

    yield make
    for each in made:
        each.mock.close()
        runner.run(silent(each.mock._store._listening))


@pytest.fixture
def workers(make_worker):
    return make_worker(), make_worker()


def test_what_one_worker_does_all_others_see(workers):
    here, there = workers
    assert there.listed()["phoneCallView"][0]["status"] == 5
    assert here.unpark().status_code == 200
    assert there.unpark().status_code == 204
    assert there.listed()["phoneCallView"][0]["extension"] == "0003*024"
    there.control("POST", "clock/advance", {"seconds": 30})
    there.control("PUT", "behaviour", {"variants": ["documented-answer"], "defect": None})
    assert here.control("GET", "state") == there.control("GET", "state")
    there.control("POST", "reset")
    assert here.unpark().status_code == 200


def test_the_journal_has_all_workers_traffic_wherever_it_is_read(workers):
    here, there = workers
    here.unpark()
    there.unpark(sendCallTo="0003*999")
    here.control("POST", "states", {"action": "setup", "state": "parked"})
    there("GET", "/uapi/phoneCalls/@me/@self")

    def told(api):
        return [(each["number"], each["kind"]) for each in api.control("GET", "journal")["entries"]]

    assert told(here) == told(there) == [(1, "exchange"), (2, "exchange"), (3, "happening"), (4, "exchange")]
    there.control("DELETE", "journal")
    assert told(here) == []
    assert here.unpark().status_code == 204
    assert told(there) == [(1, "exchange")]


def test_the_journal_has_one_limit_for_all(workers):
    for each in workers:
        each.mock.sessions.open("default").journal.limit = 4_000
    for number in range(20):
        workers[number % 2]("GET", "/uapi/phoneCalls/@me/@self")
    here, there = (each.control("GET", "journal") for each in workers)
    assert here == there
    assert here["bytesKept"] <= 4_000
    assert here["evicted"]["entries"] + len(here["entries"]) == 20
    assert here["evicted"]["last"] + 1 == here["entries"][0]["number"]


def test_a_timer_fires_once_whoever_looks(workers):
    here, there = workers
    here.control("POST", "states", {"action": "setup", "state": "parked", "params": {"maxInParking": 30}})
    there.control("POST", "clock/advance", {"seconds": 31})
    for each in (here, there, here):
        each("GET", "/uapi/phoneCalls/@me/@self")
    entries = here.control("GET", "journal")["entries"]
    fired = [event["event"] for each in entries for event in each["events"] if each["kind"] == "happening"]
    assert fired.count("ComebackStarted") == fired.count("ComebackAnswered") == 1


def test_a_session_that_was_dropped_elsewhere_begins_anew(workers):
    here, there = workers
    here.unpark()
    assert there("DELETE", "/_mock/sessions/default").status_code == 204
    assert here.unpark().status_code == 200
    assert there("POST", "/_mock/sessions", {"session": "default"}).status_code == 409
    assert there.unpark().status_code == 204


def test_whoever_holds_a_session_that_was_dropped_elsewhere_is_let_go_when_idle_ones_are_looked_for(
    workers, monkeypatch
):
    here, there = (worker.mock.sessions for worker in workers[:2])
    held = here.open("mine")
    there.open("mine")
    there.drop("mine")
    assert not held.is_over
    later = system_time() + 10
    monkeypatch.setattr(here, "_source", lambda: later)
    here.open("other")
    assert held.is_over


def test_who_gave_way_and_how_many_there_are_all_workers_know(make_worker):
    here, there = make_worker(session_limit=2), make_worker(session_limit=2)
    for api, name in ((here, "first"), (there, "second"), (here, "third")):
        assert api("POST", "/_mock/sessions", {"session": name}).status_code == 201
    for api in (here, there):
        listed = api.control("GET", "sessions")
        assert [each["session"] for each in listed["sessions"]] == ["second", "third"]
        assert [each["session"] for each in listed["evicted"]] == ["first"]


def test_a_wire_fault_that_strikes_once_strikes_one_worker(workers):
    here, there = workers
    here.control("POST", "faults", {"fault": "SERVICE_UNAVAILABLE", "nth": 3})
    answers = [each("GET", PATH).status_code for each in (there, here, there, here, there)]
    assert answers == [200, 200, 503, 200, 200]
    (fault,) = there.control("GET", "faults")["faults"]
    assert (fault["seen"], fault["struck"]) == (5, 1)


def test_the_race_for_a_call_has_one_winner(make_worker, runner):
    workers = [make_worker() for _ in range(4)]
    for number in range(30):
        workers[0].control(
            "POST", "states", {"action": "setup", "state": "parked", "params": {"phoneCallId": f"aa{number}"}}
        )
        stale = [each.mock.sessions.open("default") for each in workers]
        decided = [session.execute(unpark(f"aa{number}")) for session in stale]
        assert [type(each).__name__ for each in decided] == [
            "Retrieved",
            "NothingToDo",
            "NothingToDo",
            "NothingToDo",
        ]


def unpark(call_id):
    address = Address(viewer="12", user="@me", extension="@self", call_id=call_id)
    return UnPark(address=address, view_id="01", send_call_to="024")


async def waiting(api, until=1):
    """Until so many requests wait at this worker."""
    session = api.mock.sessions.open("default")
    while session.waiting < until or not session._store._listening._subscribed:
        await asyncio.sleep(0.001)


def test_a_request_that_waits_is_let_go_on_by_an_advance_elsewhere(workers, runner):
    here, there = workers

    async def scenario():
        answer = asyncio.create_task(
            here._send("PUT", PATH, AUTHORIZED, {"json": {**BODY, "sendCallTo": "810"}})
        )
        await waiting(here)
        states = [await each._send("GET", "/_mock/state", {}, {}) for each in (here, there)]
        advance = await there._send("POST", "/_mock/clock/advance", {}, {"json": {"seconds": 10}})
        return states, advance, await asyncio.wait_for(answer, 20)

    states, advance, answer = runner.run(scenario())
    assert [each.json()["waiting"] for each in states] == [1, 1]
    assert there.control("GET", "state")["waiting"] == 0
    assert [each["event"] for each in advance.json()["events"]] == ["CallRetrieved"]
    assert answer.status_code == 200
    assert answer.json()["phoneCallView"][0]["extension"] == "0003*810"


def test_a_reset_elsewhere_lets_a_request_go_that_waits(workers, runner):
    here, there = workers

    async def scenario():
        answer = asyncio.create_task(
            here._send("PUT", PATH, AUTHORIZED, {"json": {**BODY, "sendCallTo": "810"}})
        )
        await waiting(here)
        await there._send("POST", "/_mock/reset", {}, {})
        return await asyncio.wait_for(answer, 20)

    assert runner.run(scenario()).status_code == 204


AUTHORIZED = {"Authorization": "Bearer mock.default.12"}


def test_an_answer_of_redis_that_gets_lost_is_no_second_append(make_worker):
    api = make_worker()
    api.listed()
    store = api.mock._store
    right, lost = store._append, []

    def losing(keys, arguments):
        said = right(keys, arguments)
        if not lost:
            lost.append(said)
            raise redis.ConnectionError("Connection closed by server.")
        return said

    store._append = losing
    session = api.mock.sessions.open("default")
    before = session.version
    assert api.unpark().status_code == 200
    assert len(lost) == 1
    assert session.version == before + 2
    assert make_worker().mock.sessions.open("default").world == session.world


def test_an_answer_of_redis_that_gets_lost_is_no_second_entry_of_the_journal(make_worker):
    api = make_worker()
    api.listed()
    journal = api.mock.sessions.open("default").journal
    right, lost = journal.keeper._add, []

    def losing(keys, arguments):
        said = right(keys, arguments)
        if not lost:
            lost.append(said)
            raise redis.ConnectionError("Connection closed by server.")
        return said

    journal.keeper._add = losing
    api.listed()
    api.listed()
    assert lost == [1]
    assert [entry.number for entry in journal.entries] == [1, 2, 3]


def test_whether_it_was_done_is_open_where_redis_goes_away_in_the_middle(make_worker, error_of):
    api = make_worker()
    api.listed()

    def gone(keys, arguments):
        raise redis.ConnectionError("Connection closed by server.")

    api.mock._store._append = gone
    refused = api.unpark()
    assert error_of(refused) == (503, "service_unavailable")
    assert refused.json()["error"]["message"].startswith("Whether this was done is not known")


def test_a_redis_that_is_away_is_503_and_everything_goes_on_when_it_is_back(workers, redis_server, error_of):
    here, there = workers
    here.unpark()
    taken = here.control("GET", "state/export")
    redis_server.kill()
    try:
        refused = here.unpark()
        assert error_of(refused) == (503, "service_unavailable")
        assert refused.headers["Retry-After"] == "1"
        assert refused.json()["error"]["message"].startswith("Nothing was done")
        under_control = there("GET", "/_mock/state")
        assert (under_control.status_code, under_control.headers["Retry-After"]) == (503, "1")
        token = there("POST", "/oauth/token.php", b"grant_type=client_credentials")
        assert (token.status_code, token.json()["error"]) == (503, "server_error")
    finally:
        redis_server.start()
    assert there.control("GET", "state/export") == taken
    assert there.unpark().status_code == 204
    assert here.control("POST", "journal/count", {"request": {"method": "PUT"}})["count"] == 2


def test_sessions_of_another_format_are_left_alone(redis_server):
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("callpark:format", "7")
    with pytest.raises(StoreError, match="in format 7, and this callpark reads 1"):
        RedisStore(redis_server.url)


def test_a_server_that_is_not_there_is_said_with_what_to_install():
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/0.*apt-get install redis-server") as error:
        open_store("redis://user:secret@127.0.0.1:1/0")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "named",
    [
        "redis://user:secret@127.0.0.1:x/0",
        "redis://127.0.0.1:x/0?password=secret",
        "redis://127.0.0.1:1/0?password=secret",
        "redist://user:secret@127.0.0.1:1/0",
        "redis://127.0.0.1:x/0?password=half@secret",
        "redis://user:secret?half@127.0.0.1:x/0",
    ],
)
def test_a_refusal_tells_no_secret_of_an_address(named):
    with pytest.raises(StoreError) as error:
        open_store(named)
    assert "redis" in str(error.value)
    assert "127.0.0.1" in str(error.value) or "half" in named
    assert "secret" not in str(error.value)


def test_a_python_without_redis_is_said_with_what_to_install():
    script = (
        "import sys; sys.modules['redis'] = None\n"
        "from mockserver.store.opening import open_store\n"
        "try: open_store('redis://127.0.0.1:1/0')\n"
        "except ValueError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "pip install 'callpark[redis]'" in done.stdout


def test_events_that_are_missing_make_a_session_unreadable(make_worker, redis_server, error_of):
    make_worker().listed()
    with redis.Redis.from_url(redis_server.url) as client:
        client.lpop("callpark:session:default:events")
    refused = make_worker()("GET", PATH)
    assert error_of(refused) == (503, "service_unavailable")
    assert "events are missing" in refused.json()["error"]["message"]


def test_whoever_waited_at_a_worker_that_died_waits_no_more(workers, redis_server):
    here, there = workers
    here.mock._store.waits("default", 3)
    assert there.control("GET", "state")["waiting"] == 3
    with redis.Redis.from_url(redis_server.url) as client:
        client.delete(f"callpark:alive:{here.mock._store.writer}")
    assert there.control("GET", "state")["waiting"] == 0


def test_the_stream_of_events_tells_of_what_another_worker_did(workers, runner):
    here, there = workers

    async def scenario():
        told = asyncio.Queue()

        async def send(message):
            await told.put(message.get("body", b"").partition(b"\n")[0])

        async def receive():
            await asyncio.Event().wait()

        headers = [(b"host", b"127.0.0.1")]
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/_mock/events",
            "query_string": b"",
            "scheme": "http",
        }
        stream = asyncio.create_task(here.mock({**scope, "headers": headers}, receive, send))
        seen = [await asyncio.wait_for(told.get(), 20) for _ in range(4)]
        while not here.mock._store._listening._subscribed:
            await asyncio.sleep(0.001)
        await there._send("PUT", PATH, AUTHORIZED, {"json": BODY})
        seen += [await asyncio.wait_for(told.get(), 20) for _ in range(2)]
        stream.cancel()
        return seen

    names = [each.removeprefix(b"event: ").decode() for each in runner.run(scenario())]
    assert names == ["", "state", "journal", "faults", "state", "journal"]


@pytest.mark.parametrize("seed", range(6))
def test_workers_that_take_turns_come_to_the_world_that_one_would_have_come_to(make_worker, make_api, seed):
    draw = Random(seed)
    alone, workers = make_api(), [make_worker() for _ in range(3)]
    sessions = [each.mock.sessions.open("default") for each in (alone, *workers)]
    calls = [CALL]
    for number in range(40):
        calls.append(f"aa{number}")
        command = draw.choice(
            [
                stage(calls[-1], draw.choice([None, 5.0, 60.0])),
                unpark(draw.choice(calls)),
                End(call_id=draw.choice(calls)),
            ]
        )
        worker = draw.choice(sessions[1:])
        if draw.random() < 0.2:
            assert worker.move_by(7) == sessions[0].move_by(7)
        assert worker.execute(command) == sessions[0].execute(command)
    for session in sessions[1:]:
        session.catch_up()
        session.elapse()
        assert session.world == sessions[0].world


def stage(call_id, limit):
    return Stage(call_id=call_id, user="12", extension="0003*210", parked=True, max_in_parking=limit)


def test_word_of_a_change_is_not_lost_on_whoever_is_about_to_look(workers, runner):
    """Two changes at once: the second comes while the one who waits was rung for and has not looked yet."""
    here, there = workers

    here.mock._store._listening.heed = lambda _session: None

    async def scenario():
        session = here.mock.sessions.open("default")
        listening = asyncio.create_task(session.bell.heard(within=20))
        await asyncio.sleep(0)
        other = there.mock.sessions.open("default")
        other.move_by(1)
        assert here.mock.sessions._changed("default")
        other.move_by(1)
        assert not here.mock.sessions._changed("default")
        await listening
        return session.world.now, other.world.now

    here_now, there_now = runner.run(scenario())
    assert here_now == there_now
