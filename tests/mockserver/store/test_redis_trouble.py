"""A Redis server that loses answers, goes away, is not there, or holds what cannot be read."""

import subprocess
import sys

import pytest
import redis

from mockserver.store import StoreError
from mockserver.store.opening import open_store
from mockserver.store.redis_server import RedisStore

PATH = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"

pytestmark = pytest.mark.redis


def losing_the_first_answer(right):
    """A script of Redis that does its work, but whose first answer gets lost; and the answers that got lost."""
    lost = []

    def losing(keys, arguments):
        said = right(keys, arguments)
        if not lost:
            lost.append(said)
            raise redis.ConnectionError("Connection closed by server.")
        return said

    return losing, lost


def test_an_answer_of_redis_that_gets_lost_is_no_second_append(make_worker):
    api = make_worker()
    api.listed()
    store = api.mock._store
    store._append, lost = losing_the_first_answer(store._append)
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
    journal.keeper._add, lost = losing_the_first_answer(journal.keeper._add)
    api.listed()
    api.listed()
    (said,) = lost
    assert said > 0
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
