"""A command that runs while the mock serves: it is told where, gets our signals, and its end is ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

NOT_FOUND = 127
NOT_EXECUTABLE = 126
KILLED = 128
SECONDS_BETWEEN_LOOKS = 0.1
FROM_THE_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
FORWARDED = (*FROM_THE_TERMINAL, signal.SIGTERM, signal.SIGHUP)


def environment(url: str, *, control_token: str | None, ca_file: Path | None) -> dict[str, str]:
    """What a command that runs while the mock serves finds in its environment."""
    found = {
        "CALLPARK_URL": url,
        "CALLPARK_TOKEN": "mock.default.12",
        "CALLPARK_OTHER_TOKEN": "mock.default.13",
        "CALLPARK_EXPIRED_TOKEN": "mock.expired.12",
    }
    if control_token:
        found["CALLPARK_CONTROL_TOKEN"] = control_token
    if ca_file:
        found |= {"CALLPARK_CACERT": str(ca_file), "NODE_EXTRA_CA_CERTS": str(ca_file)}
    return found


class CannotStart(Exception):
    """The command could not be started; `status` is what a shell would end with."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def run_beside(
    command: Sequence[str], environment: Mapping[str, str], meanwhile: Callable[[], None] | None = None
) -> int:
    """Runs a command to its end and returns its exit status, 128 and the signal's number where one ended it.

    `environment` is added to ours. Signals that reach us go on to the command, and we wait for what it makes of
    them; what a terminal sends to both of us is not sent twice. `meanwhile` is called ten times a second; should it
    raise, the command is ended first. Raises `CannotStart`. To be called in the main thread.
    """
    with _signals_forwarded() as relay:
        try:
            relay.process = subprocess.Popen(command, env={**os.environ, **environment})
        except OSError as error:
            status = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            raise CannotStart(f"{command[0]}: {error.strerror}", status) from error
        relay.deliver()
        try:
            status = _ended(relay.process, meanwhile)
        except BaseException:
            relay.process.terminate()
            relay.process.wait()
            raise
    return status if status >= 0 else KILLED - status


def _ended(process: subprocess.Popen[bytes], meanwhile: Callable[[], None] | None) -> int:
    while meanwhile is not None:
        try:
            return process.wait(timeout=SECONDS_BETWEEN_LOOKS)
        except subprocess.TimeoutExpired:
            meanwhile()
    return process.wait()


class _Relay:
    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._pending: list[int] = []

    def receive(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # as handlers are called
        if number in FROM_THE_TERMINAL and _is_foreground():
            return
        self._pending.append(number)
        self.deliver()

    def deliver(self) -> None:
        while self.process is not None and self._pending:
            self.process.send_signal(self._pending.pop(0))


@contextmanager
def _signals_forwarded() -> Iterator[_Relay]:
    relay = _Relay()
    before = {number: signal.signal(number, relay.receive) for number in FORWARDED}
    try:
        yield relay
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_foreground() -> bool:
    """Whether a terminal that sends us a signal sends it to our command, too."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False
