"""Wakes whoever waits in this process for something to change."""

import asyncio
from collections.abc import Callable


class Bell:
    """A ring is heard by those who listen at that moment, and by nobody later: look before you listen.

    `heed` is called whenever somebody begins to listen.
    """

    def __init__(self, heed: Callable[[], None] | None = None) -> None:
        self._heed = heed
        self._listening: set[asyncio.Future[None]] = set()

    @property
    def is_listened_to(self) -> bool:
        return bool(self._listening)

    def ring(self) -> None:
        for listener in self._listening:
            if not listener.done():
                listener.set_result(None)
        self._listening.clear()

    async def heard(self, within: float | None) -> None:
        """Return at the next ring, or after `within` real seconds; None waits for the ring alone."""
        listener = asyncio.get_running_loop().create_future()
        self._listening.add(listener)
        if self._heed is not None:
            self._heed()
        try:
            await asyncio.wait((listener,), timeout=within)
        finally:
            self._listening.discard(listener)
