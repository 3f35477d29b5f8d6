"""The only module that reads a clock."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, time
from typing import Final, Self

from msgspec import Struct

REAL: Final = "real"
MANUAL: Final = "manual"

# When the page's example call was answered: a clock that stands still has to stand somewhere, and the same
# moment on every run makes the same run again.
PAGE_MOMENT: Final = datetime.fromisoformat("2012-06-27T16:08:55+03:00").timestamp()


# Whatever a call is told with, a thousand years behind or ahead of a session, is still a date that can be written.
_FIRST_DATE: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_MOMENT: Final = _FIRST_DATE.timestamp()
LAST_MOMENT: Final = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
_RATE: Final = re.compile(r"x([0-9]{1,6}(?:\.[0-9]{1,6})?)")


class ClockRateError(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"clock {text!r} is not known; allowed: real, manual, or a factor from x0.001 to x100000 such as x60"
        )


class MomentError(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"moment {text!r} is not known; allowed: now, or a date with its offset such as "
            "2026-01-31T09:00:00Z, from 1970 to 8999"
        )


def system_time() -> float:
    """Epoch seconds that never run backwards: the wall clock at import, carried on by the monotonic one."""
    return _EPOCH + monotonic()


_EPOCH: Final = time() - monotonic()


def date_at(moment: float) -> datetime:
    """In UTC, also where the functions of some platforms end: before 1970, and after the year 3000."""
    return _FIRST_DATE + timedelta(seconds=moment)


class ClockSet(Struct, frozen=True, kw_only=True):
    """From `at` on, a session's clock runs at `rate`; `since` is what the source read at that moment."""

    at: float
    rate: float
    since: float


@dataclass(slots=True)
class Clock:
    """A session's time in epoch seconds; `rate` 1 is real, 0 stands still until advanced, 60 is x60.

    It begins at `start`, or with None at the source's time.
    """

    rate: float = 1.0
    source: Callable[[], float] = system_time
    start: float | None = None
    _set: ClockSet = field(init=False)

    def __post_init__(self) -> None:
        self._set = self.beginning()

    @classmethod
    def named(
        cls, text: str, *, source: Callable[[], float] = system_time, start: float | None = None
    ) -> Self:
        return cls(rate=rate_named(text), source=source, start=start)

    @property
    def mode(self) -> str:
        return name_of_rate(self._set.rate)

    @property
    def speed(self) -> float:
        """The rate at this moment; `rate` is the one it began with."""
        return self._set.rate

    @property
    def setting(self) -> ClockSet:
        return self._set

    def now(self) -> float:
        return self._at(self.source())

    def beginning(self) -> ClockSet:
        """What the clock is set to when its session begins, or begins again."""
        since = self.source()
        return ClockSet(at=since if self.start is None else self.start, rate=self.rate, since=since)

    def moved_to(self, moment: float) -> ClockSet:
        """The same rate from a later moment on; a clock does not go back, and has run on since anybody looked."""
        since = self.source()
        at = min(LAST_MOMENT, max(moment, self._at(since)))
        return ClockSet(at=at, rate=self._set.rate, since=since)

    def running_at(self, rate: float) -> ClockSet:
        """Another rate from now on."""
        since = self.source()
        return ClockSet(at=self.now(), rate=rate, since=since)

    def set_to(self, moment: float, rate: float) -> ClockSet:
        """Any moment, also an earlier one: for a world that comes from elsewhere."""
        return ClockSet(at=moment, rate=rate, since=self.source())

    def obey(self, setting: ClockSet) -> None:
        self._set = setting

    def _at(self, source: float) -> float:
        setting = self._set
        moment = setting.at + setting.rate * (source - setting.since)
        if moment < LAST_MOMENT:
            return moment
        return LAST_MOMENT

    def seconds_until(self, moment: float | None) -> float | None:
        """Seconds of the source until the clock shows `moment`; None if it never will by itself."""
        if moment is None or not self.speed:
            return None
        return max(0.0, (moment - self.now()) / self._set.rate)


def rate_named(text: str) -> float:
    """`real`, `manual`, or `x60` for a clock that runs sixty times as fast."""
    if text in (REAL, MANUAL):
        return 1.0 if text == REAL else 0.0
    found = _RATE.fullmatch(text)
    rate = float(found[1]) if found else 0.0
    if not 0.001 <= rate <= 100_000:
        raise ClockRateError(text)
    return rate


def name_of_rate(rate: float) -> str:
    """The word that `rate_named` takes."""
    if rate in (0.0, 1.0):
        return REAL if rate else MANUAL
    return f"x{rate:.15g}"


def moment_named(text: str) -> float:
    """Epoch seconds of an ISO 8601 date; raise MomentError, also for one without an offset."""
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        raise MomentError(text) from None
    if date.tzinfo is None or not FIRST_MOMENT <= (moment := date.timestamp()) < LAST_MOMENT:
        raise MomentError(text)
    return moment
