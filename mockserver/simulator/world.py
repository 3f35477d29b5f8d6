"""The state of one session: who exists, which calls are live, which slots are taken, which timers run."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import Struct, field

from mockserver.simulator.directory import Directory, Extension
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.rules import Rules, SlotChoice

_NEXT: Final = SlotChoice.NEXT


class Timer(NamedTuple):
    """Orders by moment, then by the number it was set with.  It is stale once its call waits for another."""

    due: float
    number: int
    call_id: str


class Lot(Struct, frozen=True, kw_only=True, gc=False):
    """One organization's slots, numbered from 1.  None is free before `first`."""

    taken: Mapping[int, str] = field(default_factory=dict)
    last: int = 0
    first: int = 1

    def free_slot(self, *, slots: int, choice: SlotChoice) -> int | None:
        """The first free slot, or with NEXT the first one after the slot taken last, wrapping around."""
        taken = self.taken
        if choice is _NEXT and slots:
            for slot in range(self.last % slots + 1, slots + 1):
                if slot not in taken:
                    return slot
        for slot in range(self.first, slots + 1):
            if slot not in taken:
                return slot
        return None

    def slot_past_the_end(self) -> int:
        return max(self.taken, default=0) + 1


_NOTHING_PARKED: Final = Lot()


class World(Struct, frozen=True, kw_only=True, gc=False):
    """Never changed, only replaced.  `timers` is a heap; `now` is the moment of the last event or advance."""

    directory: Directory
    rules: Rules = field(default_factory=Rules)
    calls: Mapping[str, PhoneCall] = field(default_factory=dict)
    lots: Mapping[str, Lot] = field(default_factory=dict)
    timers: tuple[Timer, ...] = ()
    timers_set: int = 0
    now: float = 0.0

    def lot(self, organization_id: str) -> Lot:
        return self.lots.get(organization_id, _NOTHING_PARKED)

    def extension_named(self, number: str) -> Extension | None:
        return self.directory.extension_named(number)

    def is_stale(self, timer: Timer) -> bool:
        return is_stale(self.calls, timer)


def is_stale(calls: Mapping[str, PhoneCall], timer: Timer) -> bool:
    call = calls.get(timer.call_id)
    return call is None or call.pending is None or call.pending.timer != timer.number
