"""How many connections the system lets a process have open at a time."""

import sys
from dataclasses import replace
from typing import Final

from mockserver.connection.client_limits import ClientLimits

_FOR_ALL_ELSE: Final = 64
"""Descriptors that are kept for files, for a store, and for connections on their way out."""


def take_all_descriptors() -> None:
    """Of what the system allows, for a process whose business it is to serve."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # macOS names a hard limit that it does not let anybody have
        return


def within_descriptors(limits: ClientLimits) -> ClientLimits:
    """No more connections than there can be: a server that can accept none does not answer at all."""
    if sys.platform == "win32":
        return limits
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return limits
    return replace(limits, max_connections=max(1, min(limits.max_connections, soft - _FOR_ALL_ELSE)))
