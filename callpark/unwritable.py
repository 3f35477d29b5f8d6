"""A file or folder that a check was told to write to, and cannot."""

from __future__ import annotations

from pathlib import Path

import click


class Unwritable(click.ClickException):
    """Ends a command with status 2, the command line's: 1 would say that the target does not conform."""

    exit_code = 2

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path}: {error.strerror or error}")
