"""Wakes whoever waits in this process for something to change."""

import asyncio


class Bell:
    """A ring is heard by those who listen at that moment, and by nobody later: look before you listen."""

    def __init__(self) -> None:
        self._listening: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        for listener in self._listening:
            if not listener.done():
                listener.set_result(None)
        self._listening.clear()

    async def heard(self, within: float | None) -> None:
        """Return at the next ring, or after `within` real seconds; None waits for the ring alone."""
        listener = asyncio.get_running_loop().create_future()
        self._listening.add(listener)
        try:
            await asyncio.wait((listener,), timeout=within)
        finally:
            self._listening.discard(listener)
