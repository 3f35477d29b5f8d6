"""Right servers keep the page's sentences, wrong ones break the one they say, hostile ones stay harmless to a
test.

The sentences are asserted here directly, with urllib, and independently of the checker.
"""

import contextlib
import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import pytest

from . import HOSTILE, RIGHT, WRONG
from .base import Server

EXAMPLE = {
    "action": "UnPark",
    "sendCallTo": "0003*024",
    "callerId": "John Doe <42420042>",
    "waitForPickup": "20",
    "phoneCallViewId": "01",
}


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The PhoneCalls of the answer, however it wraps them."""
        if self.status == 204:
            assert self.body == b""
            return []
        value = json.loads(self.body)
        if isinstance(value, dict):
            value = value.get("entry", [value])
        assert isinstance(value, list)
        return value

    def retrieved(self, *ids: str) -> None:
        """Lines 102-106 and 120: a success that returns exactly these calls as JSON."""
        assert self.status in (200, 202), self
        assert self.headers.get_content_type() == "application/json"
        assert sorted(call["id"] for call in self.calls) == sorted(ids)

    def refused(self, code: str | None = None) -> None:
        """Line 120: a 4xx with an error response; lines 112-116: a documented code comes with 400."""
        assert 400 <= self.status < 500, self
        error = json.loads(self.body)["error"]
        assert error["message"]
        if code:
            assert (self.status, error["code"]) == (400, code)


class Client:
    def __init__(self, server: Server) -> None:
        self.server = server

    def send(self, method: str, path: str, body: bytes | None = None, token: str | None = "") -> Answer:
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token or self.server.token}"
        url = urljoin(self.server.url, path)
        request = urllib.request.Request(url, data=body, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=2) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def park(self, count: int = 1, extension: str = "0003*210", state: str = "parked") -> list[str]:
        params = {"count": count, "userId": "12", "extension": extension}
        order = {"action": "setup", "state": state, "params": params}
        calls = json.loads(self.send("POST", "/hook", json.dumps(order).encode()).body)["calls"]
        assert all((call["userId"], call["extension"], call["phoneCallViewId"]) == ("12", extension, "01")
                   for call in calls)  # fmt: skip
        ids = [call["phoneCallId"] for call in calls]
        assert len(set(ids)) == count
        return ids

    def unpark(
        self, call: str = "", at: str = "12/0003*210", token: str | None = "", drop: str = "", **change: Any
    ) -> Answer:
        payload = {name: value for name, value in (EXAMPLE | change).items() if name != drop}
        path = f"/uapi/phoneCalls/{at}/{call}".rstrip("/")
        return self.send("PUT", path, json.dumps(payload).encode(), token)

    def listed(self, call: str) -> dict[str, Any] | None:
        answer = self.send("GET", f"/uapi/phoneCalls/12/0003*210/{call}")
        if answer.status == 404:
            return None
        assert answer.status in (200, 204)
        return next((found for found in answer.calls if found["id"] == call), None)

    def view(self, call: str) -> dict[str, Any]:
        found = self.listed(call)
        assert found
        view = found["phoneCallView"][-1]
        assert isinstance(view, dict)
        return view


def example(at: Client) -> None:
    (call,) = at.park()
    assert at.listed(call)
    at.unpark(call).retrieved(call)


def example_percent_encoded(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, at="12/0003%2A210", waitForPickup=20).retrieved(call)


def link(at: Client) -> None:
    (call,) = at.park()
    answer = at.unpark(call, waitForPickup=20)
    for returned in (
        answer.calls if answer.status in (200, 202) and answer.body.startswith((b"{", b"[")) else []
    ):
        if place := returned.get("link") or returned.get("links"):
            assert [found["id"] for found in at.send("GET", place["self"]).calls] == [call]


def leaves_the_lot(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call)
    if at.unpark(call, sendCallTo="0003*211").status != 204:
        at.unpark(call, sendCallTo="0003*211").refused()


def picked_up(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call)
    until = time.monotonic() + 2
    while (view := at.view(call)) and str(view["status"]) != "5" and time.monotonic() < until:
        time.sleep(0.03)
    assert str(view["status"]) == "5"
    assert view["extension"] == "0003*024"


def cancelled(at: Client) -> None:
    (call,) = at.park()
    if at.unpark(call, waitForPickup="0.1").status in (200, 202):
        until = time.monotonic() + 2
        while (found := at.listed(call)) and (status := str(found["phoneCallView"][-1]["status"])) != "5":
            assert time.monotonic() < until, status
            time.sleep(0.03)


def caller_id_shown(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, waitForPickup=86400)
    assert at.view(call)["callerId"] == "John Doe <42420042>"


def caller_id_is_optional(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, drop="callerId").retrieved(call)


def timeout_is_optional(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, drop="waitForPickup").retrieved(call)


def timeout_may_be_a_number(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, waitForPickup=20).retrieved(call)


def action_is_unpark(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, action="Park").refused()
    at.unpark(call, drop="action").refused()


def action_has_its_case(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, action="unpark").refused()


def destination_is_required(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, drop="sendCallTo").refused()


def destination_is_known(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, sendCallTo="0003*999").refused()


def destination_is_a_terminal(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, sendCallTo="0003*500").refused()
    at.unpark(call, sendCallTo="0003*501").refused()


def timeout_is_not_zero(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, waitForPickup=0).refused("pc_timeout_invalid")


def timeout_is_not_negative(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, waitForPickup="-5").refused("pc_timeout_invalid")


def timeout_is_numeric(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, waitForPickup="soon").refused("pc_timeout_invalid")


def caller_id_has_its_format(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, callerId="John Doe").refused("pc_callerid_invalid")


def call_exists(at: Client) -> None:
    at.park()
    at.unpark("ffff0000ffff0000ffff").refused("pc_phonecall_invalid")
    at.unpark("-_-").refused("pc_phonecall_invalid")


def view_is_required(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, drop="phoneCallViewId").refused("pc_phonecallview_invalid")


def view_exists(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, phoneCallViewId="98").refused("pc_phonecallview_invalid")


def payload_is_json(at: Client) -> None:
    (call,) = at.park()
    at.send("PUT", f"/uapi/phoneCalls/12/0003*210/{call}", b"{'action'").refused()


def refusals_have_no_effect(at: Client) -> None:
    (call,) = at.park()
    bad = {"phoneCallViewId": "98", "waitForPickup": "-0.0x", "callerId": "<>", "sendCallTo": "0003*999"}
    assert at.unpark(call, **bad).status != 204
    assert at.listed(call)
    at.unpark(call, waitForPickup=20, drop="").retrieved(call)


def me(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, at="@me/0003*210").retrieved(call)


def viewer(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, at="@viewer/0003*210").retrieved(call)


def owner(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, at="@owner/0003*210").retrieved(call)


def unknown_extension(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, at="12/@self").retrieved(call)


def all_of_the_extension(at: Client) -> None:
    mine, (other,), (talking,) = at.park(2), at.park(extension="0003*211"), at.park(state="talking")
    at.unpark().retrieved(*mine)
    at.unpark(other, at="12/0003*211").retrieved(other)
    assert talking not in mine


def all_of_the_user(at: Client) -> None:
    ids = at.park() + at.park(extension="0003*211")
    at.unpark(at="12/@self").retrieved(*ids)


def only_the_one(at: Client) -> None:
    first, second = at.park(2)
    at.unpark(second).retrieved(second)
    at.unpark(first).retrieved(first)


def none_to_return(at: Client) -> None:
    at.park()
    answer = at.unpark(at="12/0003*024")
    assert (answer.status, answer.body) == (204, b"")


def others_have_no_access(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, token=at.server.other_token).refused()
    at.unpark(call, at="@owner/0003*210", token=at.server.other_token).refused()


def others_have_no_access_by_self(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, at="@me/@self", token=at.server.other_token).refused()


def another_user_is_another(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, at="13/0003*210").refused()
    at.unpark(call, at="99/0003*210").refused()


def token_is_required(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, token=None).refused()
    at.unpark(call, token="never-given-to-anybody").refused()


def expired_token(at: Client) -> None:
    (call,) = at.park()
    if at.server.expired_token:
        at.unpark(call, token=at.server.expired_token).refused()


def token_is_not_told(at: Client) -> None:
    (call,) = at.park()
    assert at.server.token.encode() not in at.unpark(call, waitForPickup=0).body


def listing_has_no_effect(at: Client) -> None:
    (call,) = at.park()
    for _ in range(2):
        assert at.listed(call)
    at.unpark(call).retrieved(call)


def one_call_for_one_phone(at: Client) -> None:
    (call,) = at.park()
    answers: list[Answer] = []
    phones = ("0003*024", "0003*211")
    both = [
        threading.Thread(target=lambda to=to: answers.append(at.unpark(call, sendCallTo=to))) for to in phones
    ]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sum(answer.status in (200, 202) for answer in answers) <= 1


PROBES: dict[str, Callable[[Client], None]] = {
    probe.__name__: probe
    for probe in (
        example, example_percent_encoded, link, leaves_the_lot, picked_up, cancelled, caller_id_shown,
        caller_id_is_optional, timeout_is_optional, timeout_may_be_a_number, action_is_unpark,
        action_has_its_case, destination_is_required, destination_is_known, destination_is_a_terminal,
        timeout_is_not_zero, timeout_is_not_negative, timeout_is_numeric, caller_id_has_its_format,
        call_exists, view_is_required, view_exists, payload_is_json, refusals_have_no_effect, me,
        viewer, owner,
        unknown_extension, all_of_the_extension, all_of_the_user, only_the_one, none_to_return,
        others_have_no_access, others_have_no_access_by_self, another_user_is_another, token_is_required,
        expired_token, token_is_not_told, listing_has_no_effect, one_call_for_one_phone,
    )
}  # fmt: skip


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
    "takes_neighbours": {"only_the_one"},
    "wrong_call": {"only_the_one", "all_of_the_extension"},
    "milliseconds": {"picked_up"},
    "lost": {"picked_up"},
    "never_cancelled": {"cancelled", "picked_up"},
    "unknown_is_fine": {"call_exists", "others_have_no_access_by_self"},
    "unknown_is_nothing": {"call_exists", "others_have_no_access_by_self"},
    "codes_swapped": {
        "caller_id_has_its_format", "timeout_is_not_zero", "timeout_is_not_negative", "timeout_is_numeric"
    },
    "view_optional": {"view_is_required"},
    "any_view": {"view_exists"},
    "no_viewer": {"viewer"},
    "eternal_token": {"expired_token"},
    "tells_token": {"token_is_not_told"},
    "self_needs_extension": {"unknown_extension"},
    "foreign_by_self": {"others_have_no_access_by_self"},
    "refusal_hangs_up": {"refusals_have_no_effect"},
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
        for name, probe in PROBES.items():
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
    with HOSTILE[name][0]() as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=0.15) as connection:
            connection.sendall(
                b"PUT /uapi/phoneCalls/12/0003*210/h0 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
            )
            with contextlib.suppress(OSError):
                connection.recv(65536)
        started = time.monotonic()
    assert time.monotonic() - started < 3


def test_every_wrong_server_names_a_line_of_the_page_or_safety() -> None:
    assert all(
        line == "safety" or (isinstance(line, int) and 1 <= line <= 183) for _, line, _ in WRONG.values()
    )
    assert EXPOSED_BY.keys() | EXPOSED_EVERYWHERE.keys() == WRONG.keys()
