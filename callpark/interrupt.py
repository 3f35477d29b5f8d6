"""Ctrl-C, which may come at any step of the program but one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SOON = 0.005
"""Seconds."""
_NOT_THEN = frozenset({"__enter__", "__exit__"})


@contextmanager
def safely_interrupted() -> Iterator[None]:
    """Have an interrupt wait for a moment where it comes while a context manager written in Python begins or ends.

    Such a one may have taken a lock, as those of httpcore do, and whoever is interrupted there never gives it back:
    to close the connections is to wait for it for good.  Only where SIGINT is handled as Python does it by itself.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def interrupted(signum: int, frame: FrameType | None) -> None:
    """Handles a signal as an interrupt: raises KeyboardInterrupt, or has the signal come again soon."""
    if frame is None or frame.f_code.co_name not in _NOT_THEN:
        signal.default_int_handler(signum, frame)
    again = threading.Timer(_SOON, _again, (signum,))
    again.daemon = True
    again.start()


def _again(signum: int) -> None:
    """To the main thread, so that what it waits for is interrupted too, where the system can do that."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signum)
    else:
        signal.raise_signal(signum)
