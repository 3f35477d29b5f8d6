"""The wire faults of one session, in the order in which they were set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeVar

from mockserver.request_pattern import RequestFacts
from mockserver.wire_faults.fault import Fixed, WireFault

MOST: Final = 100
_Result = TypeVar("_Result")


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
    is_always: bool = False

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
class ArmedSet:
    """An armed fault to be kept; `drawn` is where its chance stands, None while it has drawn nothing."""

    id: str
    fault: WireFault
    until: float | None
    seen: int
    struck: int
    is_always: bool
    drawn: tuple[int, tuple[int, ...], float | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultsSet:
    """From now on a session's wire faults are these, `numbers` of them having been named so far."""

    at: float
    numbers: int = 0
    armed: tuple[ArmedSet, ...] = ()


def _count_back(armed: Armed) -> None:
    armed.struck -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """What is about to happen to one request: every delay it meets, and at most one fault or dribble (`main`).

    `before` and `after` are seconds of delay, before and after the call takes effect.
    """

    armed: tuple[Armed, ...]
    main: Armed | None
    before: float
    after: float
    spare: Callable[[Armed], None] = _count_back

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
        self.spare(self.main)
        kept = tuple(armed for armed in self.armed if armed is not self.main)
        return Strike(armed=kept, main=None, before=self.before, after=self.after)


def _what(fault: WireFault) -> str:
    return fault.fault or ("DRIBBLE" if fault.chunked_dribble_delay else "DELAY")


@dataclass(slots=True, kw_only=True)
class Arsenal:
    """`seed` decides every draw, `always` is armed from the beginning and after every `clear`.

    `keep` is called after every change, where changes are kept; if it returns False, somebody else's change came
    first, the arsenal is as that one left it, and the change is made again.
    """

    seed: str
    always: tuple[WireFault, ...] = ()
    armed: dict[str, Armed] = field(default_factory=dict)
    keep: Callable[[], bool] | None = None
    _numbers: int = 0

    def __post_init__(self) -> None:
        self.begin_again()

    def __bool__(self) -> bool:
        return bool(self.armed)

    def set(self, fault: WireFault, *, now: float) -> Armed:
        """Raise TooManyFaultsError."""
        return self._change(lambda: self._arm(fault, now=now))

    def live(self, now: float) -> tuple[Armed, ...]:
        self._forget_the_old(now)
        return tuple(self.armed.values())

    def take_away(self, id: str) -> bool:
        return id in self.armed and self._change(lambda: self.armed.pop(id, None) is not None)

    def clear(self) -> None:
        self._change(self.begin_again)

    def begin_again(self) -> None:
        """What `clear` does, where that is kept already."""
        self.armed.clear()
        self._numbers = 0
        for fault in self.always:
            self._arm(fault, now=0.0, is_always=True)

    def strike(self, facts: RequestFacts, *, now: float) -> Strike | None:
        """Every fault that fits counts the request, also where another one strikes: the one that was set first."""
        self._forget_the_old(now)
        if all(not armed.fault.request.fits(facts) for armed in self.armed.values()):
            return None
        return self._change(lambda: self._strike(facts))

    def standing(self, at: float) -> FaultsSet:
        armed = tuple(
            ArmedSet(
                id=each.id,
                fault=each.fault,
                until=each.until,
                seen=each.seen,
                struck=each.struck,
                is_always=each.is_always,
                drawn=_chance(each),
            )
            for each in self.armed.values()
        )
        return FaultsSet(at=at, numbers=self._numbers, armed=armed)

    def obey(self, setting: FaultsSet) -> None:
        """Be as was kept; what is always armed is what this server was started with."""
        self._numbers = setting.numbers
        missing = list(self.always)
        before, self.armed = self.armed, {}
        for each in setting.armed:
            if each.is_always:
                if each.fault not in missing:
                    continue
                missing.remove(each.fault)
            self.armed[each.id] = self._armed_as(each, before.get(each.id))
        for fault in missing:
            self._arm(fault, now=0.0, is_always=True)

    def _armed_as(self, kept: ArmedSet, known: Armed | None) -> Armed:
        if known is None or known.fault != kept.fault or not kept.seen:
            known = Armed(
                id=kept.id,
                fault=kept.fault,
                random=Random(f"{self.seed}/{kept.id}"),
                until=kept.until,
                is_always=kept.is_always,
            )
        known.until, known.seen, known.struck = kept.until, kept.seen, kept.struck
        if kept.drawn is not None:
            known.random.setstate(kept.drawn)
        return known

    def _arm(self, fault: WireFault, *, now: float, is_always: bool = False) -> Armed:
        self._forget_the_old(now)
        if len(self.armed) >= MOST:
            raise TooManyFaultsError
        self._numbers += 1
        name = f"fault-{self._numbers}"
        until = None if fault.time_to_live is None else now + fault.time_to_live
        random = Random(f"{self.seed}/{name}")
        self.armed[name] = Armed(id=name, fault=fault, random=random, until=until, is_always=is_always)
        return self.armed[name]

    def _strike(self, facts: RequestFacts) -> Strike | None:
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
        return Strike(
            armed=struck, main=main, before=delays["before"], after=delays["after"], spare=self._spare
        )

    def _spare(self, struck: Armed) -> None:
        def spare() -> None:
            if struck.id in self.armed:
                self.armed[struck.id].struck -= 1

        self._change(spare)

    def _change(self, change: Callable[[], _Result]) -> _Result:
        """Make a change until it is kept; where it cannot be, it is not made."""
        if self.keep is None:
            return change()
        while True:
            before = self.standing(at=0.0)
            result = change()
            try:
                if self.keep():
                    return result
            except BaseException:
                self.obey(before)
                raise

    def _forget_the_old(self, now: float) -> None:
        over = [name for name, armed in self.armed.items() if armed.until is not None and now >= armed.until]
        for name in over:
            del self.armed[name]


def _chance(armed: Armed) -> tuple[int, tuple[int, ...], float | None] | None:
    """Where the random draws of a fault stand, if its strikes depend on any."""
    draws = armed.fault.probability is not None or not isinstance(armed.fault.delay, Fixed | None)
    if not draws or not armed.seen:
        return None
    version, state, gauss = armed.random.getstate()
    return version, state, gauss
