"""The recipe by which machines share hypothesis's examples, as `docs/how-to/divide-a-check.md` has it."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import redis

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "divide-a-check.md"
DRAWN = """
import os
import httpx
from hypothesis import given, strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir("home")

@given(st.integers(min_value=1, max_value=100_000))
def test_as_many_calls_are_listed_as_are_asked_for(count):
    with open("tried", "a") as tried:
        tried.write(f"{count}\\n")
    calls = f"{os.environ['CALLPARK_URL']}/uapi/phoneCalls/12/@self?count={count}"
    assert httpx.get(calls, headers={"Authorization": "Bearer mock.default.12"}).status_code == 200
"""


RECIPES = re.findall(r'```python title="conftest.py"\n(.*?)```', PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "shared"


@pytest.fixture
def redis_url(tmp_path):
    """Of a server that keeps everything in memory."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path), "--save", ""]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
                break
            except redis.RedisError:
                assert process.poll() is None, "redis-server has ended"
    yield url
    process.kill()
    process.wait()


@pytest.fixture
def machine(tmp_path, callpark_mock_url):
    """Runs the drawn test as another machine would, with nothing but the shared examples."""

    def run(name, recipe, examples):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "conftest.py").write_text(recipe, encoding="utf-8")
        (folder / "test_drawn.py").write_text(DRAWN, encoding="utf-8")
        environment = os.environ | {"EXAMPLES": str(examples), "CALLPARK_URL": callpark_mock_url}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )
        return done.returncode, [int(line) for line in (folder / "tried").read_text().split()]

    return run


@pytest.mark.parametrize(
    ("recipe", "database", "examples"),
    [
        (RECIPES[0], "DirectoryBasedExampleDatabase", "folder"),
        pytest.param(RECIPES[1], "RedisExampleDatabase", "redis_url", marks=pytest.mark.redis),
    ],
    ids=["folder", "redis"],
)
def test_the_failing_example_of_one_machine_is_the_first_that_the_next_one_tries(
    request, machine, recipe, database, examples
):
    """A list has 5,000 calls at the most, and 5,001 is the smallest number that is refused."""
    assert f"database={database}(" in recipe
    shared = request.getfixturevalue(examples)
    status, tried = machine("first", recipe, shared)
    assert status == 1
    assert min(each for each in tried if each > 5_000) == 5_001
    assert tried[0] != 5_001
    status, tried = machine("second", recipe, shared)
    assert status == 1
    assert tried[0] == 5_001
