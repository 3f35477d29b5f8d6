"""Right servers keep the page's sentences, wrong ones break the one they say, hostile ones stay harmless to a
test."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable

import pytest

from . import HOSTILE, RIGHT, WRONG
from .base import Server
from .client import Client
from .sentences import SENTENCES

EXPOSED_BY = {
    "any_action": {"action_is_unpark", "action_has_its_case"},
    "any_case": {"action_has_its_case"},
    "optional_destination": {"destination_is_required"},
    "any_extension": {"destination_is_a_terminal"},
    "stays_parked": {"leaves_the_lot", "caller_id_shown", "one_call_for_one_phone", "picked_up"},
    "wrong_phone": {"picked_up"},
    "caller_id_ignored": {"caller_id_shown"},
    "refusal_retrieves": {"refusals_have_no_effect"},
    "foreign_token": {"others_have_no_access"},
    "any_call": {"others_have_no_access_by_their_own_path"},
    "self_takes_all": {"only_the_one_by_self"},
    "caller_id_list_hangs_up": {"refusals_spare_other_calls"},
    "anonymous": {"token_is_required"},
    "race": {"one_call_for_one_phone"},
    "zero_seconds": {"timeout_is_not_zero"},
    "negative_seconds": {"timeout_is_not_negative"},
    "any_seconds": {"timeout_is_numeric"},
    "timeout_required": {"timeout_is_optional"},
    "any_caller_id": {"caller_id_has_its_format"},
    "caller_id_required": {"caller_id_is_optional"},
    "link_elsewhere": {"link"},
    "me_refused": {"me"},
    "only_first": {"all_of_the_extension", "all_of_the_user"},
    "all_extensions": {"all_of_the_extension"},
    "self_is_first": {"all_of_the_user"},
    "takes_neighbours": {"only_the_one", "only_the_one_by_self"},
    "wrong_call": {"only_the_one", "only_the_one_by_self", "all_of_the_extension"},
    "milliseconds": {"picked_up"},
    "lost": {"picked_up"},
    "never_cancelled": {"cancelled", "picked_up"},
    "unknown_is_fine": {
        "call_exists", "others_have_no_access_by_self", "others_have_no_access_by_their_own_path"
    },
    "unknown_is_nothing": {
        "call_exists", "others_have_no_access_by_self", "others_have_no_access_by_their_own_path"
    },
    "codes_swapped": {
        "caller_id_has_its_format", "timeout_is_not_zero", "timeout_is_not_negative", "timeout_is_numeric"
    },
    "view_optional": {"view_is_required"},
    "any_view": {"view_exists"},
    "no_viewer": {"viewer"},
    "eternal_token": {"expired_token"},
    "tells_token": {"token_is_not_told"},
    "self_needs_extension": {"unknown_extension", "only_the_one_by_self"},
    "foreign_by_self": {"others_have_no_access_by_self"},
    "refusal_hangs_up": {"refusals_have_no_effect", "refusals_spare_other_calls"},
    "no_owner": {"owner"},
    "default_user": {"another_user_is_another"},
    "crash": {"payload_is_json"},
}  # fmt: skip
# What is wrong here shows in every success, or in every refusal: these probes among many.
EXPOSED_EVERYWHERE = {
    "number_refused": {"timeout_may_be_a_number"},
    "string_refused": {"example"},
    "not_json": {"example"},
    "silent_success": {"example"},
    "empty_success": {"example"},
    "empty_refusal": {"call_exists", "view_exists", "token_is_required"},
    "refusal_is_200": {"call_exists", "view_exists"},
    "listing_retrieves": {"listing_has_no_effect"},
    "other_id": {"example"},
}


def failures(factory: Callable[[], Server]) -> set[str]:
    """The probes a server fails, each in a world of its own."""
    failed = set()
    with factory() as server:
        client = Client(server)
        for name, probe in SENTENCES.items():
            try:
                probe(client)
            except (AssertionError, ValueError, LookupError, TypeError, OSError, http.client.HTTPException):
                failed.add(name)
            client.send("POST", "/hook", b'{"action": "teardown", "state": "parked", "params": {}}')
    return failed


@pytest.mark.parametrize("name", RIGHT)
def test_right_servers_keep_every_sentence(name: str) -> None:
    assert failures(RIGHT[name]) == ({"picked_up"} if name == "unanswered" else set())


@pytest.mark.parametrize("name", WRONG)
def test_wrong_servers_break_the_one_they_say(name: str) -> None:
    failed = failures(WRONG[name][0])
    if name in EXPOSED_BY:
        assert failed == EXPOSED_BY[name]
    else:
        assert failed >= EXPOSED_EVERYWHERE[name]


@pytest.mark.parametrize("name", RIGHT)
def test_connections_can_be_used_again(name: str) -> None:
    with RIGHT[name]() as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=2)
        for _ in range(3):
            path = "/uapi/phoneCalls/12/0003*210/none"
            connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
            response = connection.getresponse()
            response.read()
            assert response.status in (200, 204, 404)
        connection.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_servers_stop_when_told(name: str) -> None:
    before = set(threading.enumerate())
    with HOSTILE[name][0]() as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=0.15) as connection:
            connection.sendall(
                b"PUT /uapi/phoneCalls/12/0003*210/h0 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
            )
            with contextlib.suppress(OSError):
                connection.recv(65536)
    its_own = set(threading.enumerate()) - before
    for thread in its_own:
        thread.join(10)
    assert not [thread for thread in its_own if thread.is_alive()]


def test_every_wrong_server_names_a_line_of_the_page_or_safety() -> None:
    assert all(
        line == "safety" or (isinstance(line, int) and 1 <= line <= 183) for _, line, _ in WRONG.values()
    )
    assert EXPOSED_BY.keys() | EXPOSED_EVERYWHERE.keys() == WRONG.keys()
