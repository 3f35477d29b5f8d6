"""Looking after the witness: a parked call that no request names, and that no request may touch.

A look at the end of many requests tells that one of them touched it, and not which; or it was somebody else, or the
lot called it back. So a change is no evidence by itself: the requests are sent again, each beside a fresh witness that
is looked at before and after, until one shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from contract_tests.case import Case
from contract_tests.evidence import Evidence
from contract_tests.lanes.trial import Trial
from contract_tests.world import KnownCall

LONG_IN_THE_LOT = 60.0
"""Seconds after which a fresh witness is parked: the lot calls back who waits too long."""


@dataclass(kw_only=True)
class Watch:
    """Watches a witness through a run.

    `park` parks a fresh one, or says that there is none. `send_again` tries a case on a fresh call beside the
    witness of the trial; None where that cannot be done any more. `now` is in seconds.
    """

    trial: Trial
    park: Callable[[], KnownCall | None]
    send_again: Callable[[Evidence], Evidence | None]
    now: Callable[[], float]
    _parked_at: float = 0.0
    _tried: list[Evidence] = field(default_factory=list)

    def begin(self, case: Case) -> None:
        """Parks a witness and looks at it, in the name of the case to come."""
        self._tried.clear()
        self._parked_at = self.now()
        self.trial.guard(case, self.park())

    def heed(self, evidence: Evidence) -> None:
        """Takes note of a request that was sent. One that the witness was looked at around speaks for itself."""
        if evidence.witness_after is not None:
            self._tried.clear()
        elif evidence.exchange is not None:
            self._tried.append(Evidence(case=evidence.case, attempts=evidence.attempts))

    @property
    def is_old(self) -> bool:
        """Whether the witness has been in the lot for so long that a change would say little."""
        return self.trial.witness is not None and self.now() - self._parked_at > LONG_IN_THE_LOT

    def look(self) -> Iterator[Evidence]:
        """Evidence in the place of the earlier one, for those requests that were sent again; mostly there is none."""
        tried, self._tried = self._tried, []
        if not tried or self.trial.is_witness_left_alone(tried[-1].case) is not False:
            return
        for one in tried:
            self.begin(one.case)
            if self.trial.witness is None or (again := self.send_again(one)) is None:
                return
            yield again
            if again.leaves_witness is False:
                break
        self._parked_at = float("-inf")
