"""What a session differs in from the mock's default: variants, and at most one defect."""

from collections.abc import Callable

from msgspec import Struct, field

from mockserver.policy import Policy
from mockserver.simulator.commands import Command
from mockserver.simulator.door import Decision
from mockserver.simulator.world import World

Effect = Callable[[World, Command, Decision], Decision]


def as_decided(_world: World, _command: Command, decision: Decision) -> Decision:
    return decision


class BehaviourSet(Struct, frozen=True, kw_only=True):
    """From now on these variants, applied from left to right, and this defect."""

    at: float
    variants: tuple[str, ...] = ()
    defect: str | None = None


class Behaviour(Struct, frozen=True, kw_only=True):
    """`variants` and `defect` are names; `policy` and `effect` are what they come to."""

    variants: tuple[str, ...] = ()
    defect: str | None = None
    policy: Policy = field(default_factory=Policy)
    effect: Effect = as_decided


Resolve = Callable[[tuple[str, ...], str | None], Behaviour]
"""What the names come to; raises LookupError for one that is not known."""


def nothing_else(variants: tuple[str, ...], defect: str | None) -> Behaviour:
    if variants or defect:
        raise LookupError("this session knows neither variants nor defects")
    return Behaviour()
