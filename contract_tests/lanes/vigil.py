"""Waiting for moments while others go on: what has to happen at a set time happens between two of their steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Outcome = TypeVar("Outcome")
REMEMBERED = 32
"""So many of the last steps of others say how long the next one may take."""


@dataclass(kw_only=True)
class Vigil(Generic[Outcome]):
    """Something that yields the moments at which it goes on, on the clock `now`, and comes to an outcome.

    Moments are in seconds, in their order; `sleep` waits. It begins at once. Others call `turn` before each of their
    steps: what is due then happens, and where the next moment is nearer than the end of a step that takes as long as
    the longest of late, it is waited for. A step that takes longer than those before makes it late; how late is too
    late is for itself to say.
    """

    moments: Generator[float, None, Outcome]
    now: Callable[[], float]
    sleep: Callable[[float], None]
    outcome: Outcome | None = field(init=False, default=None)
    _next: float | None = field(init=False, default=None)
    _is_at_it: bool = field(init=False, default=False)
    _steps: deque[float] = field(init=False, default_factory=lambda: deque(maxlen=REMEMBERED))
    _left: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._go_on()

    def turn(self) -> None:
        """What is due, or will be before another step is over, happens. It may call this itself, to no effect."""
        if self._next is None or self._is_at_it:
            return
        if self._left is not None:
            self._steps.append(self.now() - self._left)
        longest = max(self._steps, default=0.0)
        while self._next is not None and (self._next <= self.now() or self._next < self.now() + longest):
            self._go_on()
        self._left = self.now()

    def end(self) -> Outcome | None:
        """Waits for all the moments that are left; what it came to, None where it was given up."""
        while self._next is not None:
            self._go_on()
        return self.outcome

    def give_up(self) -> None:
        """What is waited for is told to clear up, and never goes on. Nothing happens where it is over."""
        self._next = None
        self.moments.close()

    def _go_on(self) -> None:
        self._is_at_it = True
        try:
            if self._next is not None and (wait := self._next - self.now()) > 0:
                self.sleep(wait)
            self._next = next(self.moments)
        except StopIteration as over:
            self._next, self.outcome = None, over.value
        finally:
            self._is_at_it = False
