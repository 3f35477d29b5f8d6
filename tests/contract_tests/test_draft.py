"""The page's request and its changes, byte for byte."""

import json

import pytest

from contract_tests.draft import (
    DoesNotArise,
    Lacking,
    Setting,
    both,
    documented,
    listing,
    member,
    member_from,
    required_only,
    segment,
    segment_from,
    unchanged,
    with_,
    without,
)


@pytest.fixture
def setting(world, call):
    return Setting(world=world, call=call)


def test_the_documented_request_is_the_pages_own(setting, catalogue):
    request = documented(setting).request()

    assert f"{request.method} {request.target}" == "PUT /uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
    assert f"{request.method} {request.target}" in catalogue.page.text
    assert json.loads(request.body) == {
        "action": "UnPark",
        "sendCallTo": "0003*024",
        "callerId": "John Doe <42420042>",
        "waitForPickup": "20",
        "phoneCallViewId": "01",
    }
    assert request.header("authorization") == "Bearer ${token}"
    assert request.header("content-type") == "application/json"


def test_the_required_members_alone_are_three(setting):
    assert set(json.loads(required_only(setting).request().body)) == {
        "action",
        "sendCallTo",
        "phoneCallViewId",
    }


@pytest.mark.parametrize(
    ("change", "part", "value"),
    [
        (member("waitForPickup", 0), "waitForPickup", 0),
        (member("colour", "blue"), "colour", "blue"),
        (
            member_from("sendCallTo", lambda of: of.world.not_terminal, Lacking("", "")),
            "sendCallTo",
            "0003*500",
        ),
    ],
)
def test_a_change_of_a_member_changes_that_member_only(setting, change, part, value):
    before, after = documented(setting), change(documented(setting), setting)

    assert after.payload == before.payload | {part: value}
    assert (after.user, after.extension, after.call_id) == (before.user, before.extension, before.call_id)


def test_members_can_be_left_out(setting):
    draft = without("callerId", "waitForPickup")(documented(setting), setting)

    assert draft.payload == required_only(setting).payload


def test_what_the_world_lacks_is_raised(setting):
    with pytest.raises(Lacking, match="no such thing") as raised:
        segment_from("user", lambda _: None, Lacking("foreign_user", "no such thing"))(
            documented(setting), setting
        )
    assert raised.value.means == "foreign_user"
    with pytest.raises(DoesNotArise):
        member_from("phoneCallViewId", lambda _: None, DoesNotArise("?"))(documented(setting), setting)


def test_several_changes_are_made_in_turn(setting):
    draft = both(segment("user", "@me"), segment("extension", "@self"), unchanged)(
        documented(setting), setting
    )

    assert draft.request().target == "/uapi/phoneCalls/@me/@self/b817d2618fe6f1804333"


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        ("a b", "a%20b"),
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("é", "%C3%A9"),
        ("0003*210", "0003*210"),
        ("@me", "@me"),
        ("100%", "100%25"),
    ],
)
def test_segments_are_encoded_where_they_must_be(setting, part, sent):
    assert segment("call_id", part)(documented(setting), setting).request().target.endswith("/" + sent)


def test_every_character_that_may_be_is_encoded_on_request(setting):
    draft = with_(encode_all=True, user="@me")(documented(setting), setting)

    assert draft.request().target == "/uapi/phoneCalls/%40me/0003%2A210/b817d2618fe6f1804333"


def test_headers_can_be_left_out_and_bytes_sent_raw(setting):
    draft = with_(authorization=None, content_type=None, raw=b"\xff", suffix="/", call_id=None)
    request = draft(documented(setting), setting).request()

    assert request.headers == (("Accept", "application/json"),)
    assert request.body == b"\xff"
    assert request.target == "/uapi/phoneCalls/12/0003*210/"


def test_a_listing_names_a_call_or_an_extension():
    assert listing("12", "0003*210", None).target == "/uapi/phoneCalls/12/0003*210"
    assert listing("@me", "@self", "x1").target == "/uapi/phoneCalls/@me/@self/x1"
    assert listing("12", "0003*210", None).body is None


def test_what_a_target_has_not_is_said_with_the_word_that_declares_it():
    assert str(Lacking("foreign_user", "the profile names no other user")) == (
        "the profile names no other user; give the check one, or put foreign_user into not_offered"
    )
