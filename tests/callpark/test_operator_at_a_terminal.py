"""A person at a terminal is asked for parked calls, and nothing is drawn over the question."""

import os
import pty
import subprocess
import sys

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

PROFILE = """name: lab
token_env: CALLPARK_TOKEN
not_offered: [sibling, talking, expired_token, other_token]
"""
QUESTION = b"then press Enter."
WIPED = b"\x1b[2K"


@pytest.fixture
def at_a_terminal(tmp_path):
    """What a check with the rung operator says there, and its status; `park` is called for each question."""

    def run(url, park):
        (tmp_path / "profile.yaml").write_text(PROFILE)
        words = ("check", url, "--profile", "profile.yaml", "--rung", "operator", "--out", "out")
        terminal, its_end = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "callpark", *words],
            cwd=tmp_path,
            env=os.environ | {"CALLPARK_TOKEN": "mock.default.12", "TERM": "xterm"},
            stdin=its_end,
            stdout=its_end,
            stderr=its_end,
        )
        os.close(its_end)
        said = b""
        answered = 0
        while chunk := _read(terminal):
            said += chunk
            if said.count(QUESTION) > answered:
                answered += 1
                park()
                os.write(terminal, b"\n")
        os.close(terminal)
        return said, process.wait()

    return run


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # what Linux says when the other end is gone
        return b""


def test_the_question_stays_until_it_is_answered(at_a_terminal):
    with running(build(Settings(scenario="empty"))) as url:

        def park():
            setup = {"action": "setup", "state": "parked", "params": {}}
            httpx.post(f"{url}/_mock/states", json=setup).raise_for_status()

        said, status = at_a_terminal(url, park)

    assert status == 0, said.decode()
    assert b"Park one more call at extension 0003*210, " + QUESTION in said
    assert WIPED not in said
