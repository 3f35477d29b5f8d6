"""The wire faults of one session, in the order in which they were set."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from mockserver.request_pattern import RequestFacts
from mockserver.wire_faults.fault import WireFault

MOST: Final = 100


class TooManyFaultsError(ValueError):
    def __init__(self) -> None:
        super().__init__(f"a session has at most {MOST} wire faults; take some away first")


@dataclass(slots=True, kw_only=True)
class Armed:
    """`seen` counts the requests that it fits, `struck` those it struck; `until` is in epoch seconds."""

    id: str
    fault: WireFault
    random: Random
    until: float | None
    seen: int = 0
    struck: int = 0

    @property
    def is_spent(self) -> bool:
        return self.fault.limit is not None and self.struck >= self.fault.limit

    def meets(self, facts: RequestFacts) -> bool:
        """Count the request if it is meant, and say whether it is struck."""
        if not self.fault.request.fits(facts):
            return False
        self.seen += 1
        if self.fault.probability is not None:
            # Drawn also when spent, so that a change of `times` moves nothing else.
            return self.random.random() < self.fault.probability and not self.is_spent
        return self.seen >= (self.fault.nth or 1) and not self.is_spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """What is about to happen to one request: every delay it meets, and at most one fault or dribble (`main`).

    `before` and `after` are seconds of delay, before and after the call takes effect.
    """

    armed: tuple[Armed, ...]
    main: Armed | None
    before: float
    after: float

    @property
    def fault(self) -> WireFault | None:
        return self.main.fault if self.main else None

    @property
    def labels(self) -> tuple[str, ...]:
        """As the journal names them."""
        return tuple(f"{armed.id}: {_what(armed.fault)}" for armed in self.armed)

    def without_main(self) -> "Strike":
        """There was nothing to strike: it does not count."""
        if self.main is None:
            return self
        self.main.struck -= 1
        kept = tuple(armed for armed in self.armed if armed is not self.main)
        return Strike(armed=kept, main=None, before=self.before, after=self.after)


def _what(fault: WireFault) -> str:
    return fault.fault or ("DRIBBLE" if fault.chunked_dribble_delay else "DELAY")


@dataclass(slots=True, kw_only=True)
class Arsenal:
    """`seed` decides every draw, `always` is armed from the beginning and after every `clear`."""

    seed: str
    always: tuple[WireFault, ...] = ()
    armed: dict[str, Armed] = field(default_factory=dict)
    _numbers: int = 0

    def __post_init__(self) -> None:
        self.clear()

    def __bool__(self) -> bool:
        return bool(self.armed)

    def set(self, fault: WireFault, *, now: float) -> Armed:
        """Raise TooManyFaultsError."""
        self._forget_the_old(now)
        if len(self.armed) >= MOST:
            raise TooManyFaultsError
        self._numbers += 1
        name = f"fault-{self._numbers}"
        until = None if fault.time_to_live is None else now + fault.time_to_live
        self.armed[name] = Armed(id=name, fault=fault, random=Random(f"{self.seed}/{name}"), until=until)
        return self.armed[name]

    def live(self, now: float) -> tuple[Armed, ...]:
        self._forget_the_old(now)
        return tuple(self.armed.values())

    def take_away(self, id: str) -> bool:
        return self.armed.pop(id, None) is not None

    def clear(self) -> None:
        self.armed.clear()
        self._numbers = 0
        for fault in self.always:
            self.set(fault, now=0.0)

    def strike(self, facts: RequestFacts, *, now: float) -> Strike | None:
        """Every fault that fits counts the request, also where another one strikes: the one that was set first."""
        self._forget_the_old(now)
        met = [armed for armed in self.armed.values() if armed.meets(facts)]
        main = next((armed for armed in met if not armed.fault.only_delays), None)
        struck = tuple(armed for armed in met if armed is main or armed.fault.only_delays)
        if not struck:
            return None
        delays = {"before": 0.0, "after": 0.0}
        for armed in struck:
            armed.struck += 1
            if armed.fault.delay is not None:
                delays[armed.fault.moment] += armed.fault.delay.draw(armed.random) / 1000
        return Strike(armed=struck, main=main, before=delays["before"], after=delays["after"])

    def _forget_the_old(self, now: float) -> None:
        over = [name for name, armed in self.armed.items() if armed.until is not None and now >= armed.until]
        for name in over:
            del self.armed[name]
