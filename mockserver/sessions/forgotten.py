"""What forgotten sessions had, so that one that begins under the name of one does not count as if it were new."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Final

from mockserver.journal.journal import Evicted

MOST: Final = 10_000
"""So many names are known one by one."""
_BITS: Final = 1 << 24
_PROBES: Final = 6


class Forgotten:
    """Takes two or three megabytes, however many sessions are forgotten.

    Of older ones than the latest `most` only a Bloom filter knows, and for all of them the highest numbers that any
    of them had: a name may be taken for one of these by mistake, and then too much is called unknown, never too little.
    """

    def __init__(self, known: Mapping[str, Evicted] | None = None, *, most: int = MOST) -> None:
        self._most = most
        self._gone: OrderedDict[str, Evicted] = OrderedDict()
        self._older = bytearray()
        self._at_most = Evicted()
        for name, gone in (known or {}).items():
            self.add(name, gone)

    def add(self, name: str, gone: Evicted) -> None:
        if not gone.last:
            return
        self._gone[name] = gone
        self._gone.move_to_end(name)
        if len(self._gone) > self._most:
            self._blur(*self._gone.popitem(last=False))

    def of(self, name: str) -> Evicted | None:
        """What a session of this name had, or may have had, at most; None where there was none."""
        known = self._gone.get(name)
        if known is None and self._older and all(self._older[at] & bit for at, bit in _places(name)):
            return self._at_most
        return known

    def discard(self, name: str) -> None:
        """It was begun anew by somebody who knows."""
        self._gone.pop(name, None)

    def _blur(self, name: str, gone: Evicted) -> None:
        self._older = self._older or bytearray(_BITS // 8)
        for at, bit in _places(name):
            self._older[at] |= bit
        most = self._at_most
        self._at_most = Evicted(
            entries=max(most.entries, gone.entries),
            exchanges=max(most.exchanges, gone.exchanges),
            last=max(most.last, gone.last),
        )


def _places(name: str) -> Iterator[tuple[int, int]]:
    digest = blake2b(name.encode(), digest_size=4 * _PROBES).digest()
    for start in range(0, len(digest), 4):
        place = int.from_bytes(digest[start : start + 4], "big") % _BITS
        yield place // 8, 1 << place % 8
