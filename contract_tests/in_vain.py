"""How long a run waits for answers that do not come, all in all. Pure: what it counts says when it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from contract_tests.exchange import Exchange
from contract_tests.patience import asked_for_patience

ENOUGH = 120.0
"""Seconds; or so many timeouts, where these are long."""
TIMEOUTS = 4
SHARE = 0.25
"""Of the time of a run; a run that was long for another reason may have waited longer."""


@dataclass(kw_only=True)
class InVain:
    """What a target had its requests wait for in vain, whoever sent them; several threads may count at once.

    `timeout` is how many seconds one answer is waited for. What is waited for at the same time counts once.
    """

    timeout: float
    over: str = field(init=False, default="")
    """Why nothing is waited for any more; empty while there is time."""
    _lock: Lock = field(init=False, default_factory=Lock, repr=False)
    _sent: int = field(init=False, default=0)
    _unanswered: int = field(init=False, default=0)
    _busy: int = field(init=False, default=0)
    _seconds: float = field(init=False, default=0.0)
    _until: float = field(init=False, default=0.0)

    def count(self, exchange: Exchange) -> None:
        """An exchange that is over. One that was cut off at once is unanswered, but costs no time."""
        end = exchange.started + exchange.elapsed
        with self._lock:
            self._sent += 1
            if exchange.response is None:
                self._unanswered += 1
                self._busy += asked_for_patience(exchange.trouble or "")
                self._seconds += max(0.0, end - max(exchange.started, self._until))
                self._until = max(self._until, end)
            if self._seconds > max(ENOUGH, TIMEOUTS * self.timeout, SHARE * end):
                self.over = self.over or self._told(end)

    def _told(self, end: float) -> str:
        how, what_to_do = "without an answer", f"a --timeout below {self.timeout:g} leaves time for more"
        if self._busy:
            how, what_to_do = "without an answer, or was too busy for one", "--rate asks it less often"
        return (
            f"the target left {self._unanswered} of {self._sent} requests {how}, and {self._seconds:.0f} of"
            f" {end:.0f} seconds went into waiting for them; of callpark check {what_to_do}"
        )
