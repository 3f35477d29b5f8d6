"""Several connections to one target at once, whose exchanges stand in the record as if they came from one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

from contract_tests.exchange import Exchange, Request
from contract_tests.target import Target
from contract_tests.world import KnownCall

PATIENCE = 30.0
"""Seconds until those that are ready go without one that the target has wait."""


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
        """Sends the requests at the same moment, each on a connection that is open already, as far as the target lets.

        Where none is, `warm_up` is sent to open one. The exchanges come in the order of the requests. The target's
        watcher is told of them, in the order in which they began, and of all else that the twins sent: warm-ups, and
        what it took to get a fresh token.
        """
        barrier = threading.Barrier(len(requests))
        sent: list[Exchange | None] = [None] * len(requests)

        def run(place: int) -> None:
            twin = self._twins[place]
            try:
                if not twin.is_connected:
                    twin.exchange(warm_up, case=case, role="before")
            finally:
                with suppress(threading.BrokenBarrierError):
                    barrier.wait(PATIENCE)
            sent[place] = twin.exchange(requests[place], case=case, call=call)

        threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        numbered = self._adopted()
        if None in sent:
            raise RuntimeError("a racing request could not be sent")
        return [numbered[id(one)] for one in sent]

    def _adopted(self) -> dict[int, Exchange]:
        """What the twins were told since the last time, each by its `id`, as an exchange of the target."""
        told = [one for twin in self._twins for one in twin.unwatched()]
        return {id(one): self._target.adopt(one) for one in sorted(told, key=lambda one: one.started)}
