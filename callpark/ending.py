"""An end by signal that leaves nothing behind: it unwinds the program, as Ctrl-C does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from callpark.interrupt import interrupted

BY_SIGNAL = 128
"""What a shell adds to the number of the signal that ended a program."""
_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name))


@dataclass(slots=True)
class Ending:
    """By which signal the program ends; SIGINT until another one has come."""

    number: int | None = None

    @property
    def status(self) -> int:
        """The exit status of a program that a signal ended."""
        return BY_SIGNAL + (self.number or signal.SIGINT)

    def __str__(self) -> str:
        return f"ended by {signal.Signals(self.number).name}" if self.number else "interrupted"

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Do as for an interrupt; a terminal that closes and its shell send two, and the first one is enough."""
        if self.number is not None:
            return
        handler = signal.getsignal(signal.SIGINT)
        if not callable(handler) or handler is signal.default_int_handler:
            handler = interrupted
        try:
            handler(number, frame)
        except KeyboardInterrupt:
            self.number = number
            raise


@contextmanager
def ended_in_order() -> Iterator[Ending]:
    """Have SIGTERM, SIGHUP and SIGQUIT do in this block what SIGINT does: whoever waits for that one ends in order, and
    elsewhere KeyboardInterrupt clears away what was made for the run.

    Signals that are ignored, as under nohup, or handled already stay so. SIGKILL leaves behind what there is.
    """
    ending = Ending()
    if threading.current_thread() is not threading.main_thread():
        yield ending
        return
    ours = [number for number in _ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, ending.receive)
    try:
        yield ending
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def ended_at_once() -> None:
    """For a fork, which has nothing to clear away: those signals end it, as they end any program."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_DFL)
