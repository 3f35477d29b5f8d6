"""Several processes that answer at one address, and one that watches over them."""

import os
import selectors
import signal
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socket import socket
from typing import Final

from mockserver.clock import system_time
from mockserver.connection.asgi import App
from mockserver.serving.server import bound, serve_on

_TOO_SOON: Final = 2.0
"""Seconds that a worker has to live if its end is to count as an accident."""
_TOO_OFTEN: Final = 3
_PATIENCE: Final = 5.0
"""Seconds in which a worker has to end when it is told to."""


class WorkersError(Exception):
    """No worker stays alive; what they logged says why."""


def can_fork() -> bool:
    return hasattr(os, "fork")


@dataclass
class Workers:
    """`make` builds each worker's application, in the worker; `say` gets a line when one has ended and is replaced.

    A worker ends when this process does, however that ends.
    """

    make: Callable[[], App]
    count: int
    listener: socket
    url: str
    tls: ssl.SSLContext | None
    say: Callable[[str], None]
    _begun: dict[int, float] = field(default_factory=dict)
    _failures: int = 0
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._watched, self._alive = os.pipe()
        self._ready, self._readies = os.pipe()

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(self._begun)

    def start(self) -> None:
        """Return once all of them answer; raise WorkersError."""
        for _ in range(self.count):
            self._fork()
        with selectors.DefaultSelector() as selector:
            selector.register(self._ready, selectors.EVENT_READ)
            ready = 0
            while ready < self.count:
                if selector.select(timeout=0.1):
                    ready += len(os.read(self._ready, self.count))
                self.look_after()

    def look_after(self) -> None:
        """Put another in the place of each worker that has ended; raise WorkersError if that leads nowhere."""
        for pid, began in tuple(self._begun.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            del self._begun[pid]
            if self._stopping:
                continue
            self._failures = self._failures + 1 if system_time() - began < _TOO_SOON else 0
            if self._failures >= _TOO_OFTEN:
                raise WorkersError("the workers end as soon as they have begun")
            self.say(f"worker {pid} has ended ({_told(status)}); another takes its place")
            self._fork()

    def run(self, greet: Callable[[str], None]) -> None:
        """Until SIGINT or SIGTERM; `greet` gets the URL once those are heeded."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, lambda _signum, _frame: setattr(self, "_stopping", True))
        greet(self.url)
        while not self._stopping:
            time.sleep(0.1)
            self.look_after()

    def stop(self) -> None:
        self._stopping = True
        os.close(self._alive)
        for pid in self._begun:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        patience = system_time() + _PATIENCE
        for pid in self._begun:
            with suppress(ChildProcessError):
                while not os.waitpid(pid, os.WNOHANG)[0]:
                    if system_time() > patience:
                        os.kill(pid, signal.SIGKILL)
                    time.sleep(0.01)
        for end in (self._watched, self._ready, self._readies):
            os.close(end)

    def _is_ready(self, _url: str) -> None:
        os.write(self._readies, b".")

    def _fork(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            self._begun[pid] = system_time()
            return
        status = 1
        try:
            os.setpgid(0, 0)  # a terminal's Ctrl-C is for the process that watches; it tells its workers
            os.close(self._alive)
            app = self.make()
            serve_on(
                app,
                self.listener,
                self.url,
                self._is_ready,
                tls=self.tls,
                ends_with=self._watched,
            )
            status = 0
        except BaseException as error:  # noqa: BLE001  # a fork must not go on as its parent would
            sys.stderr.write(f"worker {os.getpid()}: {error}\n")
        finally:
            sys.stderr.flush()
            os._exit(status)


@contextmanager
def working(
    make: Callable[[], App],
    count: int,
    host: str,
    port: int,
    *,
    tls: ssl.SSLContext | None = None,
    say: Callable[[str], None] = print,
) -> Iterator[Workers]:
    """Workers that answer while the block runs; raise OSError if the address cannot be bound, or WorkersError."""
    with bound(host, port, tls) as (listener, url):
        workers = Workers(make=make, count=count, listener=listener, url=url, tls=tls, say=say)
        try:
            workers.start()
            yield workers
        finally:
            workers.stop()


def _told(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit {os.waitstatus_to_exitcode(status)}"
