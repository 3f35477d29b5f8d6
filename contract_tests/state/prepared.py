"""A rung with its first parked call already in hand, so that what proved that it works is not wasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from contract_tests.state.rung import Rung, Script
from contract_tests.world import KnownCall


@dataclass(kw_only=True)
class PreparedRung:
    """Hands out the calls in hand before it asks the rung for more."""

    rung: Rung
    _in_hand: list[KnownCall] = field(default_factory=list, init=False)

    def prepare(self) -> None:
        """Parks a call, unless one is in hand. May raise `RungError`."""
        if not self._in_hand:
            self._in_hand += self.rung.parked(1)

    @property
    def name(self) -> str:
        return self.rung.name

    @property
    def is_scarce(self) -> bool:
        return self.rung.is_scarce

    def parked(self, count: int, extension: str | None = None) -> list[KnownCall]:
        handed = [call for call in self._in_hand if extension in (None, call.extension)][:count]
        more = self.rung.parked(count - len(handed), extension) if len(handed) < count else []
        self._in_hand = [call for call in self._in_hand if call not in handed]
        return handed + more

    def witness(self) -> KnownCall:
        return self.rung.witness()

    def talking(self) -> KnownCall:
        return self.rung.talking()

    def release(self, calls: Sequence[KnownCall]) -> None:
        self.rung.release(calls)

    @property
    def script(self) -> Script:
        return self.rung.script
