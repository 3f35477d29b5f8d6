"""The README is run: every shell line of it, against a mock, compared with what it says comes of it."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SHELL = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
CODES = re.findall(r"^\| (\d{3}) `(\w+)` \| `(.*)` \|$", README, re.MULTILINE)


def commands():
    """What the README says comes of a command, and the command, its continued lines joined."""
    for block in SHELL:
        said = ""
        for line in block.replace("\\\n", "").splitlines():
            if line.startswith("# "):
                said = line.removeprefix("# ")
            elif line:
                yield said, line
                said = ""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder as a reader has it: the environment of the kit, and the profile that the README shows."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / ".venv").symlink_to(sys.prefix)
    (profile,) = re.findall(r"^```yaml\n# profile.yaml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    (folder / "profile.yaml").write_text(profile, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shell(place):
    """Runs a line in the environment that the README sets up. A mock is left running, on a port that is free."""
    ports = {}
    mocks = []
    here = {
        name: value for name, value in os.environ.items() if not name.startswith(("CALLPARK_", "PYTEST_"))
    }
    here |= {"PYTHONUNBUFFERED": "1", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{here['PATH']}"}

    def run(line):
        for port, actual in ports.items():
            profile = (place / "profile.yaml").read_text(encoding="utf-8")
            (place / "profile.yaml").write_text(
                profile.replace(f"127.0.0.1:{port}", actual), encoding="utf-8"
            )
            line = line.replace(f"127.0.0.1:{port}", actual)
        return subprocess.run(["bash", "-c", line], cwd=place, env=here, capture_output=True, text=True)

    def serve(line):
        words = shlex.split(line)
        port = words[words.index("--port") + 1] if "--port" in words else "8080"
        process = subprocess.Popen(
            [*words, "--port", "0"], cwd=place, env=here, stdout=subprocess.PIPE, text=True
        )
        mocks.append(process)
        ports[port] = re.search(r"http://([^/]+)/uapi", process.stdout.readline())[1]

    run.serve = serve
    yield run
    for process in mocks:
        process.terminate()
        process.communicate(timeout=5)


def test_make_has_the_targets():
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    for _, line in commands():
        if line.startswith("make "):
            assert f"\n{line.removeprefix('make ')}: " in makefile


@pytest.mark.curl
def test_the_commands_do_what_is_said_in_their_order(shell):
    ran = []
    for said, line in commands():
        if line.startswith("make "):
            continue
        if line.startswith("callpark mock"):
            shell.serve(line)
            continue
        if line.startswith("curl "):
            done = shell(f"{line} -w '\\n%{{http_code}}'")
            assert (done.returncode, done.stderr) == (0, ""), line
            assert done.stdout.rpartition("\n")[2] == said[:3], (line, done.stdout)
        else:
            done = shell(line)
            assert done.returncode == int(said.removeprefix("exit ") or 0), (line, done.stdout, done.stderr)
        ran.append(line.split()[0])
    assert len(ran) >= 14
    assert {"curl", "callpark", "pytest"} <= set(ran)


@pytest.mark.curl
def test_the_call_is_where_the_readme_says(shell):
    shell.serve("callpark mock")
    lines = [line for _, line in commands() if line.startswith("curl ")]
    assert json.loads(shell(lines[0]).stdout)["id"] == "b817d2618fe6f1804333"
    (call,) = json.loads(shell(lines[1]).stdout)["entry"]
    (view,) = call["phoneCallView"]
    assert (view["id"], view["extension"], view["status"]) == ("01", "0003*024", 5)
    assert not {"parked", "parkedPos"} & view.keys()


@pytest.mark.curl
def test_every_code_of_the_table_is_answered(shell):
    shell.serve("callpark mock")
    for status, code, line in CODES:
        done = shell(f"{line} -w '\\n%{{http_code}}'")
        body, _, answered = done.stdout.rpartition("\n")
        assert (answered, json.loads(body)["error"]["code"]) == (status, code)


def test_the_table_has_the_codes_that_a_client_meets():
    documented = [
        "pc_timeout_invalid",
        "pc_callerid_invalid",
        "pc_phonecall_invalid",
        "pc_phonecallview_invalid",
    ]
    assert [code for _, code, _ in CODES] == [
        *documented,
        "user_invalid",
        "extension_invalid",
        "access_denied",
    ]


def test_the_statuses_are_those_of_the_command():
    from contract_tests.verdict import ExitCode

    told = set(map(int, re.findall(r"^\| (\d+) \| \w", README, re.MULTILINE)))
    assert told >= {int(code) for code in ExitCode} - {4}
