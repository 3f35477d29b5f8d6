"""What a case left behind: the exchanges that speak for or against it. The judge sees nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contract_tests.case import Case
from contract_tests.exchange import Exchange
from contract_tests.sighting import Presence, Sighting, is_left_alone, sight
from contract_tests.world import KnownCall

Untried = Literal["lacking", "does-not-arise", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A case, its call, the exchange under test, and listings of the call before and after it.

    `lacking` says what the profile has not, `does_not_arise` why the situation cannot come about, `broken` what
    went wrong on our side; with any of them there is no exchange. `follow_up` is the page's own request, sent for the
    call once more, where the target lists no calls.
    """

    case: Case
    call: KnownCall | None = None
    witness: KnownCall | None = None
    exchange: Exchange | None = None
    before: Exchange | None = None
    after: Exchange | None = None
    witness_before: Exchange | None = None
    witness_after: Exchange | None = None
    follow_up: Exchange | None = None
    lacking: str = ""
    does_not_arise: str = ""
    broken: str = ""
    attempts: int = 1

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its exchanges, the one under test first."""
        parts = (self.exchange, self.before, self.after, self.follow_up)
        return tuple(dict.fromkeys(part.number for part in parts if part is not None))

    @property
    def untried(self) -> tuple[Untried, str] | None:
        """Why no request was sent, where none was."""
        reasons: tuple[tuple[Untried, str], ...] = (
            ("lacking", self.lacking),
            ("does-not-arise", self.does_not_arise),
            ("broken", self.broken),
        )
        return next(((kind, why) for kind, why in reasons if why), None)

    @property
    def leaves_witness(self) -> bool | None:
        """Whether the witness, looked at around the request, is as it was; None where nobody looked at it."""
        if self.witness is None:
            return None
        before, after = (
            sight(self.witness_before, self.witness.id),
            sight(self.witness_after, self.witness.id),
        )
        return is_left_alone(before, after) if before.presence is Presence.PRESENT else None

    @property
    def left_something(self) -> bool:
        """Whether the page's own request, sent for the call once more, was told that it retrieved it."""
        said = self.follow_up.response if self.follow_up else None
        return said is not None and 200 <= said.status < 300 and said.status != 204

    def seen_before(self) -> Sighting:
        """The call as listed before the request."""
        return sight(self.before, self.call.id if self.call else "")

    def seen_after(self) -> Sighting:
        """The call as listed after the request."""
        return sight(self.after, self.call.id if self.call else "")
