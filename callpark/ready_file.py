"""A file that is there as long as the mock answers, with its address in it, for scripts that wait for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def ready_file(path: Path) -> Iterator[Callable[[str], None]]:
    """Yields what writes the file; it appears with its content, never empty. One of an earlier run goes first.

    May raise OSError, also where the folder cannot be written, before anything is served.
    """
    path.unlink(missing_ok=True)
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    waiting.touch()

    def write(url: str) -> None:
        waiting.write_text(f"{url}\n", encoding="utf-8")
        waiting.replace(path)

    try:
        yield write
    finally:
        waiting.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
