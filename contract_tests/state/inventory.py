"""The rung `inventory`: a file lists calls that are parked already, and each is used up once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contract_tests.expectation.expect import parse_json
from contract_tests.state.rung import RungError, calls_from
from contract_tests.world import KnownCall


@dataclass(kw_only=True)
class InventoryRung:
    """Hands out the calls of a list in their order."""

    calls: list[KnownCall]
    extension: str
    name: str = "inventory"
    is_scarce: bool = True
    _handed_out: int = field(default=0, init=False)

    def parked(self, count: int, extension: str | None = None) -> list[KnownCall]:
        wanted = extension or self.extension
        found = [call for call in self.calls if call.extension == wanted][:count]
        if len(found) < count:
            raise RungError(
                f"the inventory has no parked call of extension {wanted} left"
                f" ({self._handed_out} of its calls were used)"
            )
        for call in found:
            self.calls.remove(call)
        self._handed_out += count
        return found

    def witness(self) -> KnownCall:
        raise RungError("the inventory keeps its calls for what must be judged")

    def talking(self) -> KnownCall:
        raise RungError("an inventory lists parked calls only")

    def release(self, calls: Sequence[KnownCall]) -> None:
        return

    def reproduction(self, call: KnownCall) -> list[str]:
        return [f"# park a call at {call.extension}, and put its id and view for {call.id} and {call.view}:"]


def inventory_rung(path: Path, extension: str) -> InventoryRung:
    """The rung of a file. Raises `RungError` for a file that is none, naming what is wrong with it."""
    try:
        value = parse_json(path.read_bytes())
    except OSError as error:
        raise RungError(f"the inventory {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RungError(f"the inventory {path} is no JSON: {error}") from error
    try:
        return InventoryRung(calls=calls_from(value, parked=True), extension=extension)
    except RungError as error:
        raise RungError(f"the inventory {path}: {error}") from error
