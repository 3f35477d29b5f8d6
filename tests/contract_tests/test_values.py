"""Inside a fault several values are tried, and inside what is valid too: one value proves one value."""

import json
from itertools import pairwise

import pytest

from contract_tests.approach import approach
from contract_tests.case import Kind
from contract_tests.cases import CONTROL, all_cases
from contract_tests.draft import Setting
from contract_tests.profile import Profile
from contract_tests.world import KnownCall
from mockserver.app import build
from mockserver.serving.server import running

CALL = KnownCall(id="b817d2618fe6f1804333", user="12", extension="0003*210", view="01", views=("01",))
OTHER = KnownCall(id="c0ffee00000000000001", user="12", extension="0003*210", view="07", views=("07",))
WORLD = Profile(secrets={"other_token": "x", "expired_token": "y"}).world()
PATH = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"


def sent(kind, area=""):
    setting = Setting(world=WORLD, call=CALL, witness=OTHER)
    return [
        case.request(setting) for case in all_cases() if case.kind is kind and case.clause.startswith(area)
    ]


def values(member, kind, area=""):
    """The values of a member that cases send, as JSON; `absent` where it is left out of a payload."""
    payloads = [json.loads(request.body) for request in sent(kind, area)]
    return {json.dumps(payload[member]) if member in payload else "absent" for payload in payloads}


@pytest.mark.parametrize("value", [0, -1, "0", "-5", "abc", "20s", [], {}], ids=repr)
def test_a_wrong_timeout_is_tried(value):
    assert json.dumps(value) in values("waitForPickup", Kind.REFUSAL, "failure/timeout/")


@pytest.mark.parametrize(
    "value", ["John Doe", "John Doe <>", "John Doe <call-me>", 42420042, ["John Doe <42420042>"]], ids=repr
)
def test_a_wrong_caller_id_is_tried(value):
    """Without brackets, with empty ones, with letters in the number, and not a string."""
    assert json.dumps(value) in values("callerId", Kind.REFUSAL, "failure/caller-id/")


@pytest.mark.parametrize("value", ['"1"', '"99"', "absent", '"07"'])
def test_a_wrong_view_is_tried(value):
    """The last one is of another call."""
    assert value in values("phoneCallViewId", Kind.REFUSAL, "failure/view/")


@pytest.mark.parametrize("sign", ["-", "%20", "."])
def test_a_call_id_that_is_not_alphanumeric_is_tried(sign):
    ids = [
        request.target.rpartition("/")[2] for request in sent(Kind.REFUSAL, "failure/call/not-alphanumeric")
    ]

    assert any(sign in identifier for identifier in ids)


def test_unknown_call_ids_are_tried_that_look_real_and_that_do_not():
    ids = {request.target.rpartition("/")[2] for request in sent(Kind.REFUSAL, "failure/call/unknown")}

    assert len(ids) >= 2
    assert all(identifier.isalnum() and identifier not in (CALL.id, OTHER.id) for identifier in ids)


@pytest.mark.parametrize("value", ["absent", "1", "20", "3600", '"20"'])
def test_a_valid_timeout_is_tried(value):
    assert value in values("waitForPickup", Kind.RETRIEVAL)


@pytest.mark.parametrize("value", ["absent", '"John Doe <+3334444>"', '"John Doe <42420042>"'])
def test_a_valid_caller_id_is_tried(value):
    assert value in values("callerId", Kind.RETRIEVAL)


@pytest.mark.parametrize(
    "left_out", [{"callerId"}, {"waitForPickup"}, {"callerId", "waitForPickup"}], ids=sorted
)
def test_optional_members_are_left_out_alone_and_together(left_out):
    optional = {"callerId", "waitForPickup"}

    assert left_out in [optional - json.loads(request.body).keys() for request in sent(Kind.RETRIEVAL)]


@pytest.mark.parametrize(
    "start",
    [
        "@me/0003*210",
        "@viewer/0003*210",
        "@owner/0003*210",
        "12/0003*210",
        "12/@self",
        "@me/@self",
        "12/0003%2A210",
    ],
)
def test_a_name_of_user_and_extension_is_tried(start):
    assert f"/uapi/phoneCalls/{start}/{CALL.id}" in {request.target for request in sent(Kind.RETRIEVAL)}


NO_ACCESS = (
    None,
    "unauthorised",
    "Basic ",
    "Bearer never",
    "Bearer ${expired_token}",
    "Bearer ${other_token}",
)


@pytest.mark.parametrize("authorization", NO_ACCESS)
def test_a_way_to_have_no_access_is_tried(authorization):
    """On the page's own path, so that nothing else is wrong."""
    tried = [request for request in sent(Kind.REFUSAL, "access/") if request.target == PATH]
    headers = [request.header("authorization") for request in tried]

    assert any(
        each == authorization or (each and authorization and each.startswith(authorization))
        for each in headers
    )


def test_requests_are_repeated_on_one_connection(harness):
    """A server that goes out of step on a connection that is used again would not be seen otherwise."""
    mock, peers = build(), []

    async def counted(scope, receive, send):
        if scope["type"] == "http" and scope["method"] == "PUT":
            peers.append(scope["client"])
        await mock(scope, receive, send)

    with running(counted) as url:
        found = approach(url, run="values")
        checked = harness.run(
            found.target, found.rung, found.profile, clauses=("failure/timeout", "uri/user-id")
        )

    assert checked.exit_code == 0
    assert CONTROL.id in checked.verdicts()
    again = sum(one == other for one, other in pairwise(peers))
    assert again >= 0.8 * len(peers) > 10
