"""Several connections to one target at once, whose exchanges stand in the record as if they came from one."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from contract_tests.exchange import Exchange, Request
from contract_tests.target import Target
from contract_tests.world import KnownCall

PATIENCE = 30.0


class Twins:
    """Targets like the given one, each with a connection of its own. Close them when done."""

    def __init__(self, target: Target, count: int) -> None:
        self._target = target
        self._twins = [target.twin() for _ in range(count)]

    def close(self) -> None:
        """Closes all connections."""
        for twin in self._twins:
            twin.close()

    def at_once(
        self, requests: Sequence[Request], *, warm_up: Request, case: str, call: KnownCall
    ) -> list[Exchange]:
        """Sends the requests at the same moment, each on a connection that is open already.

        The exchanges come in the order of the requests; they are told to the target's watcher, warm-ups first, in the
        order in which they began.
        """
        barrier = threading.Barrier(len(requests))
        warm: list[Exchange | None] = [None] * len(requests)
        sent: list[Exchange | None] = [None] * len(requests)

        def run(place: int) -> None:
            twin = self._twins[place]
            try:
                warm[place] = twin.exchange(warm_up, case=case, role="before")
            finally:
                barrier.wait(PATIENCE)
            sent[place] = twin.exchange(requests[place], case=case, call=call)

        threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if None in sent:
            raise RuntimeError("a racing request could not be sent")
        self._adopt(warm)
        numbered = self._adopt(sent)
        return [numbered[place] for place in range(len(requests))]

    def _adopt(self, exchanges: Sequence[Exchange | None]) -> dict[int, Exchange]:
        ordered = sorted(
            ((place, one) for place, one in enumerate(exchanges) if one is not None),
            key=lambda pair: (pair[1].started, pair[0]),
        )
        return {place: self._target.adopt(one) for place, one in ordered}
