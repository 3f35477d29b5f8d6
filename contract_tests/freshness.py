"""Which requests open a connection of their own, and which use one that is kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from contract_tests.exchange import Exchange, Role

FRESH_EVERY = 10
"""One in so many requests under test opens a connection: there are servers that know a client's connection."""
ENOUGH = 3


@dataclass(kw_only=True)
class Freshness:
    """Of requests under test one in `every` (0: none), and the one after each that was cut off.

    Where kept connections were cut off `ENOUGH` times in a row, and fresh ones answered each time, the target closes
    them and says so nowhere: all requests under test open one then. What is sent to see a finding again always does, as
    whoever pastes it will.
    """

    every: int = FRESH_EVERY
    _under_test: int = field(init=False, default=0)
    _was_cut_off: bool = field(init=False, default=False)
    _in_a_row: int = field(init=False, default=0)
    _is_fresh: bool = field(init=False, default=False)

    def opens(self, role: Role) -> bool:
        """Whether the next request opens a connection. To be asked once for each."""
        if role != "request" or not self.every:
            return role == "again"
        self._under_test += 1
        is_sample = self._under_test % self.every == 0
        self._is_fresh = is_sample or self._was_cut_off or self._in_a_row >= ENOUGH
        return self._is_fresh

    def note(self, exchange: Exchange) -> None:
        """What came of it."""
        if exchange.role != "request":
            return
        if exchange.response is not None and not self._is_fresh:
            self._in_a_row = 0
        elif exchange.response is not None and self._was_cut_off:
            self._in_a_row += 1
        self._was_cut_off = exchange.response is None and not exchange.timed_out
