"""The command line, called in this process or started as a process of its own, always in an empty folder."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from callpark.command_line import main
from mockserver import defects
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.wire_faults.fault import delay_named

PATIENCE = 20
"""Seconds."""


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    status: int
    out: str
    err: str


@dataclass
class Mock:
    """A process that serves; `lines` is what it has said so far."""

    process: subprocess.Popen
    lines: list[str]

    @property
    def url(self):
        return re.search(r"https?://[^/\s]+", self.lines[0])[0]

    @property
    def pasted(self):
        """The lines to paste, in their order."""
        return [line.strip() for line in self.lines if line.strip().startswith("curl ")]

    def end(self, signal_number=signal.SIGINT):
        self.process.send_signal(signal_number)
        out, err = self.process.communicate(timeout=5)
        return Done(self.process.returncode, out, err)


@pytest.fixture(autouse=True)
def clean_place(monkeypatch, tmp_path):
    """Nothing of the developer's environment decides a test."""
    for name in [name for name in os.environ if name.startswith("CALLPARK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def callpark(capsys):
    """Runs a command in this process."""

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        return Done(ended.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def start():
    """Starts a command as a process of its own; what still runs at the end of the test is ended, and may clear away."""
    started = []

    def run(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "callpark", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.fixture
def start_mock(start):
    """Starts `callpark mock` on a free port and reads its greeting to the end."""

    def run(*arguments):
        process = start("mock", "--port", 0, *arguments)
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if "/_mock/reset" in line:
                break
        else:
            pytest.fail(f"it ended instead of serving: {process.communicate()[1]}")
        return Mock(process, lines)

    return run


@pytest.fixture
def defective():
    """A mock in this process, with a named wrong behaviour."""

    @contextmanager
    def serving(name):
        with running(build(Settings(defect=defects.defect(name)))) as url:
            yield url

    return serving


@pytest.fixture(scope="session")
def slow_mock_url():
    """A check of it takes some seconds, however busy the machine is, so that it can be interrupted."""
    with running(build(Settings(delay=delay_named("30")))) as url:
        yield url


@pytest.fixture
def profiled(tmp_path, monkeypatch):
    """A profile with so many calls to retrieve, and its token in the environment."""

    def written(token, *, calls, not_offered, settle):
        monkeypatch.setenv("CALLPARK_TOKEN", token)
        listed = [{"userId": "12", "extension": "0003*210", "phoneCallId": f"{n:020x}", "phoneCallViewId": "01"}
                  for n in range(calls)]  # fmt: skip
        (tmp_path / "calls.json").write_text(json.dumps({"calls": listed}))
        path = tmp_path / "profile.yaml"
        path.write_text(
            f"inventory: calls.json\nnot_offered: [{not_offered}]\n"
            f"settle: {settle}\ntoken_env: CALLPARK_TOKEN\n"
        )
        return path

    return written
