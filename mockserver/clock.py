"""The only module that reads a clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

_SCALED = "x"


class ClockRateError(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(f"clock {text!r} is not known; allowed: real, manual, or a factor such as x60")


def system_time() -> float:
    """Epoch seconds that never run backwards: the wall clock at import, carried on by the monotonic one."""
    return _EPOCH + time.monotonic()


_EPOCH: Final = time.time() - time.monotonic()


@dataclass(slots=True)
class Clock:
    """A session's time in epoch seconds; `rate` 1 is real, 0 stands still until advanced, 60 is x60."""

    rate: float = 1.0
    source: Callable[[], float] = system_time
    _origin: float = 0.0
    _jumped: float = 0.0

    def __post_init__(self) -> None:
        self._origin = self.source()

    @classmethod
    def named(cls, text: str, *, source: Callable[[], float] = system_time) -> Self:
        return cls(rate=rate_named(text), source=source)

    def now(self) -> float:
        return self._origin + self.rate * (self.source() - self._origin) + self._jumped

    def advance(self, seconds: float) -> None:
        """Jump forward; a clock does not go back."""
        if seconds < 0:
            raise ValueError(f"a clock cannot go back by {-seconds} s")
        self._jumped += seconds


def rate_named(text: str) -> float:
    """`real`, `manual`, or `x60` for a clock that runs sixty times as fast."""
    if text in ("real", "manual"):
        return 1.0 if text == "real" else 0.0
    try:
        rate = float(text.removeprefix(_SCALED))
    except ValueError:
        raise ClockRateError(text) from None
    if not text.startswith(_SCALED) or not 0 < rate <= 100_000:
        raise ClockRateError(text)
    return rate
