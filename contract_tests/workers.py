"""One run for all workers of pytest-xdist, which are processes of one machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from contract_tests.pytest_run import TargetRun


def once_for_all_workers(file: Path, run: Callable[[], TargetRun]) -> TargetRun:
    """What `run` comes to in the worker that is first to ask; the others find it in the file.

    A worker that dies lets the next one try.
    """
    with _locked(file.with_suffix(".lock")):
        if file.exists():
            return msgspec.json.decode(file.read_bytes(), type=TargetRun)
        found = run()
        whole = file.with_suffix(".new")
        whole.write_bytes(msgspec.json.encode(found))
        whole.replace(file)
        return found


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w", encoding="utf-8") as lock:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
