"""UnPark in the model."""

import pytest

from mockserver.simulator.lifecycle import Phase, Status
from mockserver.simulator.outcomes import Conflict, Field, NothingToDo, Refused, Retrieved
from mockserver.simulator.rules import NotParked, Rules

CALL = "b817d2618fe6f1804333"


def test_a_terminal_that_answers_at_once_is_connected_like_the_pages_listing(lab):
    outcome = lab.unpark(caller_id="John Doe <42420042>")
    (call,) = outcome.calls
    (view,) = call.views
    assert isinstance(outcome, Retrieved)
    assert (call.id, call.extension, call.phase) == (CALL, "0003*210", Phase.ON_CALL)
    assert (view.id, view.extension, view.status) == ("01", "0003*024", Status.ON_CALL)
    assert (view.source, view.destination) == (("0003*024",), ("0003*210",))
    assert (view.parking, view.caller_id) == (None, "John Doe <42420042>")


def test_the_slot_is_free_again(lab):
    assert dict(lab.world.lots["3"].taken) == {1: CALL}
    lab.unpark()
    assert dict(lab.world.lots["3"].taken) == {}


def test_id_and_published_outlive_the_retrieval(lab):
    before = lab.world.calls[CALL]
    lab.unpark()
    after = lab.world.calls[CALL]
    assert (after.id, after.published, after.answered) == (before.id, before.published, before.answered)


def test_without_a_caller_id_the_terminals_own_is_shown(lab):
    (call,) = lab.unpark().calls
    assert call.views[0].caller_id == "John Doe <3334444>"


def test_the_short_form_of_an_extension_is_taken(lab):
    (call,) = lab.unpark(send_call_to="024").calls
    assert call.views[0].extension == "0003*024"


def test_a_second_retrieval_finds_nothing(lab):
    lab.unpark()
    world = lab.world
    assert lab.unpark() == NothingToDo()
    assert lab.world == world


@pytest.mark.parametrize(
    ("rule", "cause"),
    [
        (NotParked.PHONECALL_INVALID, Field.PHONE_CALL_ID),
        (NotParked.VIEW_INVALID, Field.PHONE_CALL_VIEW_ID),
        (NotParked.CONFLICT, Conflict.NOT_PARKED),
    ],
)
def test_a_call_that_is_not_parked_can_be_refused_instead(make_lab, rule, cause):
    lab = make_lab(rules=Rules(not_parked=rule))
    lab.unpark()
    assert lab.unpark().cause is cause


def test_a_terminal_that_answers_later_rings_first(make_phones):
    lab = make_phones()
    (call,) = lab.unpark(send_call_to="0003*025").calls
    assert call.phase is Phase.RETRIEVING
    assert [(view.id, view.extension, view.status) for view in call.views] == [
        ("01", "0003*210", Status.ON_CALL),
        ("02", "0003*025", Status.RINGING),
    ]
    assert call.parked_view is not None
    assert lab.wait(9.9) == []
    assert lab.wait(0.1) == ["CallRetrieved"]
    assert [view.extension for view in lab.world.calls[CALL].views] == ["0003*025"]


def test_a_call_being_retrieved_is_not_there_for_a_second_retriever(make_phones):
    lab = make_phones()
    lab.unpark(send_call_to="0003*025")
    assert lab.unpark() == NothingToDo()


def test_nobody_picks_up_and_the_call_stays_parked_in_its_slot(make_phones):
    lab = make_phones()
    lab.unpark(send_call_to="0003*026", wait_for_pickup=20)
    assert lab.wait(19.9) == []
    assert lab.wait(0.1) == ["RetrievalGivenUp"]
    assert lab.world.calls[CALL].phase is Phase.PARKED
    assert dict(lab.world.lots["3"].taken) == {1: CALL}
    assert isinstance(lab.unpark(), Retrieved)


def test_a_terminal_slower_than_the_wait_does_not_pick_up(make_phones):
    lab = make_phones()
    lab.unpark(send_call_to="0003*025", wait_for_pickup=9)
    assert lab.wait(60) == ["RetrievalGivenUp"]


def test_by_rule_an_unanswered_retrieval_ends_the_call(make_phones):
    lab = make_phones(rules=Rules(unanswered_retrieval_ends_call=True))
    lab.unpark(send_call_to="0003*026", wait_for_pickup=20)
    assert lab.wait(20) == ["CallEnded"]
    assert CALL not in lab.world.calls


@pytest.mark.parametrize("number", ["0003*027", "0003*028", "0003*500", "0004*024", "999", ""])
def test_a_destination_that_cannot_be_rung_is_refused(make_phones, number):
    outcome = make_phones().unpark(send_call_to=number)
    assert isinstance(outcome, Refused)
    assert outcome.cause is Field.SEND_CALL_TO


def test_the_other_partys_view_is_gone_once_the_call_is_parked(lab):
    lab.stage("aa", parked=False)
    assert [view.id for view in lab.world.calls["aa"].views] == ["01", "02"]
    lab.park("aa", view_id="02")
    assert lab.unpark("aa", view_id="02").cause is Field.PHONE_CALL_VIEW_ID
    assert isinstance(lab.unpark("aa"), Retrieved)


def test_bulk_retrieval_takes_every_parked_call_of_the_extension_and_no_other(make_lab):
    lab = make_lab(rules=Rules(bulk_unpark=True))
    lab.stage("aa")
    lab.stage("bb", extension="0003*211")
    outcome = lab.unpark(None)
    assert [call.id for call in outcome.calls] == [CALL, "aa"]
    assert outcome.bulk
    assert lab.world.calls["bb"].phase is Phase.PARKED
    assert lab.unpark(None) == NothingToDo()
