"""Findings that most likely have one cause, so that a reader meets it once and not thirty times."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from contract_tests.record.lines import RulingLine

EVERYWHERE = 4
"""In so many families of clauses one deviation is one cause: an error answered with 200 is so for every error."""

_PECULIAR = re.compile(r"[0-9a-f]{16,}|\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Rulings that deviate in the same way, within one family of clauses or all over the page; the first one leads."""

    rulings: tuple[RulingLine, ...]

    @property
    def first(self) -> RulingLine:
        """The ruling that stands for all."""
        return self.rulings[0]

    @property
    def others(self) -> tuple[RulingLine, ...]:
        """The rest, in their order."""
        return self.rulings[1:]

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that are broken by it, each once."""
        return tuple(dict.fromkeys(ruling.clause for ruling in self.rulings))


def causes(rulings: Iterable[RulingLine]) -> tuple[Cause, ...]:
    """The rulings by what they have in common: verdict, deviation, and the family of the clause. None is lost.

    A case that was judged several times on one clause counts once.
    """
    once: dict[tuple[str, str], RulingLine] = {}
    for ruling in rulings:
        once.setdefault((ruling.clause, ruling.case), ruling)
    families: dict[tuple[str, str], set[str]] = defaultdict(set)
    for ruling in once.values():
        families[_deviation(ruling)].add(_family(ruling.clause))
    groups: dict[tuple[str, str, str], list[RulingLine]] = defaultdict(list)
    for ruling in once.values():
        deviation = _deviation(ruling)
        everywhere = len(families[deviation]) >= EVERYWHERE
        groups[(*deviation, "" if everywhere else _family(ruling.clause))].append(ruling)
    return tuple(Cause(rulings=tuple(group)) for group in groups.values())


def _deviation(ruling: RulingLine) -> tuple[str, str]:
    """The verdict and what was seen, without names and values that differ from case to case."""
    return ruling.verdict, _PECULIAR.sub("...", ruling.actual)


def _family(clause: str) -> str:
    return clause.rpartition("/")[0]
