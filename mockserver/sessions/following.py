"""Whoever follows the events of a session."""

from typing import Protocol

from mockserver.simulator.events import Event
from mockserver.simulator.world import World


class Follower(Protocol):
    """Sees every event of a session at the moment it is believed, with the world right after it.

    `is_waiting` says whether a request waits behind it.
    """

    is_waiting: bool

    def notice(self, event: Event, world: World) -> None: ...

    def begin_again(self) -> None:
        """The session was reset or closed: what was waited for will not come."""
