"""How many connections the system lets a process have open at a time."""

import sys
from contextlib import suppress
from dataclasses import replace
from typing import Final

from mockserver.connection.client_limits import ClientLimits

_FOR_ALL_ELSE: Final = 64
"""Descriptors that are kept for files, for a store, and for connections on their way out."""
_WHERE_THE_LIMIT_IS_NONE: Final = (1 << 20, 1 << 16, 10_240)
"""What is tried then; the last is what macOS always lets a process have."""


def take_all_descriptors() -> None:
    """Of what the system allows, for a process whose business it is to serve."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return
    offers = (hard, *_WHERE_THE_LIMIT_IS_NONE) if hard == resource.RLIM_INFINITY else (hard,)
    for offer in offers:
        if offer > soft or offer == resource.RLIM_INFINITY:
            with suppress(OSError, ValueError):  # macOS names a hard limit that it does not let anybody have
                resource.setrlimit(resource.RLIMIT_NOFILE, (offer, hard))
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
