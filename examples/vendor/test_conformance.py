"""In the repository of a phone system, beside its own tests: starts the server and has it judged, clause by clause."""

import os
import subprocess
import sys

import pytest

ADDRESS = os.environ.get("PHONE_SYSTEM", "http://127.0.0.1:8080")  # or a fixture that starts yours


@pytest.fixture(scope="session")
def judged(tmp_path_factory):
    """The folder with record and reports, and the exit status."""
    folder = tmp_path_factory.mktemp("callpark")
    done = subprocess.run([sys.executable, "-m", "callpark", "check", ADDRESS, "--quiet", "--out", folder])
    return folder, done.returncode


def test_the_phone_system_conforms(judged):
    folder, status = judged
    assert status == 0, f"see {folder / 'report.html'}"
