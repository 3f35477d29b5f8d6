"""Where a session's events are kept, and its journal beside them: in memory, in a file or on a server.

Nothing above this seam knows which; an engine is imported only where it is asked for.
"""

from mockserver.store.memory import MemoryStore
from mockserver.store.seam import (
    EventStore,
    SessionEvent,
    Standing,
    StoreError,
    StoreUnavailableError,
    TailForgottenError,
    VersionConflictError,
)

__all__ = [
    "EventStore",
    "MemoryStore",
    "SessionEvent",
    "Standing",
    "StoreError",
    "StoreUnavailableError",
    "TailForgottenError",
    "VersionConflictError",
]
