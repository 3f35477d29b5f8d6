"""The fixtures that come with the kit."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.server import running

CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
UNPARK = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}


def test_loading_it_brings_nothing_heavy_along():
    code = (
        "import sys, pytest, mockserver.pytest_plugin\n"
        "print(*({'connexion', 'httpx', 'yaml', 'uvicorn', 'orjson'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("attempt", [1, 2])
def test_every_test_has_a_world_of_its_own(callpark_mock, attempt):
    assert len(callpark_mock.world()["calls"]) == 1
    (call,) = callpark_mock.state("parked", maxInParking=30)
    assert call["phoneCallViewId"] == "01"
    assert [event["event"] for event in callpark_mock.advance(30)][:1] == ["ComebackStarted"]
    assert [each["phoneCallId"] for each in callpark_mock.reset()] == ["b817d2618fe6f1804333"]


def test_it_knows_url_and_tokens(callpark_mock, callpark_mock_url):
    assert callpark_mock.url == callpark_mock_url
    assert callpark_mock.token == f"mock.{callpark_mock.session}.12"
    assert callpark_mock.headers == {"Authorization": f"Bearer {callpark_mock.token}"}
    assert callpark_mock.token_of("13").endswith(".13")


@pytest.mark.callpark(scenario="busy-lobby", clock="manual", start="2026-01-31T09:00:00Z", seed=7)
def test_a_marker_sets_the_session_up(callpark_mock):
    world = callpark_mock.world()
    assert (world["scenario"], world["clock"]["now"]) == ("busy-lobby", 1769850000.0)
    assert [event["at"] for event in callpark_mock.advance()] == [1769850010.0, 1769850010.0]
    assert callpark_mock.advance(until="ComebackAnswered")[0]["event"] == "ComebackStarted"
    assert callpark_mock.scenario("empty") == []
    assert len(callpark_mock.scenario(yaml="extends: empty\ncalls: [{id: aa1, extension: 0003*210}]")) == 1
    assert callpark_mock.clock("x60")["rate"] == 60


@pytest.mark.callpark(clock="manual")
def test_a_late_pickup_is_waited_for_and_released(callpark_mock):
    with ThreadPoolExecutor() as threads, callpark_mock.client() as client:
        late = threads.submit(client.put, CALL, json={**UNPARK, "sendCallTo": "0003*808"})
        callpark_mock.wait_until_waiting()
        callpark_mock.advance(8)
        assert late.result().json()["phoneCallView"][0]["extension"] == "0003*808"
    callpark_mock.wait_until_waiting(0)
    with pytest.raises(TimeoutError, match="0 requests wait, not 1"):
        callpark_mock.wait_until_waiting(within=0)


SUITE = """
import asyncio
import httpx
import pytest

CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
BODY = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}


@pytest.mark.parametrize("number", range(6))
def test_retrieve(callpark_mock, number):
    with callpark_mock.client() as client:
        assert client.put(CALL, json=BODY).status_code == 200
        assert client.put(CALL, json=BODY).status_code == 204
        assert "PARTY" in str(callpark_mock.url)


@pytest.mark.callpark(clock="manual")
def test_async_and_late(callpark_mock):
    async def story():
        async with callpark_mock.async_client() as client:
            late = asyncio.create_task(client.put(CALL, json={**BODY, "sendCallTo": "0003*805"}))
            await asyncio.to_thread(callpark_mock.wait_until_waiting)
            await asyncio.to_thread(callpark_mock.advance, 5)
            return (await late).status_code

    assert asyncio.run(story()) == 200


@pytest.mark.callpark(clock="manual")
def test_whoever_does_not_wait_gets_a_timeout(callpark_mock):
    with callpark_mock.client(timeout=0.05) as client, pytest.raises(httpx.ReadTimeout):
        client.put(CALL, json={**BODY, "sendCallTo": "0003*805"})
"""


def run_suite(tmp_path, *arguments, party="127.0.0.1", **environment):
    file = tmp_path / "test_suite.py"
    file.write_text(SUITE.replace("PARTY", party), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-W",
        "error",
        *arguments,
        file,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **environment}
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(("where", "workers"), [("in-process", "0"), ("port", "2")])
def test_a_suite_runs_in_process_and_on_a_port_and_on_several_workers(tmp_path, where, workers):
    status, told = run_suite(tmp_path, f"--callpark-mock={where}", "-n", workers)
    assert (status, "8 passed" in told) == (0, True), told


def test_workers_share_one_mock_at_a_url_and_leave_nothing_behind(tmp_path):
    with running(build()) as url:
        port = url.rpartition(":")[2]
        for status, told in (
            run_suite(tmp_path, "--callpark-mock", url, "-n", "2", party=port),
            run_suite(tmp_path, party=port, CALLPARK_URL=f"{url}/"),
        ):
            assert (status, "8 passed" in told) == (0, True), told
        left = {each["session"] for each in httpx.get(f"{url}/_mock/sessions").json()["sessions"]}
        # The suite's sessions have names; whoever else knocks at a free port of this machine opens the default one.
        assert left <= {"default"}


def test_a_setup_that_cannot_be_made_says_why(tmp_path):
    file = tmp_path / "test_suite.py"
    file.write_text(
        "import pytest\n@pytest.mark.callpark(clock='fast')\ndef test_it(callpark_mock): pass\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "clock 'fast' is not known; allowed: real, manual" in done.stdout
