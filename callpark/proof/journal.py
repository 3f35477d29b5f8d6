"""What a proof came to so far, on disk: a proof that was cut short goes on where it was.

A line of JSON for each outcome, after one that says what was proven: outcomes of other code are of no use.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from callpark.proof.candidate import Trial
from callpark.proof.outcome import Outcome

NAME: Final = "outcomes.ndjson"
PACKAGES: Final = ("callpark", "callpark_spec", "contract_tests", "mockserver")
_ENCODER: Final = msgspec.json.Encoder()


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the outcomes are of, and when the first of them was begun."""

    extent: str
    code: str
    started: str


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outcome; `elapsed` is how many seconds of proving went before it in all."""

    elapsed: float
    outcome: Outcome


class Journal:
    """Keeps each outcome as it comes. `earlier` are those that were there, `elapsed` the seconds they took."""

    def __init__(self, path: Path, head: Head, *, resume: bool) -> None:
        """Begins anew unless there is something to `resume`. May raise OSError."""
        self.path = path
        self.head = head
        self.elapsed = 0.0
        self.earlier: list[Outcome] = []
        if resume and (found := _read(path)) is not None and _is_same(found[0], head):
            self.head, lines = found
            self.earlier = [line.outcome for line in lines]
            self.elapsed = lines[-1].elapsed if lines else 0.0
        self._begin()
        self._stream = path.open("ab")

    def keep(self, outcome: Outcome, elapsed: float) -> None:
        """Writes an outcome down, with the seconds since this proof was begun or resumed."""
        self._write(Line(elapsed=self.elapsed + elapsed, outcome=outcome))

    def close(self) -> None:
        """Leaves the file for the next time."""
        self._stream.close()

    def remove(self) -> None:
        """The proof is whole: there is nothing to go on with."""
        self.close()
        self.path.unlink(missing_ok=True)

    @property
    def is_of_this_code(self) -> bool:
        """Whether no file has changed since the first outcome was begun."""
        return code_digest() == self.head.code

    def _begin(self) -> None:
        """The file with what is known so far; until that is whole, the one that was there stays."""
        lines: list[Head | Line] = [
            self.head,
            *(Line(elapsed=self.elapsed, outcome=outcome) for outcome in self.earlier),
        ]
        whole = self.path.with_name(self.path.name + ".new")
        whole.write_bytes(b"".join(map(_line, lines)))
        whole.replace(self.path)

    def _write(self, line: Line) -> None:
        self._stream.write(_line(line))
        self._stream.flush()


def _line(line: Head | Line) -> bytes:
    return _ENCODER.encode(line) + b"\n"


def left_of(trials: Iterable[Trial], earlier: Iterable[Outcome]) -> list[Trial]:
    """The trials without those that were done; what went wrong on our side is tried again."""
    done = Counter(outcome.trial for outcome in earlier if not outcome.trouble)
    left = []
    for trial in trials:
        if done[trial]:
            done[trial] -= 1
        else:
            left.append(trial)
    return left


def code_digest() -> str:
    """The sha256 over all files of the kit but compiled ones, and over what else is installed, Python among it."""
    from importlib.metadata import distributions
    from importlib.util import find_spec

    installed = sorted({f"{each.metadata['Name']} {each.version}" for each in distributions()})
    digest = hashlib.sha256("\n".join([sys.version, *installed]).encode())
    for package in PACKAGES:
        spec = find_spec(package)
        for folder in map(Path, (spec.submodule_search_locations if spec else None) or ()):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def closing_journal(journal: Journal) -> Iterator[Journal]:
    """Closes it whichever way the block is left."""
    try:
        yield journal
    finally:
        journal.close()


def _is_same(found: Head, head: Head) -> bool:
    return (found.extent, found.code) == (head.extent, head.code)


def _read(path: Path) -> tuple[Head, list[Line]] | None:
    """What is in a file, up to the first line that is none; None where there is no file or no head."""
    try:
        head, *lines = path.read_bytes().splitlines()
        known = msgspec.json.decode(head, type=Head)
    except (OSError, ValueError, msgspec.DecodeError):
        return None
    found = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=Line))
        except msgspec.DecodeError:
            break
    return known, found
