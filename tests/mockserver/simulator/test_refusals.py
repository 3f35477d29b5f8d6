"""A refused command changes nothing: not a call, not a slot, not a timer, not a number given out."""

import pytest
from msgspec.structs import replace

from mockserver.simulator.commands import Create, HangUp, List, Park, Stage, UnPark
from mockserver.simulator.door import decide
from mockserver.simulator.outcomes import Conflict, Field, Refused
from mockserver.simulator.rules import NotParked, Rules

CALL = "b817d2618fe6f1804333"


def unpark(lab, *, view_id="01", send_call_to="0003*024", **address):
    return UnPark(address=lab.address(**address), view_id=view_id, send_call_to=send_call_to)


REFUSALS = {
    "unknown user": (lambda lab: unpark(lab, user="99"), Field.USER_ID),
    "another user": (lambda lab: unpark(lab, user="14"), Field.USER_ID),
    "unknown extension": (lambda lab: unpark(lab, extension="0003*999"), Field.EXTENSION),
    "another user's extension": (lambda lab: unpark(lab, extension="0004*024"), Field.EXTENSION),
    "unknown call": (lambda lab: unpark(lab, call_id="ffff"), Field.PHONE_CALL_ID),
    "no call": (lambda lab: unpark(lab, call_id=None), Field.PHONE_CALL_ID),
    "call of another extension": (lambda lab: unpark(lab, extension="0003*211"), Field.PHONE_CALL_ID),
    "unknown view": (lambda lab: unpark(lab, view_id="1"), Field.PHONE_CALL_VIEW_ID),
    "queue": (lambda lab: unpark(lab, send_call_to="0003*500"), Field.SEND_CALL_TO),
    "another organization": (lambda lab: unpark(lab, send_call_to="0004*024"), Field.SEND_CALL_TO),
    "busy phone": (lambda lab: unpark(lab, send_call_to="0003*027"), Field.SEND_CALL_TO),
    "not parked": (lambda lab: unpark(lab, call_id="talking"), Conflict.NOT_PARKED),
    "park unknown call": (
        lambda lab: Park(address=lab.address("ffff"), view_id="01"),
        Field.PHONE_CALL_ID,
    ),
    "park unknown view": (
        lambda lab: Park(address=lab.address("talking"), view_id="09"),
        Field.PHONE_CALL_VIEW_ID,
    ),
    "full lot": (lambda lab: Park(address=lab.address("talking"), view_id="01"), Conflict.LOT_FULL),
    "list another user": (lambda lab: List(address=lab.address(user="14")), Field.USER_ID),
    "hang up at unknown extension": (lambda lab: HangUp(address=lab.address(extension="7")), Field.EXTENSION),
    "create without a source": (
        lambda lab: Create(address=lab.address(None), call_id="new", source=(), destination=("211",)),
        Field.SOURCE,
    ),
    "stage at another's extension": (
        lambda lab: Stage(call_id="new", user="12", extension="0004*024", parked=True),
        Field.EXTENSION,
    ),
    "create an existing call": (
        lambda lab: Create(address=lab.address(None), call_id=CALL, source=("210",), destination=("211",)),
        Conflict.CALL_EXISTS,
    ),
}


@pytest.fixture
def full_lab(make_phones):
    """Both slots taken, one of them with a time limit, and a call on the phone."""
    lab = make_phones(rules=Rules(not_parked=NotParked.CONFLICT))
    lab.stage("limited", max_in_parking=60)
    lab.stage("talking", parked=False)
    return lab


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_has_no_events_and_leaves_the_whole_world_as_it_was(full_lab, name):
    command, cause = REFUSALS[name][0](full_lab), REFUSALS[name][1]
    before = full_lab.world
    decision = decide(before, command, full_lab.now)
    assert isinstance(decision.outcome, Refused)
    assert (decision.outcome.cause, decision.events) == (cause, ())
    assert full_lab.ask(command) == decision.outcome
    assert full_lab.world == before


def test_the_same_call_can_still_be_retrieved_after_every_refusal(full_lab):
    for make, _ in REFUSALS.values():
        full_lab.ask(make(full_lab))
    assert [call.id for call in full_lab.unpark().calls] == [CALL]


def test_every_cause_of_a_refusal_is_provoked_here():
    assert {cause for _, cause in REFUSALS.values()} == {*Field, *Conflict} - {Field.DESTINATION}


@pytest.mark.parametrize("user", ["@me", "@viewer", "@owner", "12"])
@pytest.mark.parametrize("extension", ["@self", "0003*210", "210"])
def test_every_way_to_address_ones_own_call_reaches_it(lab, user, extension):
    outcome = lab.unpark(address=lab.address(user=user, extension=extension))
    assert [call.id for call in outcome.calls] == [CALL]


@pytest.mark.parametrize("number", ["0003*210", "@self"])
@pytest.mark.parametrize("whose", ["extension", "call"])
def test_a_call_is_reached_only_where_extension_and_call_are_the_viewer_s(lab, whose, number):
    """As in a world that somebody has written by hand, and also where the address is written out in full."""
    extensions, calls = dict(lab.world.directory.extensions), dict(lab.world.calls)
    if whose == "extension":
        extensions["0003*210"] = replace(extensions["0003*210"], user_id="13")
    else:
        calls[CALL] = replace(calls[CALL], user_id="13")
    lab.world = replace(lab.world, directory=replace(lab.world.directory, extensions=extensions), calls=calls)
    outcome = lab.ask(unpark(lab, extension=number))
    refused = {("extension", "0003*210"): Field.EXTENSION, ("extension", "@self"): None}.get(
        (whose, number), Field.PHONE_CALL_ID
    )
    assert (outcome.cause if isinstance(outcome, Refused) else None) is refused
