"""What a session takes, and what will be missing once it is forgotten."""

from typing import Final, NamedTuple

from msgspec.structs import replace

from mockserver.journal.journal import Evicted
from mockserver.sessions.session import Session
from mockserver.simulator.layered import FEW

_SESSION: Final = 12_000
"""Of one that has nothing of what follows."""
_CALL: Final = 1_500
"""With its timers, and texts as long as they may be."""
_FAULT: Final = 4_000
"""Armed, with its stream of chance."""
_PLACE: Final = 50
"""In a dictionary of calls, of which every world has its own."""
_EXTENSION: Final = 600


class Weight(NamedTuple):
    """Bytes, of the journal's entries and of all the rest: of the first some may go."""

    session: str
    journal: int
    state: int

    @property
    def whole(self) -> int:
        return self.journal + self.state


def weight_of(session: Session, *, its_own: bool) -> Weight:
    """About what it takes in this process; `its_own`: it shares its scenario with nobody."""
    calls = len(session.world.calls)
    state = _SESSION + calls * _CALL + len(session.faults.armed) * _FAULT
    state += session.journal.worlds_kept * (_CALL + min(calls, FEW) * _PLACE)
    if its_own:
        state += len(session.scenario.directory.extensions) * _EXTENSION
    return Weight(session.name, session.journal.bytes_here, state)


def gone_with(session: Session) -> Evicted:
    """What its journal had, and what is under way and will be in none."""
    gone, waiting = session.journal.all_gone(), session.waiting
    return replace(gone, entries=gone.entries + waiting, exchanges=gone.exchanges + waiting)
