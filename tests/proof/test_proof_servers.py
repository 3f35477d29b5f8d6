"""The servers of the proof, and the processes that they run in."""

import json
import os
import subprocess
import time

import httpx
import pytest

from callpark.proof.candidate import Candidate
from callpark.proof.empty_servers import EMPTY_SERVERS, HOOK, serving
from callpark.proof.rough_network import rough_network
from callpark.proof.server_process import ServerProcess
from callpark.proof.workers import workers

PATH = "/uapi/phoneCalls/12/0003*210/abc1"


@pytest.fixture
def client():
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.mark.parametrize("name", [name for name in EMPTY_SERVERS if name != "hang-up"])
def test_an_empty_server_says_the_same_to_everything(client, name):
    with serving(name) as url:
        answers = {
            (answer.status_code, answer.content)
            for answer in (
                client.put(url + PATH, content=b"[1]"),
                client.request("DELETE", url + PATH, content=b"[1]"),
            )
        }
    assert len(answers) == 1


def test_an_echo_and_an_invention_say_what_was_said_to_them(client):
    with serving("echo-body") as url:
        assert client.put(url + PATH, content=b"\xff").content == b"\xff"
    with serving("invented-call") as url:
        call = client.put(url + PATH).json()
    assert (call["id"], call["extension"]) == ("abc1", "0003*210")
    assert call["links"]["self"] == url + PATH


def test_one_hangs_up(client):
    with serving("hang-up") as url, pytest.raises(httpx.RemoteProtocolError):
        client.get(url + PATH)


def test_calls_that_are_nowhere_are_said_to_be_parked(client):
    question = {"action": "setup", "state": "parked", "params": {"count": 2, "extension": "0003*211"}}
    with serving("hang-up") as url:
        calls = client.post(url + HOOK, json=question).json()["calls"]
    assert len({call["phoneCallId"] for call in calls}) == 2
    assert {call["extension"] for call in calls} == {"0003*211"}


def test_a_rough_network_is_late_and_lets_things_through(client, monkeypatch):
    monkeypatch.setattr("callpark.proof.rough_network.BROKEN", 0.0)
    with serving("echo-body") as server, rough_network(server, seed=1) as url:
        started = time.monotonic()
        for number in range(5):
            assert client.put(url + PATH, content=b"%d" % number).content == b"%d" % number
        assert time.monotonic() - started > 0.05


def test_a_rough_network_breaks_connections_now_and_then(client, monkeypatch):
    monkeypatch.setattr("callpark.proof.rough_network.LATEST", 0.0)
    monkeypatch.setattr("callpark.proof.rough_network.BROKEN", 0.5)
    broken = 0
    with serving("always-204") as server, rough_network(server, seed=3) as url:
        for _ in range(40):
            try:
                client.get(url + PATH)
            except httpx.TransportError:
                broken += 1
    assert 5 < broken < 35


def test_a_process_serves_one_candidate_after_the_other_and_ends(client):
    process = ServerProcess()
    try:
        first = process.serve(Candidate(empty="always-204"))
        assert client.get(first).status_code == 204
        second = process.serve(Candidate(variants=("accepted-202",)))
        assert client.get(f"{second}/_mock/health").json()["product"] == "callpark-mock"
        with pytest.raises(httpx.ConnectError):
            httpx.get(first, trust_env=False)
        pid = process._process.pid
    finally:
        process.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def _children(pid):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    found = [int(line) for line in listed.stdout.split()]
    return found + [deeper for child in found for deeper in _children(child)]


def test_an_interrupt_leaves_no_process_behind(tmp_path):
    """Ctrl-C goes to the whole group: the command says so, and workers and servers end with it."""
    import signal
    import sys

    command = [sys.executable, "-m", "callpark", "prove", "--quick", "--jobs", "2", "--out", str(tmp_path)]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        for line in process.stderr:
            if line.startswith("trial 1 "):
                break
        started = _children(process.pid)
        assert len(started) >= 3
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, said
    deadline = time.monotonic() + 20
    while (alive := [pid for pid in started if _is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert alive == []
    assert [path.name for path in tmp_path.iterdir()] == ["outcomes.ndjson"]


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_give_an_outcome_for_every_trial():
    """Also for one whose server cannot be started."""
    from callpark.proof.candidate import Trial

    trials = [
        Trial(candidate=Candidate(empty="hang-up"), purpose="empty"),
        Trial(candidate=Candidate(empty="no-such-server"), purpose="empty"),
    ]
    with workers(1) as pool:
        found = pool.outcomes([(trial,) for trial in trials])
        outcomes = {outcome.trial.candidate.empty: outcome for outcome in found}
    assert outcomes["hang-up"].exit_code == 3
    assert "did not start" in outcomes["no-such-server"].trouble
    assert json.dumps(outcomes["hang-up"].passed_musts) == "[]"
