"""The process that serves the candidates of one worker."""

from __future__ import annotations

import subprocess
import sys
from queue import Empty, Queue
from threading import Thread
from typing import Final

import msgspec

from callpark.proof.candidate import Candidate

_PATIENCE: Final = 60.0


class ServerFailed(Exception):
    """The server process ended or said nothing; the message holds what it printed last."""


class ServerProcess:
    """Starts on first use and again after it has died. Its input is a pipe, so it ends with the one who holds it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lines: Queue[str] = Queue()
        self._served: tuple[Candidate, str] | None = None

    def serve(self, candidate: Candidate, *, afresh: bool = False) -> str:
        """Serves this candidate instead of the one before and returns its URL. Raises `ServerFailed`.

        One that is served already goes on, since every check has a session of its own; unless it is to begin `afresh`.
        """
        if self._served and self._served[0] == candidate and not afresh and self._is_alive():
            return self._served[1]
        process = self._process or self._start()
        assert process.stdin
        try:
            process.stdin.write(msgspec.json.encode(candidate).decode() + "\n")
            process.stdin.flush()
            url = self._lines.get(timeout=_PATIENCE)
        except (OSError, Empty):
            url = ""
        if not url:
            self.stop()
            raise ServerFailed(f"the server of {candidate.title} did not start")
        self._served = candidate, url
        return url

    def stop(self) -> None:
        """Ends the process, by force if it does not end when its input does."""
        process, self._process, self._served = self._process, None, None
        if process is None:
            return
        assert process.stdin
        try:
            process.stdin.close()
            process.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()

    def _is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "callpark.proof.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._process, self._lines = process, Queue()
        Thread(target=_read, args=(process, self._lines), daemon=True).start()
        return process


def _read(process: subprocess.Popen[str], lines: Queue[str]) -> None:
    assert process.stdout
    with process.stdout as said:
        for line in said:
            lines.put(line.strip())
    lines.put("")


the_server: Final = ServerProcess()
"""That of this process."""
