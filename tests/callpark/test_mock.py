"""`callpark mock`: what it prints can be pasted, and it goes as quietly as it comes."""

import json
import shutil
import signal
import socket
import subprocess

import httpx
import pytest

from callpark.greeting import greeting, unpark_line
from mockserver.app import build
from mockserver.settings import Settings

CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"


def pasted(line):
    """The status and the body that a pasted line gets."""
    done = subprocess.run(
        ["bash", "-c", f"{line} -w '\\n%{{http_code}}'"], capture_output=True, text=True, check=True
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body) if body else None


def test_it_says_where_it_is_and_who_may_ask(start_mock):
    mock = start_mock()
    assert httpx.get(f"{mock.url}/_mock/health").json()["status"] == "ready"
    assert mock.lines[0] == f"callpark mock: {mock.url}/uapi  (Ctrl-C ends it)"
    for token, status in (("mock.default.12", 200), ("mock.default.13", 400), ("mock.expired.12", 401)):
        assert any(line.strip().startswith(token) for line in mock.lines)
        answer = httpx.get(f"{mock.url}{CALL}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status


@pytest.mark.curl
@pytest.mark.parametrize("hours", [0, 1])
def test_the_lines_it_prints_work_when_pasted(start_mock, hours):
    mock = start_mock("--clock", "manual")
    unpark, reset = mock.pasted
    httpx.post(f"{mock.url}/_mock/clock/advance", json={"seconds": hours * 3600}).raise_for_status()
    status, body = pasted(unpark)
    assert status == 200
    assert body["phoneCallView"][0]["extension"] == "0003*024"
    assert pasted(unpark) == (204, None)
    status, body = pasted(reset)
    assert (status, [call["phoneCallId"] for call in body["calls"]]) == (200, ["b817d2618fe6f1804333"])
    assert pasted(unpark)[0] == 200


@pytest.mark.curl
def test_where_nothing_is_parked_it_prints_how_to_park(start_mock):
    mock = start_mock("--scenario", "empty")
    park, _ = mock.pasted
    status, body = pasted(park)
    assert status == 200
    assert len(body["calls"]) == 1


@pytest.mark.curl
def test_beyond_loopback_its_lines_carry_the_control_token(start_mock):
    mock = start_mock("--host", "0.0.0.0", "--control-token", "it's one")
    here = mock.pasted[-1].replace("0.0.0.0", "127.0.0.1")
    assert "X-Callpark-Control-Token" in here
    assert pasted(here)[0] == 200
    assert pasted(here.partition(" -H ")[0])[0] == 401


@pytest.mark.curl
def test_beyond_loopback_a_control_token_is_made_up_and_printed(start_mock):
    mocks = [start_mock("--host", "0.0.0.0") for _ in range(2)]
    tokens = [
        line.removeprefix("control token: ")
        for mock in mocks
        for line in mock.lines
        if line.startswith("control token: ")
    ]
    assert len(set(tokens)) == 2
    assert all(len(token) >= 20 for token in tokens)
    assert f"console:       {mocks[0].url}/_mock/console#token={tokens[0]}" in mocks[0].lines
    assert pasted(mocks[0].pasted[-1].replace("0.0.0.0", "127.0.0.1"))[0] == 200


def test_its_console_is_named(start_mock):
    mock = start_mock()
    assert f"console:       {mock.url}/_mock/console" in mock.lines
    assert httpx.get(f"{mock.url}/_mock/console", trust_env=False).status_code == 200


def test_an_id_that_a_shell_would_read_is_quoted(tmp_path):
    assert shutil.which("bash")
    (call,) = build(Settings()).sessions.open("default").parked_calls()
    (line,) = [line for line in greeting("http://h", parked=[call], control_token=None) if "-X PUT" in line]
    assert line.strip() == unpark_line("http://h", call)
    assert "'http://h/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333'" in line


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_and_quietly(start_mock, ending):
    mock = start_mock()
    with socket.create_connection(("127.0.0.1", httpx.URL(mock.url).port)):
        done = mock.end(ending)
    assert (done.status, done.out, done.err) == (0, "", "")


def test_a_taken_port_is_one_line(callpark):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = callpark("mock", "--port", port)
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use;" in done.err
    assert "--port 0 takes a free port" in done.err


def test_an_address_that_is_not_this_machines_is_no_matter_of_the_port(callpark):
    done = callpark("mock", "--host", "192.0.2.1", "--port", "0")
    assert (done.status, done.out) == (1, "")
    assert done.err == "Error: cannot listen on 192.0.2.1:0: Cannot assign requested address\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--scenario", "absent"), "absent"),
        (("--clock", "slow"), "allowed: real, manual"),
        (("--defect", "left-park"), "there is no defect 'left-park'; did you mean 'left-parked'?"),
        (("--defect", "xyzzy"), "there is no defect 'xyzzy'; allowed: retrieval-207,"),
        (("--scenario", "."), "or the path of a file (Is a directory)"),
        (
            ("--delay", "slow"),
            "allowed: milliseconds such as 200, uniform:LOWER,UPPER or lognormal:MEDIAN,SIGMA",
        ),
        (("--variant", "accepted202"), "did you mean 'accepted-202'?"),
        (("--port", "70000"), "0<=x<=65535"),
    ],
)
def test_a_wrong_setting_is_status_2(callpark, arguments, message):
    done = callpark("mock", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_defect_is_served(start_mock):
    mock = start_mock("--defect", "left-parked")
    headers = {"Authorization": "Bearer mock.default.12"}
    order = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
    answer = httpx.put(f"{mock.url}{CALL}", headers=headers, json=order)
    assert answer.status_code == 200
    listed = httpx.get(f"{mock.url}{CALL}", headers=headers).json()
    assert listed["entry"][0]["phoneCallView"][0]["parkedPos"]


def test_every_answer_can_be_late(start_mock):
    mock = start_mock("--delay", "uniform:1,2")
    headers = {"Authorization": "Bearer mock.default.12"}
    assert httpx.get(f"{mock.url}{CALL}", headers=headers).status_code == 200
    (entry,) = httpx.get(f"{mock.url}/_mock/journal").json()["entries"]
    assert entry["faults"] == ["fault-1: DELAY"]
    assert entry["answered"] - entry["at"] >= 0.001


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly_while_somebody_watches(start_mock, ending):
    mock = start_mock()
    with httpx.stream("GET", f"{mock.url}/_mock/events", trust_env=False) as response:
        chunks = response.iter_raw()
        assert next(chunks).startswith(b"event: state")
        done = mock.end(ending)
        with pytest.raises(httpx.HTTPError):
            list(chunks)
    assert (done.status, done.out, done.err) == (0, "", "")
