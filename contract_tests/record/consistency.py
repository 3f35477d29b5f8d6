"""What well-formed lines have to be to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from contract_tests.record.errors import RESTORE, InconsistentRecord
from contract_tests.record.lines import (
    AnyLine,
    CaseLine,
    ExchangeLine,
    Footer,
    Header,
    ObservationLine,
    Record,
    RulingLine,
    UntriedLine,
)
from contract_tests.record.sums import Sums


class _Call(msgspec.Struct, forbid_unknown_fields=True):
    """`contract_tests.world.KnownCall` as a record holds it."""

    id: str
    user: str
    extension: str
    view: str
    views: list[str] = []
    parked: bool = True


Kind = TypeVar("Kind", bound=AnyLine)
Numbered = Sequence[tuple[int, AnyLine]]

CASELESS_ROLES = ("set-up", "tear-down", "preflight")

_SUMS = ("cases", "exchanges", "requests", "counts", "exit_code", "digest")
_APART = "these are several records in one file: keep each in a file of its own"


def assemble(lines: Numbered) -> Record:
    """The record of these lines, the footer among them. Raises `InconsistentRecord`."""
    _check_ends(lines)
    _check_moments(lines)
    _check_calls(lines)
    _check_exchanges(lines)
    _check_references(lines)
    record = Record(
        header=_only(lines, Header),
        cases=_all(lines, CaseLine),
        exchanges=_all(lines, ExchangeLine),
        untried=_all(lines, UntriedLine),
        rulings=_all(lines, RulingLine),
        observations=_all(lines, ObservationLine),
        footer=_only(lines, Footer),
    )
    _check_sums(lines)
    return record


def _check_ends(lines: Numbered) -> None:
    last, _ = lines[-1]
    for number, line in lines:
        if isinstance(line, Header) and number > 1:
            raise InconsistentRecord("a second header", _APART, line=number)
        if isinstance(line, Footer) and number < last:
            raise InconsistentRecord("the footer is not the last line", _APART, line=number)


def _check_moments(lines: Numbered) -> None:
    for number, line in lines:
        if isinstance(line, Header | Footer):
            moment = line.started if isinstance(line, Header) else line.finished
            try:
                datetime.fromisoformat(moment)
            except ValueError as error:
                raise InconsistentRecord(f"{moment} is no time ({error})", RESTORE, line=number) from None


def _check_calls(lines: Numbered) -> None:
    for number, line in lines:
        if isinstance(line, ExchangeLine):
            for name, value in (("call", line.call), ("witness", line.witness)):
                try:
                    msgspec.convert(value, type=_Call | None)
                except msgspec.ValidationError as error:
                    raise InconsistentRecord(f"its {name} is none: {error}", RESTORE, line=number) from None


def _check_exchanges(lines: Numbered) -> None:
    previous = 0
    for number, line in lines:
        if isinstance(line, ExchangeLine):
            if line.number <= previous:
                problem = f"exchange {line.number} comes after exchange {previous}"
                raise InconsistentRecord(problem, RESTORE, line=number)
            previous = line.number


def _check_references(lines: Numbered) -> None:
    """Cases come before what belongs to them, so that the readable part of a killed run makes sense."""
    cases: set[str] = set()
    seen: set[int] = set()
    for number, line in lines:
        if isinstance(line, CaseLine):
            if line.id in cases:
                raise InconsistentRecord(f"the case {line.id} for the second time", RESTORE, line=number)
            cases.add(line.id)
        elif isinstance(line, ExchangeLine):
            seen.add(line.number)
            if line.role not in CASELESS_ROLES:
                _check_case(number, line.case, cases)
        elif isinstance(line, UntriedLine):
            _check_case(number, line.case, cases)
        elif isinstance(line, RulingLine | ObservationLine):
            _check_case(number, line.case, cases)
            unknown = [str(each) for each in line.exchanges if each not in seen]
            if unknown:
                problem = f"it refers to exchange {', '.join(unknown)}, which stands nowhere before it"
                raise InconsistentRecord(problem, RESTORE, line=number)


def _check_case(number: int, case: str, known: set[str]) -> None:
    if case not in known:
        problem = f"it belongs to the case {case!r}, which stands nowhere before it"
        raise InconsistentRecord(problem, RESTORE, line=number)


def _check_sums(lines: Numbered) -> None:
    last, footer = lines[-1]
    assert isinstance(footer, Footer)
    actual = Sums(line for _, line in lines).as_footer(
        finished=footer.finished, elapsed=footer.elapsed, calls_used=footer.calls_used
    )
    for name in _SUMS:
        claimed, sums = getattr(footer, name), getattr(actual, name)
        if claimed != sums:
            problem = f"the footer's {name} is {claimed}, the lines before it come to {sums}"
            raise InconsistentRecord(problem, f"lines were changed, lost or added; {RESTORE}", line=last)


def _all(lines: Iterable[tuple[int, AnyLine]], kind: type[Kind]) -> list[Kind]:
    return [line for _, line in lines if isinstance(line, kind)]


def _only(lines: Iterable[tuple[int, AnyLine]], kind: type[Kind]) -> Kind:
    (line,) = _all(lines, kind)
    return line
