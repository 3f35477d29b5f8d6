"""Right servers with one thing wrong each: the fixed table convicts them by the right clause."""

from functools import partial

import pytest

from tests.servers import WRONG

# Server -> the clause that is named first.
CONVICTED = {
    "any_action": "payload/action/required",
    "optional_destination": "payload/send-call-to/required",
    "stays_parked": "parking/leaves-lot",
    "wrong_phone": "parking/connects",
    "refusal_retrieves": "parking/refusal-changes-nothing",
    "foreign_token": "access/other-user",
    "any_call": "access/other-user",
    "self_takes_all": "parking/only-that-call",
    "caller_id_list_hangs_up": "parking/refusal-changes-nothing",
    "anonymous": "access/no-token",
    "zero_seconds": "failure/timeout/not-positive",
    "negative_seconds": "failure/timeout/not-positive",
    "any_seconds": "failure/timeout/not-numeric",
    "number_refused": "payload/wait-for-pickup/number",
    "string_refused": "payload/wait-for-pickup/numeric-string",
    "timeout_required": "payload/wait-for-pickup/optional",
    "any_caller_id": "failure/caller-id/not-a-number",  # the opening tries letters, and all of them fail
    "caller_id_required": "payload/caller-id/optional",
    "link_elsewhere": "success/link",
    "me_refused": "uri/user-id/me",
    "takes_neighbours": "parking/only-that-call",
    "wrong_call": "success/returns-call",
    "not_json": "body/json",
    "milliseconds": "success/link-lists",  # nobody picks up in time, and the call is gone
    "lost": "success/link-lists",
    "unknown_is_fine": "failure/call/unknown",  # another user's call, asked for with @self, is unknown there too
    "unknown_is_nothing": "failure/call/unknown",
    "codes_swapped": "failure/timeout/not-positive",
    "view_optional": "failure/view/missing",
    "any_view": "failure/view/unknown",
    "no_viewer": "uri/user-id/viewer",
    "silent_success": "success/no-call",
    "empty_success": "body/json",
    "empty_refusal": "body/error-response",
    "refusal_is_200": "failure/view/unknown",  # the first refusal of the opening
    "eternal_token": "access/expired-token",
    "self_needs_extension": "uri/extension/self",
    "listing_retrieves": "parking/refusal-changes-nothing",
    "other_id": "success/returns-call",
    "no_owner": "uri/user-id/owner",
    "default_user": "uri/user-id/unknown",
    "crash": "request/payload-not-json",
}

# The page leaves it open or section 10 wants it noted only: the deviation's clause.
NOTED = {"any_extension": "payload/send-call-to/phone-terminal"}

# They stand on a server that answers a repeated PUT 200, which is named first; their own fault comes after.
CONVICTED_SECOND = {
    "refusal_hangs_up": "parking/refusal-changes-nothing",
    "foreign_by_self": "uri/extension/self-own-only",
}

UNSEEN = {
    "any_case": "grey: section 10-U leaves a lower-case action open",
    "caller_id_ignored": "what a telephone displays cannot be seen (payload/caller-id/shown-to-source is not tested)",
    "race": "takes requests at the same time, which the fixed table does not send",
    "self_is_first": "with a call id, which every case has, there is only one call to be first",
    "only_first": "bulk retrieval: section 10-F leaves a path without a call id open",
    "all_extensions": "bulk retrieval: section 10-F leaves a path without a call id open",
    "never_cancelled": "takes a phone that is not answered (payload/wait-for-pickup/cancelled is not tested)",
    "tells_token": "the page asks nothing of messages; that the record hides the token is tested below",
}
CHECKED = sorted({*CONVICTED, *NOTED, *CONVICTED_SECOND, *UNSEEN})


def jobs(check):
    return {name: partial(check.server, WRONG[name][0]) for name in CHECKED}


def test_every_wrong_server_is_spoken_of_once():
    lists = [*CONVICTED, *NOTED, *CONVICTED_SECOND, *UNSEEN]

    assert sorted(lists) == sorted(WRONG)


@pytest.mark.parametrize("name", CONVICTED)
def test_a_wrong_server_is_convicted_by_its_clause_first(side_by_side, name):
    checked = side_by_side[name]

    assert checked.exit_code == 1
    assert checked.findings("document")[0] == CONVICTED[name]


@pytest.mark.parametrize("name", CONVICTED_SECOND)
def test_a_second_fault_of_a_server_is_named_too(side_by_side, name):
    assert CONVICTED_SECOND[name] in side_by_side[name].findings("document")


@pytest.mark.parametrize("name", NOTED)
def test_what_section_10_wants_noted_is_a_deviation(side_by_side, name):
    checked = side_by_side[name]

    assert checked.exit_code == 0
    assert NOTED[name] in checked.clauses("deviation")


@pytest.mark.parametrize("name", UNSEEN)
def test_what_the_fixed_table_cannot_see_is_not_accused_of_something_else(side_by_side, name):
    assert side_by_side[name].findings("document") == []


@pytest.mark.parametrize("name", ["tells_token"])
def test_a_token_told_in_a_message_is_not_in_the_record(side_by_side, name):
    assert b"valid-token-of-user" not in side_by_side[name].record
