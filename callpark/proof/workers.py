"""Many trials at once, each worker a process with a server process of its own.

A thread for each worker hands it one batch after the other. A worker that dies or says nothing for a long time is
replaced, and its trial is done once more; a second time, that is the trial's trouble. The others go on.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Final

from callpark.proof.candidate import Trial
from callpark.proof.outcome import Outcome

LONGEST_SILENCE: Final = 420.0
"""Seconds without a word after which a worker is given up: more than any trial may take."""
TRIES: Final = 2
MOST_WAITING: Final = 8
"""So many trials that mostly wait may run beside those that work."""

Batch = tuple[Trial, ...]
"""Trials of one candidate, which is served once for them all."""
Work = Callable[[Trial], Outcome]


@dataclass(kw_only=True)
class Workers:
    """`count` processes at a time, and beside them as many again as there are trials that mostly wait.

    `work` is what each does with a trial; `silence` bounds it in seconds.
    """

    count: int
    work: Work
    silence: float = LONGEST_SILENCE
    _over: Event = field(default_factory=Event, init=False)
    _slots: list[_Slot] = field(default_factory=list, init=False)
    _threads: list[Thread] = field(default_factory=list, init=False)

    def outcomes(self, batches: Sequence[Batch], waiting: Sequence[Batch] = ()) -> Iterator[Outcome]:
        """Outcomes in the order in which they come."""
        done: SimpleQueue[Outcome] = SimpleQueue()
        for queue, count in (
            (deque(waiting), min(MOST_WAITING, len(waiting))),
            (deque(batches), min(self.count, len(batches))),
        ):
            lock = Lock()
            for _ in range(count):
                slot = _Slot(work=self.work, silence=self.silence, over=self._over)
                self._slots.append(slot)
                thread = Thread(target=slot.run, args=(queue, lock, done), daemon=True)
                self._threads.append(thread)
                thread.start()
        for _ in range(sum(map(len, (*waiting, *batches)))):
            yield done.get()

    def end(self) -> None:
        """Ends all processes, whatever they are at; their servers end with them."""
        self._over.set()
        for slot in self._slots:
            slot.kill()
        for thread in self._threads:
            thread.join(5)


@contextmanager
def workers(count: int, work: Work | None = None, silence: float = LONGEST_SILENCE) -> Iterator[Workers]:
    """That many processes, ended when the block is left, whichever way."""
    pool = Workers(count=count, work=work or checked, silence=silence)
    try:
        yield pool
    finally:
        pool.end()


@dataclass(kw_only=True)
class _Slot:
    """One worker process, and its successors."""

    work: Work
    silence: float
    over: Event
    _process: BaseProcess | None = None
    _line: Connection | None = None

    def run(self, batches: deque[Batch], lock: Lock, done: SimpleQueue[Outcome]) -> None:
        while not self.over.is_set():
            with lock:
                batch = batches.popleft() if batches else None
            if batch is None:
                break
            for trial in batch:
                done.put(self._outcome(trial))
        self.stop()

    def stop(self) -> None:
        process, line = self._process, self._line
        self._process = self._line = None
        if line is not None:
            with suppress(OSError):
                line.close()  # the end of its input ends the worker
        if process is not None:
            process.join(1)
            if process.is_alive():
                process.kill()
                process.join()

    def _outcome(self, trial: Trial) -> Outcome:
        trouble = ""
        for _ in range(TRIES):
            if self.over.is_set():
                break
            try:
                line = self._line or self._start()
                line.send(trial)
                if line.poll(self.silence):
                    found: Outcome = line.recv()
                    return found
                trouble = f"the worker said nothing for {self.silence:.0f} seconds"
            except (EOFError, OSError):
                trouble = "the worker ended in the middle of the trial"
            self.kill()
            self.stop()
        return Outcome(trial=trial, trouble=trouble)

    def kill(self) -> None:
        """Ends the worker at once; its server ends when it finds its input closed."""
        if (process := self._process) is not None:
            process.kill()

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._line, its_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(its_end, self.work), daemon=True)
        self._process.start()
        its_end.close()
        return self._line


def _serve(line: Connection, work: Work) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who waits for the workers ends them
    gc.set_threshold(50_000, 20, 50)  # the libraries make a heap that is dear to walk and never gets free
    with suppress(EOFError, OSError):
        while True:
            line.send(work(line.recv()))


def checked(trial: Trial) -> Outcome:
    """Serves the candidate of a trial and checks it. What happens in a worker."""
    from callpark.proof.server_process import ServerFailed, the_server
    from callpark.proof.trial import tried

    try:
        url = the_server.serve(trial.candidate, afresh=trial.purpose == "steady")
    except ServerFailed as error:
        return Outcome(trial=trial, trouble=str(error))
    return tried(trial, url)
