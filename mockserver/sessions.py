"""All sessions of one server: made on first use, bounded in number, the longest idle one forgotten first."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from mockserver.session import Session

DEFAULT_SESSION: Final = "default"
_LIMIT: Final = 1_000


class Sessions:
    def __init__(self, make: Callable[[str], Session], *, limit: int = _LIMIT) -> None:
        self._make = make
        self._limit = limit
        self._open: OrderedDict[str, Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def open(self, name: str) -> Session:
        if name in self._open:
            self._open.move_to_end(name)
            return self._open[name]
        while len(self._open) >= self._limit:
            self._forget_oldest()
        self._open[name] = self._make(name)
        return self._open[name]

    def clear(self) -> None:
        """Forget every session; each begins again on its next use."""
        while self._open:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        _, idle = self._open.popitem(last=False)
        idle.close()
