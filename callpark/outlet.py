"""Standard output that may break: its reader leaves (`| head`), or the disk under it is full.

A command goes on without it, so that a check still ends with its verdict and its files.
"""

from __future__ import annotations

import io
import sys
from typing import Any


class _Lenient(io.FileIO):
    """Bytes for a file descriptor, which is left open; what cannot be written is dropped after the first time."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.broken: OSError | None = None

    def write(self, content: Any) -> int:
        if self.broken is None:
            try:
                return super().write(content)
            except OSError as error:
                self.broken = error
        return memoryview(content).nbytes


class Outlet:
    """Takes the place of standard output; that of a test or of no console at all is left as it is."""

    def __init__(self) -> None:
        self._raw: _Lenient | None = None
        out = sys.stdout
        if out is None or out is not sys.__stdout__ or not isinstance(out, io.TextIOWrapper):
            return
        out.flush()
        self._raw = _Lenient(out.fileno())
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(self._raw),
            encoding=out.encoding,
            errors="backslashreplace",
            line_buffering=out.line_buffering,
            write_through=out.write_through,
        )

    def lost(self) -> str:
        """Why not all was said, if it was not; empty where nobody wanted to read on."""
        if self._raw is None:
            return ""
        sys.stdout.flush()
        error = self._raw.broken
        return "" if error is None or isinstance(error, BrokenPipeError) else error.strerror or str(error)
