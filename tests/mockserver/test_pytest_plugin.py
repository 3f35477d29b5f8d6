"""The fixtures that come with the kit."""

import subprocess
import sys

import pytest

from mockserver import pytest_plugin

callpark_mock_url = pytest_plugin.callpark_mock_url
_callpark_sessions = pytest_plugin._callpark_sessions
callpark_mock = pytest_plugin.callpark_mock


def test_loading_it_brings_nothing_heavy_along():
    code = (
        "import sys, pytest, mockserver.pytest_plugin\n"
        "print(*({'connexion', 'httpx', 'yaml', 'uvicorn', 'orjson'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("attempt", [1, 2])
def test_every_test_has_a_world_of_its_own(callpark_mock, attempt):
    assert callpark_mock.session.endswith(f"-{attempt}")
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
