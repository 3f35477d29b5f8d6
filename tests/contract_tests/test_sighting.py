"""Listings in every shape that was documented or observed."""

import json

import pytest

from contract_tests.draft import listing
from contract_tests.exchange import Exchange, Response
from contract_tests.sighting import (
    Presence,
    Sighting,
    is_left_alone,
    is_unchanged,
    linked_listing,
    listed_calls,
    sight,
)

ID = "b817d2618fe6f1804333"
VIEW = {
    "id": "01",
    "extension": "0003*210",
    "status": 5,
    "parked": True,
    "parkedPos": 1,
    "parkedBy": "0003*211",
}
PARKED = {"id": ID, "extension": "0003*210", "phoneCallView": [VIEW]}
TAKEN = {
    "id": ID,
    "phoneCallView": [
        {
            "id": "01",
            "extension": "0003*024",
            "status": "5",
            "source": ["0003*024"],
            "destination": ["0003*210"],
        }
    ],
}


def listed(status=200, body=None, raw=None):
    content = raw if raw is not None else json.dumps(body).encode() if body is not None else b""
    response = Response(status=status, body=content, body_size=len(content))
    return Exchange(number=1, case="", role="after", request=listing("12", "@self", ID), response=response)


def seen(*arguments, **named):
    return sight(listed(*arguments, **named), ID)


@pytest.mark.parametrize(
    "body",
    [
        PARKED,
        [PARKED],
        {"entry": [PARKED], "totalResults": 1},
        {"entry": {"0": PARKED}},
        {"entry": [{"id": "other", "phoneCallView": []}, PARKED]},
        PARKED | {"phoneCallView": VIEW},
    ],
    ids=["bare", "array", "collection", "keyed", "among others", "one view, bare"],
)
def test_a_call_is_found_in_every_shape(body):
    assert seen(body=body).presence is Presence.PRESENT
    assert seen(body=body).id == ID
    assert seen(body=body).parking == {"parked", "parkedPos", "parkedBy"}


@pytest.mark.parametrize(
    "answer",
    [
        listed(204),
        listed(404),
        listed(410, {"error": {}}),
        listed(400, {"error": {"code": "pc_phonecall_invalid", "message": "?"}}),
        listed(200, []),
        listed(200, {"entry": []}),
    ],
    ids=["204", "404", "410", "400", "[]", "empty collection"],
)
def test_nothing_listed_means_that_the_call_is_absent(answer):
    assert sight(answer, ID).presence is Presence.ABSENT


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "not listed"),
        (listed(500), "answered 500"),
        (listed(400, {"error": {"code": "user_invalid"}}), "answered 400"),
        (listed(200, raw=b"<html>"), "no JSON"),
        (listed(200, raw=b"\xff"), "no JSON"),
        (listed(200, {"calls": []}), "neither a collection"),
        (listed(200, [1, 2]), "neither a collection"),
        (listed(200, 7), "neither a collection"),
    ],
)
def test_what_cannot_be_used_says_why(answer, why):
    sighting = sight(answer, ID)

    assert sighting.presence is Presence.UNKNOWN
    assert why in sighting.why


def test_a_transport_error_is_no_sighting():
    exchange = Exchange(
        number=1, case="", role="after", request=listing("12", "@self", ID), trouble="refused"
    )

    assert sight(exchange, ID) == Sighting(presence=Presence.UNKNOWN, why="refused")


def test_a_call_listed_alone_under_another_id_is_seen_with_that_id():
    assert seen(body=PARKED | {"id": "other"}).id == "other"


def test_a_retrieved_call_is_on_call_with_the_retriever():
    sighting = seen(body=TAKEN)

    assert sighting.is_on_call_with("0003*024")
    assert sighting.is_on_call_with("024")
    assert not sighting.is_on_call_with("0003*777")
    assert not seen(body=PARKED).is_on_call_with("0003*210")


@pytest.mark.parametrize(("status", "number"), [(5, 5), ("5", 5), ("five", None), (None, None), ([], None)])
def test_a_status_is_a_number_or_its_digits(status, number):
    (view,) = seen(body={"id": ID, "phoneCallView": [{"id": "01", "status": status}]}).views

    assert view.status == number


@pytest.mark.parametrize("empty", [None, ""])
def test_parked_members_without_a_value_do_not_count(empty):
    assert not seen(body={"id": ID, "phoneCallView": [{"id": "01", "parkedPos": empty}]}).parking


@pytest.mark.parametrize("views", [None, "01", 7, [7, "x"]])
def test_views_of_no_shape_are_no_views(views):
    assert seen(body={"id": ID, "phoneCallView": views}).views == ()


def test_parties_may_be_one_or_several():
    (view,) = seen(
        body={"id": ID, "phoneCallView": [{"source": "0003*024", "destination": ["1", "2"]}]}
    ).views

    assert (view.source, view.destination) == (("0003*024",), ("1", "2"))


def test_the_same_views_are_no_change():
    assert is_unchanged(seen(body=PARKED), seen(body={"entry": [PARKED]})) is True
    assert is_unchanged(seen(body=PARKED), seen(body=TAKEN)) is False
    assert is_unchanged(seen(body=PARKED), seen(204)) is False
    assert is_unchanged(seen(body=PARKED), seen(500)) is None


def test_who_moves_up_in_the_lot_is_left_alone():
    waits = {**PARKED, "phoneCallView": [{"id": "01", "parkedPos": 2, "extension": "0003*210"}]}
    moved_up = {**PARKED, "phoneCallView": [{"id": "01", "parkedPos": 1, "extension": "0003*210"}]}

    assert is_unchanged(seen(body=waits), seen(body=moved_up)) is False
    assert is_left_alone(seen(body=waits), seen(body=moved_up)) is True
    assert is_left_alone(seen(body=waits), seen(body=TAKEN)) is False


def test_a_body_of_no_known_shape_lists_nothing():
    assert listed_calls({"phoneCalls": []}) is None
    assert listed_calls(None) is None


LINKED = "https://pbx.example/api/uapi/phoneCalls/12/0003*024/b817d2618fe6f1804333?expand=1"


def returned(link, status=200, **more):
    body = json.dumps({"id": "b817d2618fe6f1804333", "links": {"self": link}} | more).encode()
    return Response(status=status, body=body, body_size=len(body))


def test_a_link_to_another_address_is_where_the_call_is_listed(call):
    assert (
        linked_listing(returned(LINKED), call).target == "/uapi/phoneCalls/12/0003*024/b817d2618fe6f1804333"
    )


@pytest.mark.parametrize(
    "response",
    [
        None,
        returned(LINKED, status=400),
        returned(LINKED.replace("024", "210")),
        returned(LINKED.replace("b817", "b818")),
        returned("http://[/phoneCalls/1/2/3"),
        returned("nowhere"),
        returned(None),
        returned(7),
        returned(LINKED, links=None),
        Response(status=200, body=b"[]", body_size=2),
        Response(status=200, body=b"{", body_size=1),
        Response(status=204),
    ],
)
def test_what_leads_to_no_other_address_of_the_call_is_no_such_link(call, response):
    assert linked_listing(response, call) is None
