"""Why a record is not read.

RecordError
├── UnreadableRecord     the file cannot be opened
├── EmptyRecord          there is nothing in it
├── ForeignRecord        its first line is no header of a callpark record
│   └── UnknownVersion   it is one, of a version that this callpark does not know
├── BrokenLine           a line is no JSON, or not as record.schema.json has it
├── IncompleteRecord     there is no footer: the run was killed or is still going
└── InconsistentRecord   every line is well-formed, but together they contradict each other

Each message says where, what is wrong, and what to do about it.
"""

from __future__ import annotations

from typing import Final

from callpark_spec.errors import visible

RESTORE: Final = "restore the record as the run wrote it, or run the check again"
"""The advice where a record was damaged."""


class RecordError(Exception):
    """A record that is not to be believed. `line` is counted from 1; None where no line is to blame."""

    def __init__(self, problem: str, advice: str, *, line: int | None = None) -> None:
        super().__init__(problem, advice, line)
        self.problem = problem
        self.advice = advice
        self.line = line
        self.source = ""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line is not None else ""
        source = f"{self.source}: " if self.source else ""
        return visible(f"{source}{where}{self.problem}; {self.advice}")


class UnreadableRecord(RecordError):
    """The file is missing, a folder, or forbidden."""


class EmptyRecord(RecordError):
    """Not even a header was written."""


class ForeignRecord(RecordError):
    """Another kind of file."""


class UnknownVersion(ForeignRecord):
    """A record from another time."""


class BrokenLine(RecordError):
    """One line cannot be taken as what it claims to be."""


class IncompleteRecord(RecordError):
    """What is there may be true, but it is not everything: no report is made of it."""


class InconsistentRecord(RecordError):
    """Lines were changed, lost, added or put together after they were written."""
