"""`callpark mock --workers`: processes that serve one world, and the one that watches over them."""

import os
import resource
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mockserver.serving.workers import Workers

CALLPARK = Path(sys.executable).parent / "callpark"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CALLPARK_")}


@contextmanager
def started(folder, *arguments):
    """A mock that serves: its URL and its process."""
    command = [CALLPARK, "mock", "--port", "0", "--ready-file", folder / "ready", *arguments]
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert "/uapi" in line, process.stderr.read()
        yield line.split()[2].removesuffix("/uapi"), process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def children(process):
    return set(map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()))


def retrieved(url, call):
    body = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
    headers = {"Authorization": "Bearer mock.default.12"}
    return httpx.put(f"{url}/uapi/phoneCalls/@me/@self/{call}", json=body, headers=headers).status_code


@contextmanager
def ending(pids):
    """The processes end in the block, or soon after it."""
    handles = [os.pidfd_open(pid) for pid in pids]
    yield
    for handle in handles:
        assert select.select([handle], [], [], 30)[0], "a worker goes on"
        os.close(handle)


@pytest.mark.redis
def test_a_worker_that_dies_is_replaced_and_has_lost_nothing(tmp_path, redis_server):
    with started(tmp_path, "--store", redis_server.url, "--workers", 3) as (url, process):
        workers = children(process)
        assert len(workers) == 3
        assert retrieved(url, "b817d2618fe6f1804333") == 200
        os.kill(min(workers), signal.SIGKILL)
        assert (
            f"worker {min(workers)} has ended (SIGKILL); another takes its place" in process.stderr.readline()
        )
        for _ in range(6):
            with httpx.Client() as client:
                assert retrieved(url, "b817d2618fe6f1804333") == 204
                assert client.get(f"{url}/_mock/health").json()["process"] in children(process)
        workers = children(process)
        assert len(workers) == 3
        with ending(workers):
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0


@pytest.mark.redis
def test_workers_take_all_the_descriptors_that_the_system_allows(tmp_path, redis_server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        with started(tmp_path, "--workers", "2", "--store", redis_server.url) as (_, process):
            allowed = {resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in children(process)}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert allowed == {(hard, hard)}


@pytest.mark.redis
def test_workers_end_with_the_process_that_watches_over_them(tmp_path, redis_server):
    with (
        started(tmp_path, "--store", redis_server.url, "--workers", 2) as (_, process),
        ending(children(process)),
    ):
        process.kill()
        process.wait()


@pytest.mark.redis
def test_workers_serve_while_a_command_runs(tmp_path, redis_server):
    command = [
        sys.executable,
        "-c",
        "import os, urllib.request as u; u.urlopen(os.environ['CALLPARK_URL'] + '/_mock/health')",
    ]
    mock = ["mock", "--store", redis_server.url, "--workers", "2", "--", *command]
    done = subprocess.run([CALLPARK, *mock], env=ENVIRONMENT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


KILLS_ONE = """
import os, signal, urllib.request
from pathlib import Path

def workers():
    mock = os.getppid()
    found = Path(f"/proc/{mock}/task/{mock}/children").read_text().split()
    return set(map(int, found)) - {os.getpid()}

before = workers()
os.kill(min(before), signal.SIGKILL)
while len(workers() - before) < 1:
    urllib.request.urlopen(os.environ["CALLPARK_URL"] + "/_mock/health").read()
print(len(workers()))
"""


@pytest.mark.redis
def test_a_worker_that_dies_while_a_command_runs_is_replaced(tmp_path, redis_server):
    script = tmp_path / "kills_one.py"
    script.write_text(KILLS_ONE)
    mock = ["mock", "--store", redis_server.url, "--workers", "2", "--", sys.executable, str(script)]
    done = subprocess.run([CALLPARK, *mock], env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
    assert "has ended (SIGKILL); another takes its place" in done.stderr


@pytest.mark.redis
def test_a_command_is_ended_where_no_worker_stays_alive(tmp_path, redis_server):
    """Each is killed as soon as it is there: workers that cannot begin look the same."""
    script = tmp_path / "kills_all.py"
    script.write_text(
        KILLS_ONE.partition("before =")[0]
        + """
while True:
    for each in workers():
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass
"""
    )
    mock = ["mock", "--store", redis_server.url, "--workers", "2", "--", sys.executable, str(script)]
    done = subprocess.run([CALLPARK, *mock], env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "the workers end as soon as they have begun" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.redis
def test_a_terminals_interrupt_reaches_the_workers_through_the_process_that_watches(tmp_path, redis_server):
    with started(tmp_path, "--store", redis_server.url, "--workers", 2) as (_, process):
        assert {os.getpgid(each) for each in children(process)}.isdisjoint({os.getpgid(process.pid)})
        with ending(children(process)):
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0


@pytest.mark.redis
def test_what_one_mock_has_kept_the_next_one_goes_on_with(tmp_path, redis_server):
    with started(tmp_path, "--store", redis_server.url) as (url, _):
        assert retrieved(url, "b817d2618fe6f1804333") == 200
    with started(tmp_path, "--store", redis_server.url, "--workers", 2) as (url, _):
        assert retrieved(url, "b817d2618fe6f1804333") == 204


def test_a_file_is_gone_on_with_and_a_second_mock_is_refused(tmp_path):
    with started(tmp_path, "--store", "world.db") as (url, process):
        assert retrieved(url, "b817d2618fe6f1804333") == 200
        refused = refusal(tmp_path, "--store", "world.db")
        assert "another process serves from it; end that one, or give another file" in refused
        process.kill()
        process.wait()
    with started(tmp_path, "--store", "world.db") as (url, process):
        assert "store:         world.db (1 session)" in [process.stdout.readline().strip() for _ in range(2)]
        assert retrieved(url, "b817d2618fe6f1804333") == 204


def refusal(folder, *arguments):
    command = [CALLPARK, "mock", "--port", "0", *arguments]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--workers", "2"), "--workers needs --store redis://HOST:PORT: what one process has in memory"),
        (("--workers", "2", "--store", "world.db"), "world.db is served by one process"),
        (("--workers", "2", "--store", "redis://127.0.0.1:1", "--watch"), "--watch goes with one worker"),
        (("--store", "redis://127.0.0.1:1/0"), "apt-get install redis-server"),
        (("--store", "redis://127.0.0.1:x/0"), "is no address of a Redis server"),
        (("--store", "memroy"), "store 'memroy' is not known; allowed: memory"),
    ],
)
def test_a_store_or_a_number_of_workers_that_makes_no_sense_is_refused(tmp_path, arguments, says):
    assert says in refusal(tmp_path, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_has_ended_while_all_of_them_stop_is_not_told_to_end(monkeypatch):
    """By then its number may be somebody else's."""
    workers = Workers(make=None, count=1, listener=None, url="", tls=None, say=print)
    told = []
    monkeypatch.setattr(os, "waitpid", lambda pid, _options: (pid, 0))
    monkeypatch.setattr(os, "kill", lambda pid, _signal: told.append(pid))
    workers._begun[4_000_000] = 0.0
    workers._stopping = True
    workers.look_after()
    workers.stop()
    assert told == []
