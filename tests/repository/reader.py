"""A reader of a page: has the files that it shows, types the commands that it shows, and compares what comes of them.

A block ```sh holds commands. The comment before one says what comes of it: `# 204: …` of a curl, `# exit 1` of anything
else; without a comment it ends well. What is typed as `callpark mock` is left running. A block ```text straight after
shows lines of what the last command prints, in their order; `…` stands for whatever differs between runs. A
block with `title="NAME"`, or whose first line is a comment with nothing but a file's name, is a file.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAGES = sorted([CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *(CHECKOUT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"(?:#|//) ([\w.-]+\.\w+)\n")


@dataclass(frozen=True)
class Command:
    """`said` is what the page says comes of `line`, `shows` the lines of its output that it shows."""

    line: str
    said: str = ""
    shows: tuple[str, ...] = ()


def files_of(page):
    """Name and text of the files that a page shows."""
    found = {}
    for _, given, text in _BLOCK.findall(page):
        name = re.search(r'title="(\S+)"', given) or _NAMED.match(text)
        if name:
            found[name[1]] = text
    return found


def commands_of(page):
    """The commands of a page in their order, continued lines joined."""
    found = []
    end = None
    for block in _BLOCK.finditer(page):
        kind, _, text = block.groups()
        if kind == "text" and end is not None and not page[end : block.start()].strip():
            found[-1] = Command(found[-1].line, found[-1].said, tuple(text.splitlines()))
        end = None
        if kind == "sh":
            found += _commands(text)
            end = block.end()
    return found


def _commands(text):
    said = ""
    for line in text.replace("\\\n", "").splitlines():
        if line.startswith("# "):
            said = line.removeprefix("# ")
        elif line:
            yield Command(line, said)
            said = ""


class Reader:
    """Has the environment of the kit, an empty folder, and ports of his own in place of those that a page names."""

    def __init__(self, folder, page):
        self.folder = folder
        self._ports = {}
        self._mocks = []
        own = ("CALLPARK_", "PYTEST_", "COV_", "COVERAGE_")
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment |= {"PYTHONUNBUFFERED": "1", "PATH": path, "COLUMNS": "200"}
        (folder / ".venv").symlink_to(sys.prefix)
        for name, text in files_of(page).items():
            (folder / name).write_text(text, encoding="utf-8")

    def follow(self, page):
        """Do all that the page says; how many commands that were, by program."""
        ran = []
        for command in commands_of(page):
            self.do(command)
            ran.append(shlex.split(re.sub(r"^(\w+=\S+ )+", "", command.line))[0])
        return ran

    def do(self, command):
        line = command.line
        if line.startswith("make "):
            assert_make_has(line)
        elif line.startswith("callpark mock") and " -- " not in line:
            self.serve(line)
        elif line.startswith("curl ") and re.match(r"\d{3}\b", command.said):
            done = self.run(f"{line} -w '\\n%{{http_code}}'")
            body, _, status = done.stdout.rpartition("\n")
            assert (done.returncode, done.stderr) == (0, ""), line
            assert status == command.said[:3], (line, done.stdout)
            _assert_shown(command, body)
        else:
            done = self.run(line)
            owed = re.match(r"exit (\d+)", command.said)
            assert done.returncode == int(owed[1] if owed else 0), (line, done.stdout, done.stderr)
            _assert_shown(command, done.stdout + done.stderr)

    def run(self, line):
        line = self._here(line)
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self._environment, capture_output=True, text=True
        )
        for port, actual in self._ports.items():
            done.stdout = done.stdout.replace(actual, f"127.0.0.1:{port}")
            done.stderr = done.stderr.replace(actual, f"127.0.0.1:{port}")
        return done

    def serve(self, line):
        words = shlex.split(line)
        port = words[words.index("--port") + 1] if "--port" in words else "8080"
        process = subprocess.Popen(
            [*words, "--port", "0"], cwd=self.folder, env=self._environment, stdout=subprocess.PIPE, text=True
        )
        self._mocks.append(process)
        self._ports[port] = re.search(r"https?://([^/]+)/uapi", process.stdout.readline())[1]
        for file in self.folder.iterdir():
            if file.is_file() and ".db" not in file.name:
                file.write_text(self._here(file.read_text(encoding="utf-8")), encoding="utf-8")

    def close(self):
        for process in self._mocks:
            process.terminate()
            process.communicate(timeout=5)

    def _here(self, text):
        for port, actual in self._ports.items():
            text = text.replace(f"127.0.0.1:{port}", actual)
        return text


def assert_make_has(line):
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    assert f"\n{line.removeprefix('make ')}: " in makefile


def _assert_shown(command, printed):
    lines = iter(printed.splitlines())
    for shown in command.shows:
        pattern = ".*".join(map(re.escape, shown.rstrip().split("…")))
        assert any(re.fullmatch(pattern, line.rstrip()) for line in lines), (command.line, shown, printed)
