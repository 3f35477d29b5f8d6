"""The state of one session: who exists, which calls are live, which slots are taken, which timers run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mockserver.simulator.directory import Directory, Extension
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.rules import Rules, SlotChoice


class Timer(NamedTuple):
    """Orders by moment, then by the number it was set with.  It is stale once its call waits for another."""

    due: float
    number: int
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One organization's slots, numbered from 1."""

    taken: Mapping[int, str] = field(default_factory=dict)
    last: int = 0

    def free_slot(self, *, slots: int, choice: SlotChoice) -> int | None:
        """The first free slot, or with NEXT the first one after the slot taken last, wrapping around."""
        start = self.last if choice is SlotChoice.NEXT else 0
        for step in range(slots):
            slot = (start + step) % slots + 1
            if slot not in self.taken:
                return slot
        return None

    def slot_past_the_end(self) -> int:
        return max(self.taken, default=0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Never changed, only replaced.  `timers` is a heap; `now` is the moment of the last event or advance."""

    directory: Directory
    rules: Rules = field(default_factory=Rules)
    calls: Mapping[str, PhoneCall] = field(default_factory=dict)
    lots: Mapping[str, Lot] = field(default_factory=dict)
    timers: tuple[Timer, ...] = ()
    timers_set: int = 0
    now: float = 0.0

    def lot(self, organization_id: str) -> Lot:
        return self.lots.get(organization_id, Lot())

    def extension_named(self, number: str) -> Extension | None:
        return self.directory.extension_named(number)

    def is_stale(self, timer: Timer) -> bool:
        call = self.calls.get(timer.call_id)
        return call is None or call.pending is None or call.pending.timer != timer.number
