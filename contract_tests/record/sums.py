"""What a footer says of the lines before it: for whoever writes a record, merges shards, or reads one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from contract_tests.record.lines import AnyLine, CaseLine, ExchangeLine, Footer, Header, RulingLine
from contract_tests.record.seal import UNSEALED
from contract_tests.verdict import Ruling, Verdict, canonical_digest, exit_code

UNCOUNTED_ROLES = ("set-up", "tear-down")


class Sums:
    """Takes lines one by one, in the order of the record."""

    def __init__(self, lines: Iterable[AnyLine] = ()) -> None:
        self._cases = self._exchanges = self._requests = 0
        self._rulings: list[Ruling] = []
        self._reading = ""
        for line in lines:
            self.take(line)

    def take(self, line: AnyLine) -> None:
        """Counts a line in."""
        if isinstance(line, Header):
            self._reading = line.reading
        elif isinstance(line, CaseLine):
            self._cases += 1
        elif isinstance(line, ExchangeLine):
            self._exchanges += 1
            self._requests += line.role not in UNCOUNTED_ROLES
        elif isinstance(line, RulingLine):
            self._rulings.append(ruling_of(line))

    def as_footer(self, *, finished: str, elapsed: float, calls_used: int) -> Footer:
        """The footer, not sealed yet; `elapsed` in seconds."""
        return Footer(
            finished=finished,
            elapsed=round(elapsed, 6),
            cases=self._cases,
            exchanges=self._exchanges,
            requests=self._requests,
            calls_used=calls_used,
            counts=_counts(self._rulings),
            exit_code=int(exit_code(one.verdict for one in self._rulings if one.reading == self._reading)),
            digest=canonical_digest(self._rulings),
            content_sha256=UNSEALED,
        )


def ruling_of(line: RulingLine) -> Ruling:
    """The verdict as the judge gave it."""
    return Ruling(
        clause=line.clause,
        case=line.case,
        reading=line.reading,
        verdict=Verdict(line.verdict),
        title=line.title,
        expected=tuple(line.expected),
        actual=line.actual,
        hint=line.hint,
        exchanges=tuple(line.exchanges),
        attempts=line.attempts,
        because=tuple(line.because),
    )


def _counts(rulings: Iterable[Ruling]) -> dict[str, dict[str, int]]:
    """Reading -> verdict -> number of rulings, in a fixed order."""
    found = Counter((ruling.reading, str(ruling.verdict)) for ruling in rulings)
    result: dict[str, dict[str, int]] = {}
    for (reading, verdict), number in sorted(found.items()):
        result.setdefault(reading, {})[verdict] = number
    return result
