"""The tables: every phase is listed, ENDED is a dead end, and what is not listed cannot happen."""

import pytest

from mockserver.simulator.events import CallEvent
from mockserver.simulator.evolve import STEP_OF
from mockserver.simulator.lifecycle import SLOT_OF, TRANSITIONS, IllegalStepError, Phase, Slot, Step, after


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


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("step", Step)
def test_a_step_leads_where_the_table_says_or_nowhere(phase, step):
    if step in TRANSITIONS[phase]:
        assert after(phase, step) is TRANSITIONS[phase][step]
    else:
        with pytest.raises(IllegalStepError, match=f"a call that is {phase} cannot {step}"):
            after(phase, step)


def test_a_call_in_the_lot_holds_its_slot_while_it_is_being_retrieved():
    assert {phase for phase, slot in SLOT_OF.items() if slot is Slot.TAKEN} == {
        Phase.PARKED,
        Phase.RETRIEVING,
    }


def test_every_event_but_the_first_is_a_step():
    assert {each.__name__ for each in CallEvent.__args__} - {each.__name__ for each in STEP_OF} == {
        "CallPlaced"
    }
