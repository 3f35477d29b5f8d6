"""Several mocks on one Redis server serve one world."""

import asyncio
from random import Random

import pytest
import redis

from mockserver.clock import system_time
from mockserver.simulator.commands import Address, End, Stage, UnPark

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
BODY = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}

pytestmark = pytest.mark.redis


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
