"""Create, List, hang up and stage in the model."""

import pytest

from mockserver.simulator.commands import Create, HangUp, List
from mockserver.simulator.lifecycle import Flow, Phase
from mockserver.simulator.outcomes import Conflict, Field, NothingToDo

CALL = "b817d2618fe6f1804333"


def create(lab, **other):
    members = {"source": ("0003*210",), "destination": ("0003*211",), "call_id": "aa", **other}
    return lab.ask(Create(address=lab.address(None), **members))


def test_a_call_between_phones_that_answer_at_once_is_on_call(lab):
    (call,) = create(lab, caller_id="Ann <1>", caller_destination="Bob <2>", nonce="n").calls
    assert (call.phase, call.nonce, call.published, call.answered) == (Phase.ON_CALL, "n", lab.now, lab.now)
    assert [(view.id, view.extension, view.caller_id) for view in call.views] == [
        ("01", "0003*210", "Ann <1>"),
        ("02", "0003*211", "Bob <2>"),
    ]


def test_a_call_rings_until_both_sides_have_answered(make_phones):
    lab = make_phones()
    (call,) = create(lab, destination=("0003*025",)).calls
    assert (call.phase, [view.status for view in call.views]) == (Phase.RINGING, [4, 3])
    assert lab.wait(10) == ["CallAnswered"]


def test_a_call_that_nobody_answers_ends_after_the_wait(make_phones):
    lab = make_phones()
    create(lab, destination=("0003*026",), wait_for_pickup=15)
    assert lab.wait(14.9) == []
    assert lab.wait(0.1) == ["CallEnded"]


@pytest.mark.parametrize(
    ("source", "destination", "flow"),
    [("210", "211", Flow.LOCAL), ("210", "0140205050", Flow.OUTGOING), ("0140205050", "210", Flow.INCOMING)],
)
def test_the_flow_follows_from_who_is_inside(lab, source, destination, flow):
    (call,) = create(lab, source=(source,), destination=(destination,)).calls
    assert {view.flow for view in call.views} == {flow}


@pytest.mark.parametrize(
    ("members", "cause"),
    [
        ({"source": ()}, Field.SOURCE),
        ({"source": ("0003*999",)}, Field.SOURCE),
        ({"destination": ("9999*1",)}, Field.DESTINATION),
        ({"call_id": CALL}, Conflict.CALL_EXISTS),
    ],
)
def test_a_call_that_cannot_be_placed_is_refused(lab, members, cause):
    assert create(lab, **members).cause is cause


def test_a_queue_places_no_calls(lab):
    address = lab.address(None, extension="0003*500")
    refused = lab.ask(Create(address=address, call_id="aa", source=("210",), destination=("211",)))
    assert refused.cause is Field.EXTENSION


def test_calls_are_listed_oldest_first_and_only_ones_own(lab):
    lab.stage("bb", age=100)
    lab.stage("aa", extension="0003*310", user="13")
    everything = lab.ask(List(address=lab.address(None, extension="@self")))
    assert [call.id for call in everything.calls] == ["bb", CALL]
    assert lab.ask(List(address=lab.address("aa", extension="@self"))).calls == ()
    assert lab.ask(List(address=lab.address(None, extension="0003*211"))).calls == ()


def test_hanging_up_returns_the_calls_as_they_were(lab):
    before = lab.world.calls[CALL]
    assert lab.ask(HangUp(address=lab.address())).calls == (before,)
    assert lab.world.calls == {}
    assert lab.world.lots["3"].taken == {}
    assert lab.ask(HangUp(address=lab.address())) == NothingToDo()


def test_a_number_that_is_no_party_hangs_up_nothing(lab):
    assert lab.ask(HangUp(address=lab.address(), phone_number="0003*024")) == NothingToDo()
    assert len(lab.ask(HangUp(address=lab.address(), phone_number="0003*211")).calls) == 1


def test_a_staged_call_lies_in_the_past(lab):
    lab.stage("aa", age=100, parked_for=40, max_in_parking=60)
    call = lab.world.calls["aa"]
    assert (call.published, call.parked_view.parking.since) == (lab.now - 140, lab.now - 40)
    assert lab.wait(20)[0] == "ComebackStarted"
