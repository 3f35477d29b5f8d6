"""One connection to one address, kept from one request to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpcore


@dataclass(kw_only=True)
class KeptConnection:
    """What a pool of one connection comes to, for whoever sends one request after another: a pool is made for many.

    `opened` makes a connection that opens with its first request. Not to be used by two threads at once.
    """

    opened: Callable[[], httpcore.HTTPConnection]
    _connection: httpcore.HTTPConnection | None = field(init=False, default=None, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether the next request finds it open, as far as can be seen from here."""
        kept = self._connection
        return kept is not None and kept.is_available() and not kept.has_expired()

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """The answer, its body unread; the next request needs it closed. Raises what httpcore does."""
        if self._connection is None or not self.is_open:
            self.close()
            self._connection = self.opened()
        return self._connection.handle_request(request)

    def close(self) -> None:
        """The next request opens another one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
