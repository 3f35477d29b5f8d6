"""The tables: every phase is listed, ENDED is a dead end, and what is not listed cannot happen."""

import pytest
from msgspec import Struct, convert
from msgspec.structs import replace

from mockserver.simulator.events import CallEvent
from mockserver.simulator.evolve import STEP_OF, evolve, moves_of
from mockserver.simulator.lifecycle import SLOT_OF, TRANSITIONS, IllegalStepError, Phase, Slot, Step

CALL = "b817d2618fe6f1804333"
OTHERS = {
    "view_id": "01", "slot": 2, "by": "0003*210", "due": 9.0, "extension": "0003*024", "caller_id": "",
    "picks_up": False, "time_left": None, "reason": "hung up",
}  # fmt: skip
"""What an event may need besides."""


class Rumour(Struct):
    at: float


def test_every_phase_has_a_row_in_both_tables():
    assert set(TRANSITIONS) == set(Phase) == set(SLOT_OF)


def test_an_ended_call_cannot_do_anything():
    assert TRANSITIONS[Phase.ENDED] == {}


def test_every_other_phase_can_end():
    assert all(row[Step.END] is Phase.ENDED for phase, row in TRANSITIONS.items() if phase is not Phase.ENDED)


def test_every_phase_can_be_reached_from_ringing():
    reached = {Phase.RINGING}
    while fresh := {to for phase in reached for to in TRANSITIONS[phase].values()} - reached:
        reached |= fresh
    assert reached == set(Phase)


@pytest.mark.parametrize("step", Step)
def test_a_step_leads_where_the_table_says_by_way_of_the_slots(step):
    assert moves_of(step) == {
        phase: (row[step], slots == (Slot.FREE, Slot.TAKEN), slots == (Slot.TAKEN, Slot.FREE))
        for phase, row in TRANSITIONS.items()
        if step in row
        for slots in [(SLOT_OF[phase], SLOT_OF[row[step]])]
    }


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("event", STEP_OF)
def test_what_the_table_does_not_have_cannot_happen(lab, phase, event):
    step = STEP_OF[event]
    if step in TRANSITIONS[phase]:
        return
    world = replace(lab.world, calls={CALL: replace(lab.world.calls[CALL], phase=phase)})
    happened = convert({"at": 1.0, "call_id": CALL, **OTHERS}, event)
    with pytest.raises(IllegalStepError, match=f"a call that is {phase} cannot {step}"):
        evolve(world, happened)
    assert world.calls[CALL].phase is phase


def test_what_is_no_event_does_not_happen(lab):
    with pytest.raises(TypeError, match="Rumour is no event of this world"):
        evolve(lab.world, Rumour(at=1.0))


def test_a_call_in_the_lot_holds_its_slot_while_it_is_being_retrieved():
    assert {phase for phase, slot in SLOT_OF.items() if slot is Slot.TAKEN} == {
        Phase.PARKED,
        Phase.RETRIEVING,
    }


def test_every_event_but_the_first_is_a_step():
    assert {each.__name__ for each in CallEvent.__args__} - {each.__name__ for each in STEP_OF} == {
        "CallPlaced"
    }
