"""What holds in every world that commands and time can lead to."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.scenarios.scenario import load_scenario
from mockserver.simulator.commands import Address, Create, HangUp, Park, Stage, UnPark
from mockserver.simulator.directory import Answering, Pickup
from mockserver.simulator.door import advance, decide
from mockserver.simulator.evolve import fold
from mockserver.simulator.lifecycle import SLOT_OF, Phase, Slot
from mockserver.simulator.outcomes import NothingToDo, Refused
from mockserver.simulator.rules import SlotChoice
from mockserver.simulator.world import World

NUMBERS = st.sampled_from(["0003*210", "0003*211", "0003*024", "0003*310", "0003*500", "@self"])
CALL_IDS = st.sampled_from([f"{number:020x}" for number in range(6)])
SECONDS = st.sampled_from([0.0, 0.5, 1.0, 10.0, 30.0, 200.0])
ANSWERINGS = st.sampled_from(
    [Answering(), Answering(after=5), Answering(pickup=Pickup.NEVER), Answering(pickup=Pickup.BUSY)]
)


class ParkingLot(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.world = World(directory=load_scenario("empty").directory, now=0.0)
        self.now = 0.0
        self.births = {}
        self.ended = set()
        self.history = []
        self.beginning = self.world

    def ask(self, command):
        self.pass_time(0.0)
        decision = decide(self.world, command, self.now)
        if isinstance(decision.outcome, Refused | NothingToDo):
            assert decision.events == ()
        self.happen(decision.events)
        self.world = fold(self.world, decision.events)

    def happen(self, events):
        for event in events:
            if type(event).__name__ == "CallPlaced":
                self.ended.discard(event.call_id)
                self.births[event.call_id] = event.call.published
            assert event.call_id not in self.ended, "a timer fired for a call that has ended"
            if type(event).__name__ == "CallEnded":
                self.ended.add(event.call_id)
        self.history += events

    @rule(seconds=SECONDS)
    def pass_time(self, seconds):
        self.now += seconds
        elapsed = advance(self.world, self.now)
        self.happen(elapsed.events)
        self.world = elapsed.world

    @precondition(lambda self: not self.history)
    @rule(number=st.sampled_from(["0003*211", "0003*024"]), answering=ANSWERINGS)
    def rewire(self, number, answering):
        from msgspec.structs import replace

        directory = self.world.directory
        phone = replace(directory.extensions[number], answering=answering)
        directory = replace(directory, extensions={**directory.extensions, number: phone})
        self.world = self.beginning = replace(self.world, directory=directory)

    @rule(call_id=CALL_IDS, parked=st.booleans(), limit=st.sampled_from([None, 10.0, 60.0]))
    def stage(self, call_id, parked, limit):
        self.ask(Stage(call_id=call_id, user="12", extension="0003*210", parked=parked, max_in_parking=limit))

    @rule(call_id=CALL_IDS, destination=NUMBERS)
    def create(self, call_id, destination):
        address = Address(viewer="12", user="@me", extension="0003*210")
        self.ask(Create(address=address, call_id=call_id, source=("210",), destination=(destination,)))

    @rule(call_id=CALL_IDS, extension=NUMBERS, view=st.sampled_from(["01", "02"]), limit=SECONDS)
    def park(self, call_id, extension, view, limit):
        address = Address(viewer="12", user="@me", extension=extension, call_id=call_id)
        self.ask(Park(address=address, view_id=view, max_in_parking=limit))

    @rule(call_id=CALL_IDS, extension=NUMBERS, view=st.sampled_from(["01", "02"]), to=NUMBERS, wait=SECONDS)
    def unpark(self, call_id, extension, view, to, wait):
        address = Address(viewer="12", user="@me", extension=extension, call_id=call_id)
        self.ask(UnPark(address=address, view_id=view, send_call_to=to, wait_for_pickup=wait))

    @rule(call_id=CALL_IDS)
    def hang_up(self, call_id):
        self.ask(HangUp(address=Address(viewer="12", user="12", extension="@self", call_id=call_id)))

    @invariant()
    def is_one_call_per_slot(self):
        parked = {}
        for call in self.world.calls.values():
            held = [view.parking.slot for view in call.views if view.parking]
            assert len(held) == (SLOT_OF[call.phase] is Slot.TAKEN), call
            parked.update(dict.fromkeys(held, call.id))
        lot = self.world.lot("3")
        assert parked == dict(lot.taken)
        assert all(slot in lot.taken for slot in range(1, lot.first))
        free = next((slot for slot in range(1, 101) if slot not in lot.taken), None)
        assert lot.free_slot(slots=100, choice=SlotChoice.FIRST) == free
        assert len(parked) == len(set(parked.values()))

    @invariant()
    def is_the_same_call_for_life(self):
        for call_id, call in self.world.calls.items():
            assert (call.id, call.published) == (call_id, self.births[call_id])
            assert call.answered is None or call.answered >= call.published

    @invariant()
    def is_nothing_overdue_and_nobody_ended(self):
        for call in self.world.calls.values():
            assert call.phase is not Phase.ENDED
            assert call.pending is None or call.pending.due >= self.world.now or call.pending.due >= self.now

    @invariant()
    def is_the_fold_of_its_events(self):
        folded = fold(self.beginning, tuple(self.history))
        assert (folded.calls, folded.lots) == (self.world.calls, self.world.lots)


ParkingLot.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, derandomize=True, database=None
)
TestParkingLot = ParkingLot.TestCase
