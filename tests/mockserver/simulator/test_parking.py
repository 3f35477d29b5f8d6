"""Park in the model, and the lot."""

import pytest

from mockserver.simulator.lifecycle import Phase
from mockserver.simulator.outcomes import Conflict, NothingToDo
from mockserver.simulator.rules import Rules, SlotChoice
from mockserver.simulator.world import Lot

CALL = "b817d2618fe6f1804333"


@pytest.mark.parametrize("view_id", ["01", "02"])
def test_either_view_parks_the_party_of_the_addressed_extension(lab, view_id):
    lab.stage("aa", parked=False)
    (call,) = lab.park("aa", view_id=view_id).calls
    (view,) = call.views
    assert (view.id, view.extension, call.phase) == ("01", "0003*210", Phase.PARKED)
    assert (view.parking.slot, view.parking.by, view.parking.since) == (2, "0003*211", lab.now)


def test_a_parked_call_cannot_be_parked_again(lab):
    world = lab.world
    assert lab.park() == NothingToDo()
    assert lab.world == world


def test_a_full_lot_refuses(make_phones):
    lab = make_phones()
    lab.stage("aa", parked=False)
    lab.park("aa")
    lab.stage("bb", parked=False)
    assert lab.park("bb").cause is Conflict.LOT_FULL


def test_staging_goes_past_the_end_of_a_full_lot(make_phones):
    lab = make_phones()
    for call_id in ("aa", "bb"):
        lab.stage(call_id)
    assert dict(lab.world.lots["3"].taken) == {1: CALL, 2: "aa", 3: "bb"}


def test_the_first_free_slot_is_given_out(lab):
    for call_id in ("aa", "bb"):
        lab.stage(call_id)
    lab.unpark()
    lab.stage("cc")
    assert dict(lab.world.lots["3"].taken) == {1: "cc", 2: "aa", 3: "bb"}


def test_by_rule_the_next_slot_is_given_out(make_lab):
    lab = make_lab(rules=Rules(slot_choice=SlotChoice.NEXT))
    lab.unpark()
    lab.stage("aa")
    assert dict(lab.world.lots["3"].taken) == {2: "aa"}


def test_the_next_slot_after_the_last_is_the_first():
    assert Lot(taken={3: "aa"}, last=3).free_slot(slots=3, choice=SlotChoice.NEXT) == 1


def test_a_call_that_is_parked_again_keeps_its_id(lab):
    lab.unpark()
    (call,) = lab.park().calls
    assert (call.id, call.views[0].extension, call.parked_view.parking.slot) == (CALL, "0003*024", 1)


@pytest.mark.parametrize("choice", SlotChoice)
def test_a_lot_without_slots_is_full(choice):
    assert Lot().free_slot(slots=0, choice=choice) is None
