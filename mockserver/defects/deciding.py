"""The effect seam: what was decided is not what happens."""

from collections.abc import Callable

from msgspec.structs import replace

from mockserver.simulator.commands import Command, UnPark
from mockserver.simulator.door import Decision, decide
from mockserver.simulator.events import CallEnded, CallPlaced, EndReason, Event
from mockserver.simulator.outcomes import Field, NothingToDo, Refused, Retrieved
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World

Effect = Callable[[World, Command, Decision], Decision]
Change = Callable[[World, UnPark, Decision], Decision]


def on_unpark(change: Change) -> Effect:
    return lambda world, command, decision: (
        change(world, command, decision) if isinstance(command, UnPark) else decision
    )


def on_retrieval(change: Change) -> Effect:
    return on_unpark(
        lambda world, command, decision: (
            change(world, command, decision) if isinstance(decision.outcome, Retrieved) else decision
        )
    )


def on_nothing(change: Change) -> Effect:
    """When the call is there and not in the lot."""
    return on_unpark(
        lambda world, command, decision: (
            change(world, command, decision) if isinstance(decision.outcome, NothingToDo) else decision
        )
    )


def on_refusal(cause: Field, change: Change) -> Effect:
    return on_unpark(
        lambda world, command, decision: (
            change(world, command, decision)
            if isinstance(decision.outcome, Refused) and decision.outcome.cause is cause
            else decision
        )
    )


def again(world: World, command: UnPark) -> Decision:
    return decide(world, command, world.now)


def and_then(decision: Decision, *events: Event) -> Decision:
    return replace(decision, events=(*decision.events, *events))


def ended(call_id: str) -> CallEnded:
    return CallEnded(at=0.0, call_id=call_id, reason=EndReason.HUNG_UP)


def placed(call: PhoneCall) -> CallPlaced:
    """The call as it is from now on, whatever it was."""
    return CallPlaced(at=0.0, call_id=call.id, call=replace(call, pending=None))


def addressed(world: World, command: UnPark) -> PhoneCall | None:
    return world.calls.get(command.address.call_id or "")


def others(world: World, call_id: str | None) -> tuple[PhoneCall, ...]:
    """The other calls in the lot."""
    return tuple(call for call in world.calls.values() if call.parked_view and call.id != call_id)
