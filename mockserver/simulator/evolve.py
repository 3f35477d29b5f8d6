"""`evolve`: the one place where a world becomes the next one."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from heapq import heapify, heappop, heappush
from typing import Any, Final

from msgspec.structs import replace

from mockserver.simulator.directory import Directory, Extension
from mockserver.simulator.events import (
    AnsweringSet,
    CallAnswered,
    CallEnded,
    CallParked,
    CallPlaced,
    CallRetrieved,
    ComebackAnswered,
    ComebackStarted,
    Event,
    RetrievalGivenUp,
    RetrievalStarted,
)
from mockserver.simulator.layered import changing
from mockserver.simulator.lifecycle import (
    SLOT_OF,
    TRANSITIONS,
    Flow,
    IllegalStepError,
    Phase,
    Slot,
    Status,
    Step,
)
from mockserver.simulator.phone_call import Parking, Pending, PhoneCall, Retrieval, View, next_view_id
from mockserver.simulator.rules import Rules
from mockserver.simulator.world import Lot, Timer, World, is_stale

_ENDED: Final = Phase.ENDED
_ON_CALL: Final = Status.ON_CALL
_RINGING: Final = Status.RINGING
_LOCAL: Final = Flow.LOCAL


def evolve(world: World, event: Event) -> World:
    """Raise IllegalStepError if the event does not fit the phase its call is in."""
    return fold(world, (event,))


def fold(world: World, events: Iterable[Event]) -> World:
    draft = Draft(world)
    for event in events:
        draft.take(event)
    return draft.world()


class Draft:
    """A world in the making: what events change is copied once, however many they are, and the world stays as it was.

    It reads as a world does.  What is its own is None until it has been copied.
    """

    __slots__ = (
        "before", "calls", "directory", "now", "own_calls", "own_lots", "own_timers", "rules", "timers_set",
    )  # fmt: skip

    def __init__(self, before: World) -> None:
        self.before = before
        self.directory: Directory = before.directory
        self.rules: Rules = before.rules
        self.calls: Mapping[str, PhoneCall] = before.calls
        self.now: float = before.now
        self.timers_set: int = before.timers_set
        self.own_calls: MutableMapping[str, PhoneCall] | None = None
        self.own_lots: dict[str, Lot] | None = None
        self.own_timers: list[Timer] | None = None

    @property
    def next_timer(self) -> Timer | None:
        timers = self.before.timers if self.own_timers is None else self.own_timers
        return timers[0] if timers else None

    def extension_named(self, number: str) -> Extension | None:
        return self.directory.extension_named(number)

    def is_stale(self, timer: Timer) -> bool:
        return is_stale(self.calls, timer)

    def drop_next_timer(self) -> None:
        heappop(self._timers())

    def take(self, event: Event) -> None:
        """Raise IllegalStepError if the event does not fit the phase its call is in, TypeError for what is no event."""
        if event.at > self.now:
            self.now = event.at
        kind = _CHANGES.get(type(event))
        if kind is not None:
            self._change(event, kind)
        elif isinstance(event, CallPlaced):
            self._place(event)
        elif isinstance(event, AnsweringSet):
            self.directory = _directory_changed(self.directory, event)
        else:
            raise TypeError(f"{type(event).__name__} is no event of this world")

    def _place(self, event: CallPlaced) -> None:
        call = event.call
        if event.due is not None:
            pending = self._set_timer(event.call_id, event.due, picks_up=event.picks_up)
            call = replace(call, pending=pending)
        if SLOT_OF[call.phase] is Slot.TAKEN:
            self._take_slot(call)
        self._set_call(call)

    def _change(self, event: Any, kind: "tuple[Change, Moves, bool, bool]") -> None:
        change, moves, brings_timer, may_pick_up = kind
        before = self.calls[event.call_id]
        move = moves.get(before.phase)
        if move is None:
            raise IllegalStepError(before.phase, STEP_OF[type(event)])
        phase, takes_slot, frees_slot = move
        pending = before.pending
        if pending is not None:
            self._forget_timer(pending)
            pending = None
        if brings_timer and event.due is not None:
            pending = self._set_timer(event.call_id, event.due, picks_up=may_pick_up and event.picks_up)
        call = change(before, event, phase, pending)
        if takes_slot:
            self._take_slot(call)
        elif frees_slot:
            self._free_slot(before)
        self._set_call(call)

    def world(self) -> World:
        before = self.before
        lots = before.lots if self.own_lots is None else self.own_lots
        timers = before.timers if self.own_timers is None else tuple(self.own_timers)
        self.own_calls = self.own_lots = self.own_timers = None
        return World(
            directory=self.directory,
            rules=self.rules,
            calls=self.calls,
            lots=lots,
            timers=timers,
            timers_set=self.timers_set,
            now=self.now,
        )

    def _set_call(self, call: PhoneCall) -> None:
        calls = self.own_calls
        if calls is None:
            self.calls = self.own_calls = calls = changing(self.calls)
        if call.phase is _ENDED:
            calls.pop(call.id, None)
        else:
            calls[call.id] = call

    def _take_slot(self, call: PhoneCall) -> None:
        lot, taken = self._lot_of(call)
        slot = _slot_of(call)
        taken[slot] = call.id
        first = slot + 1 if slot == lot.first else lot.first
        self._set_lot(call, Lot(taken=taken, last=slot, first=first))

    def _free_slot(self, call: PhoneCall) -> None:
        lot, taken = self._lot_of(call)
        slot = _slot_of(call)
        del taken[slot]
        self._set_lot(call, Lot(taken=taken, last=lot.last, first=min(slot, lot.first)))

    def _lot_of(self, call: PhoneCall) -> tuple[Lot, MutableMapping[int, str]]:
        """The lot as it is, and its slots to be changed."""
        before = self.before.lot(call.organization_id)
        lot = before if self.own_lots is None else self.own_lots.get(call.organization_id, before)
        taken: Any = changing(lot.taken) if lot is before else lot.taken
        return lot, taken

    def _set_lot(self, call: PhoneCall, lot: Lot) -> None:
        if self.own_lots is None:
            self.own_lots = dict(self.before.lots)
        self.own_lots[call.organization_id] = lot

    def _forget_timer(self, pending: Pending) -> None:
        """If it is on top; elsewhere it is found to be stale when it is due."""
        running = self.before.timers if self.own_timers is None else self.own_timers
        if running and running[0].number == pending.timer:
            heappop(self._timers())

    def _set_timer(self, call_id: str, due: float, *, picks_up: bool) -> Pending:
        timers = self._timers()
        if len(timers) > 2 * len(self.calls) + 64:
            timers[:] = [timer for timer in timers if not self.is_stale(timer)]
            heapify(timers)
        self.timers_set += 1
        heappush(timers, Timer(due, self.timers_set, call_id))
        return Pending(timer=self.timers_set, due=due, picks_up=picks_up)

    def _timers(self) -> list[Timer]:
        if self.own_timers is None:
            self.own_timers = list(self.before.timers)
        return self.own_timers


def _directory_changed(directory: Directory, event: AnsweringSet) -> Directory:
    extension = replace(directory.extensions[event.extension], answering=event.answering)
    return replace(directory, extensions={**directory.extensions, extension.number: extension})


def _answered(call: PhoneCall, event: CallAnswered, phase: Phase, pending: Pending | None) -> PhoneCall:
    views = tuple(
        replace(view, status=Status.ON_CALL, ringing=None, answered=event.at) for view in call.views
    )
    answered = event.at if call.answered is None else call.answered
    return replace(call, phase=phase, pending=pending, views=views, answered=answered)


def _parked(call: PhoneCall, event: CallParked, phase: Phase, pending: Pending | None) -> PhoneCall:
    parking = Parking(since=event.at, slot=event.slot, by=event.by)
    kept = tuple([replace(view, parking=parking) for view in call.views if view.id == event.view_id])
    return replace(call, phase=phase, pending=pending, views=kept)


def _retrieval_started(
    call: PhoneCall, event: RetrievalStarted, phase: Phase, pending: Pending | None
) -> PhoneCall:
    (waiting,) = call.views
    leg = View(
        id=next_view_id(waiting.id),
        extension=event.extension,
        source=(event.extension,),
        destination=(waiting.extension,),
        flow=_LOCAL,
        status=_RINGING,
        caller_id=event.caller_id,
        ringing=event.at,
    )
    retrieval = Retrieval(extension=event.extension, caller_id=event.caller_id, time_left=event.time_left)
    return replace(call, phase=phase, pending=pending, views=(waiting, leg), retrieval=retrieval)


def _retrieved(call: PhoneCall, event: CallRetrieved, phase: Phase, pending: Pending | None) -> PhoneCall:
    """The page's listing after its example: the parked party's view id now shows the retriever's side."""
    waiting, leg = call.views
    joined = replace(leg, id=waiting.id, status=_ON_CALL, ringing=None, answered=event.at)
    return replace(call, phase=phase, pending=pending, views=(joined,), retrieval=None)


def _retrieval_given_up(
    call: PhoneCall, _event: RetrievalGivenUp, phase: Phase, pending: Pending | None
) -> PhoneCall:
    return replace(call, phase=phase, pending=pending, views=call.views[:1], retrieval=None)


def _comeback_started(
    call: PhoneCall, event: ComebackStarted, phase: Phase, pending: Pending | None
) -> PhoneCall:
    (waiting,) = call.views
    parking = waiting.parking
    assert parking is not None, "a parked call has a parked view"
    mine = replace(waiting, status=Status.OTHER_SIDE_RINGING, parking=None, answered=None)
    theirs = replace(
        mine, id=next_view_id(mine.id), extension=parking.by, status=Status.RINGING, ringing=event.at
    )
    return replace(call, phase=phase, pending=pending, views=(mine, theirs))


def _ended(call: PhoneCall, _event: CallEnded, phase: Phase, pending: Pending | None) -> PhoneCall:
    return replace(call, phase=phase, pending=pending, views=(), retrieval=None)


Change = Callable[[PhoneCall, Any, Phase, Pending | None], PhoneCall]

_STEPS: Final[Mapping[type[Event], tuple[Change, Step, bool, bool]]] = {
    CallAnswered: (_answered, Step.ANSWER, False, False),
    CallParked: (_parked, Step.PARK, True, False),
    RetrievalStarted: (_retrieval_started, Step.RETRIEVE, True, True),
    CallRetrieved: (_retrieved, Step.ANSWER, False, False),
    RetrievalGivenUp: (_retrieval_given_up, Step.GIVE_UP, True, False),
    ComebackStarted: (_comeback_started, Step.EXPIRE, True, True),
    ComebackAnswered: (_answered, Step.ANSWER, False, False),
    CallEnded: (_ended, Step.END, False, False),
}
"""What an event does to its call, which step that is, and whether it may bring a timer, and with that a pickup."""

STEP_OF: Final[Mapping[type[Event], Step]] = {event: step for event, (_, step, _, _) in _STEPS.items()}

Moves = Mapping[Phase, tuple[Phase, bool, bool]]


def moves_of(step: Step) -> Moves:
    """The phases that a step can leave: where it leads, and whether a slot is taken on the way, or freed."""
    left = {phase: steps[step] for phase, steps in TRANSITIONS.items() if step in steps}
    holds = {phase: slot is Slot.TAKEN for phase, slot in SLOT_OF.items()}
    return {
        phase: (to, holds[to] and not holds[phase], holds[phase] and not holds[to])
        for phase, to in left.items()
    }


_CHANGES: Final[Mapping[type[Event], tuple[Change, Moves, bool, bool]]] = {
    event: (change, moves_of(step), brings_timer, may_pick_up)
    for event, (change, step, brings_timer, may_pick_up) in _STEPS.items()
}


def _slot_of(call: PhoneCall) -> int:
    """Raise LookupError for a call that holds none."""
    for view in call.views:
        if view.parking is not None:
            return view.parking.slot
    raise LookupError(call.id)
