"""Questions to a journal: which exchanges, how many, and which came near.  What was evicted makes an answer unknown."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
import orjson

from mockserver.journal.entry import Exchange
from mockserver.journal.journal import Journal
from mockserver.request_pattern import Mismatch, RequestFacts, RequestPattern

Facts = Callable[[Exchange], RequestFacts]

Number = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class ResponsePattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`code` is `error.code`; an exchange without an answer fits neither."""

    status: Annotated[int, msgspec.Meta(ge=100, le=599)] | None = None
    code: str | None = None

    @property
    def criteria(self) -> int:
        return (self.status is not None) + (self.code is not None)

    def mismatches(self, exchange: Exchange) -> Iterator[Mismatch]:
        if self.status is not None and self.status != exchange.status:
            yield Mismatch(criterion="response.status", wanted=self.status, found=exchange.status)
        if self.code is not None and self.code != (found := error_code(exchange)):
            yield Mismatch(criterion="response.code", wanted=self.code, found=found)


class ExchangePattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`after` leaves out the exchanges up to that number; `faulted` asks whether a wire fault struck."""

    request: RequestPattern = RequestPattern()
    response: ResponsePattern = ResponsePattern()
    faulted: bool | None = None
    after: Number = 0

    @property
    def criteria(self) -> int:
        return self.request.criteria + self.response.criteria + (self.faulted is not None)

    def mismatches(self, exchange: Exchange, facts: RequestFacts) -> list[Mismatch]:
        found = [*self.request.mismatches(facts), *self.response.mismatches(exchange)]
        if self.faulted is not None and self.faulted != bool(exchange.faults):
            found.append(Mismatch(criterion="faulted", wanted=self.faulted, found=bool(exchange.faults)))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """`distance` is the part of the pattern that does not hold, above 0 and at most 1."""

    exchange: Exchange
    mismatches: tuple[Mismatch, ...]
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`unread` counts exchanges that may fit or not: evicted ones, and those whose body was cut."""

    exchanges: tuple[Exchange, ...]
    unread: int

    @property
    def least(self) -> int:
        return len(self.exchanges)

    @property
    def most(self) -> int:
        return self.least + self.unread


class Verdict(StrEnum):
    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


_NEAREST: Final = 3


def search(journal: Journal, pattern: ExchangePattern, facts: Facts) -> Found:
    """In the order in which their answers began."""
    found: list[Exchange] = []
    unread = journal.evicted.exchanges if pattern.after < journal.evicted.last else 0
    for exchange in _exchanges(journal, pattern):
        wrong = pattern.mismatches(exchange, facts(exchange))
        if not wrong:
            found.append(exchange)
        elif exchange.body.is_cut and all(each.criterion in ("body", "action") for each in wrong):
            unread += 1
    return Found(exchanges=tuple(found), unread=unread)


def verify(found: Found, *, least: int, most: int | None) -> Verdict:
    """Whether there were at least and at most so many; unknown where what is not kept would decide."""
    if found.least >= least and (most is None or found.most <= most):
        return Verdict.HOLDS
    if found.most < least or (most is not None and found.least > most):
        return Verdict.FAILS
    return Verdict.UNKNOWN


def near_misses(
    journal: Journal, pattern: ExchangePattern, facts: Facts, *, most: int = _NEAREST
) -> tuple[NearMiss, ...]:
    """The nearest first, of equally near ones the latest."""
    missed = [
        NearMiss(exchange=exchange, mismatches=tuple(wrong), distance=round(len(wrong) / pattern.criteria, 4))
        for exchange in _exchanges(journal, pattern)
        if (wrong := pattern.mismatches(exchange, facts(exchange)))
    ]
    return tuple(sorted(missed, key=lambda miss: (miss.distance, -miss.exchange.number))[:most])


def error_code(exchange: Exchange) -> str | None:
    if exchange.reply is None or exchange.reply.status < 400:
        return None
    try:
        told: Any = orjson.loads(exchange.reply.body.data)
    except orjson.JSONDecodeError:
        return None
    error = told.get("error") if isinstance(told, dict) else None
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) else None


def _exchanges(journal: Journal, pattern: ExchangePattern) -> Iterable[Exchange]:
    kept = (entry for entry in journal.entries if isinstance(entry, Exchange))
    return sorted((each for each in kept if each.number > pattern.after), key=lambda each: each.number)
