"""All connections of one server: how many there may be, and which of them could go for the sake of a new one."""

from collections import OrderedDict
from collections.abc import Collection
from typing import Any


class Crowd:
    """`waiting` are those that nothing is being done for, the one that has waited longest first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.waiting: OrderedDict[Any, None] = OrderedDict()

    def admits(self, connections: Collection[object]) -> bool:
        """Whether the newest of all `connections` may stay; where there are too many, one that waits is ended."""
        return len(connections) <= self._most or self._room()

    def _room(self) -> bool:
        while self.waiting:
            longest, _ = self.waiting.popitem(last=False)
            if not longest.transport.is_closing():
                longest.transport.abort()
                return True
        return False
