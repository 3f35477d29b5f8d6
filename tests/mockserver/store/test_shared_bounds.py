"""What all sessions on a Redis server keep together is bounded, whoever serves them; and none is left half made."""

import socket
import subprocess

import pytest
import redis

from mockserver.store.redis_server import RedisStore
from mockserver.store.seam import StoreError, StoreUnavailableError

pytestmark = pytest.mark.redis

MIB = 1024 * 1024
LIMIT = 4 * MIB
LONG = b'{"action":"UnPark","nonsense":"' + b"x" * 60_000 + b'"}'
PATH = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"


def count(api, session, **pattern):
    return api.control("POST", "journal/count", pattern, **{"X-Callpark-Session": session})


def test_a_flood_through_all_workers_stays_below_the_limit_and_spares_who_keeps_little(
    make_worker, redis_server, caplog
):
    workers = [make_worker(most_bytes=LIMIT) for _ in range(2)]
    workers[0].unpark()
    with redis.Redis.from_url(redis_server.url) as server:
        before = server.info("memory")["used_memory"]
        for number in range(200):
            workers[number % 2]("PUT", PATH, LONG, token=f"mock.flood-{number % 50}.12")
        assert server.info("memory")["used_memory"] - before < 1.5 * LIMIT
    for each in workers:
        assert each.control("GET", "sessions")["bytesKept"] < LIMIT + MIB
        assert count(each, "default")["count"] == 1
    told = [count(workers[0], f"flood-{number}") for number in range(50)]
    assert any(each["evicted"]["exchanges"] for each in told)
    for each in told:
        assert each["count"] == ("unknown" if each["evicted"]["exchanges"] else 4)
        assert each["atMost"] == 4
    assert told == [count(workers[1], f"flood-{number}") for number in range(50)]
    assert "in all sessions: the oldest entries of" in caplog.text


def test_a_worker_remembers_no_names_of_sessions_that_are_gone(make_worker):
    here = make_worker(session_limit=3, most_bytes=LIMIT)
    for number in range(20):
        here("PUT", PATH, LONG, token=f"mock.flood-{number}.12")
    here.mock.sessions._shared.is_full = True
    here.mock.sessions._most_bytes = 100_000
    here.listed()
    sessions = here.mock.sessions
    kept = [each for each in vars(sessions).values() if isinstance(each, dict | set)]
    assert all(len(each) <= 3 for each in kept)


def test_calls_without_end_end_their_session_on_all_workers(make_worker):
    here, there = make_worker(), make_worker()
    here.unpark()
    body = {
        "extension": "0003*210",
        "phoneCallView": [{"source": ["0003*210"], "destination": ["0003*211"]}],
    }
    for _ in range(60):
        assert here("POST", "/uapi/phoneCalls/12/simple", body, token="mock.flood.12").status_code == 200
    for each in (here, there):
        each.mock.sessions._most_bytes = 60_000
        each.mock.sessions._shared.is_full = True
    there.listed()
    told = here.control("GET", "sessions")
    assert "flood" not in [each["session"] for each in told["sessions"]]
    assert [each["session"] for each in told["evicted"]] == ["flood"]
    assert here.unpark().status_code == 204
    assert count(there, "flood")["count"] == "unknown"
    assert count(there, "flood")["atMost"] == 60


def test_a_session_that_begins_after_a_forgotten_one_of_its_name_does_not_count_as_new(make_worker):
    here, there = make_worker(session_limit=1), make_worker(session_limit=1)
    for _ in range(3):
        here.unpark()
    there.unpark(headers={"Authorization": "Bearer mock.other.12"})
    assert count(here, "default")["count"] == "unknown"
    assert count(here, "default")["evicted"] == {"entries": 3, "exchanges": 3, "last": 3}
    here.unpark()
    assert [each["number"] for each in there.control("GET", "journal")["entries"]] == [4]
    assert count(there, "default", after=3)["count"] == 1
    there.unpark(headers={"Authorization": "Bearer mock.other.12"})
    assert count(here, "default")["evicted"] == {"entries": 4, "exchanges": 4, "last": 4}
    there.unpark(headers={"Authorization": "Bearer mock.other.12"})
    assert here("POST", "/_mock/sessions", {"session": "default"}).status_code == 201
    assert count(there, "default")["count"] == 0


def test_no_forgotten_session_is_taken_for_a_new_one_however_many_there_are(make_worker, redis_server):
    api = make_worker(session_limit=1)
    api.mock._store._forgotten_by_name = 5
    for number in range(30):
        api.unpark(headers={"Authorization": f"Bearer mock.s-{number}.12"})
    with redis.Redis.from_url(redis_server.url) as server:
        assert server.hlen("callpark:forgotten") == server.zcard("callpark:order") == 5
    assert count(api, "s-3")["count"] == "unknown"
    assert count(api, "s-28")["count"] == "unknown"
    assert count(api, "never-used")["count"] == 0


def test_two_who_let_the_same_session_go_say_so_once(workers, caplog):
    here, there = (each.mock.sessions for each in workers)
    here.open("mine")
    now = here._source()
    for each in (here, there):
        each._evict("mine", "it was in the way", now)
    assert [each.session for each in there.evictions] == ["mine"]
    assert caplog.text.count("session mine is forgotten") == 1


def test_a_session_that_somebody_has_begun_again_is_not_let_go_for_the_one_before(workers):
    here, there = (each.mock.sessions for each in workers)
    here.open("mine")
    now = here._source()
    here._evict("mine", "it was in the way", now)
    again = here.open("mine")
    there._evict("mine", "it was in the way", now)
    assert there.find("mine") is not None
    assert not again.catch_up()
    assert not again.is_over


def test_a_session_whose_making_is_cut_off_is_known_to_all(workers, monkeypatch):
    """Else nobody would ever let it go."""
    here, there = (each.mock.sessions for each in workers)

    def cut_off(*_):
        raise StoreUnavailableError("cut off")

    monkeypatch.setattr(here._shared, "used", cut_off)
    with pytest.raises(StoreUnavailableError):
        here.open("mine")
    assert "mine" in [each.name for each in there]


def test_the_use_of_a_session_that_was_forgotten_is_no_session(workers):
    here, there = (each.mock.sessions for each in workers)
    here.open("mine")
    there.drop("mine")
    here._shared.used("mine", here._source())
    assert len(there) == 0


def test_who_begins_a_session_that_another_begins_and_forgets_begins_it_all_the_same(workers, monkeypatch):
    here, there = (each.mock.sessions for each in workers)
    append, read = here._shared.append, here._shared.read
    conflicts = []

    def append_later(session, **other):
        if not conflicts:
            there.open("mine")
        conflicts.append(session)
        return append(session, **other)

    def read_later(session, *, after):
        if len(conflicts) == 1:
            there.drop("mine")
            conflicts.append("read")
        return read(session, after=after)

    monkeypatch.setattr(here._shared, "append", append_later)
    monkeypatch.setattr(here._shared, "read", read_later)
    session = here.open("mine")
    assert conflicts == ["mine", "read", "mine"]
    assert session.is_new
    assert not session.is_over
    assert session.world.calls.keys() == there.find("mine").world.calls.keys()


def test_who_reads_a_session_that_is_forgotten_between_tail_and_standing_begins_it(make_worker, monkeypatch):
    here, there = (make_worker().mock.sessions for _ in range(2))
    there._shared._tail = 0
    there.open("mine")
    there.find("mine")._keep_standing()
    standing = here._shared.standing

    def standing_too_late(session):
        there.drop("mine")
        return standing(session)

    monkeypatch.setattr(here._shared, "standing", standing_too_late)
    session = here.open("mine")
    assert session.is_new
    assert not session.is_over
    assert there.find("mine").version == session.version


@pytest.fixture
def cluster(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        port, bus = one.getsockname()[1], other.getsockname()[1]
    options = (
        "--port",
        port,
        "--bind",
        "127.0.0.1",
        "--dir",
        tmp_path,
        "--cluster-enabled",
        "yes",
        "--save",
        "",
    )
    with subprocess.Popen(
        ["redis-server", *map(str, options), "--cluster-port", str(bus)], stdout=subprocess.DEVNULL
    ) as process:
        with redis.Redis(port=port) as client:
            while True:
                try:
                    client.ping()
                    break
                except redis.ConnectionError:
                    assert process.poll() is None, "redis-server has ended"
        yield f"redis://127.0.0.1:{port}"
        process.terminate()


@pytest.mark.parametrize("database", ["", "/1"])
def test_a_cluster_is_refused_with_a_word_on_why(cluster, database):
    with pytest.raises(StoreError, match=r"is part of a cluster.*one that stands alone"):
        RedisStore(cluster + database)
