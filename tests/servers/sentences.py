"""The page's sentences, each asserted of a server directly; `SENTENCES` holds them by name."""

import threading
import time
from collections.abc import Callable

from .client import Answer, Client


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


def only_the_one_by_self(at: Client) -> None:
    first, second = at.park(2)
    at.unpark(second, at="12/@self").retrieved(second)
    at.unpark(first).retrieved(first)


def refusals_spare_other_calls(at: Client) -> None:
    first, second = at.park(2)
    at.unpark(second, callerId=["John Doe <42420042>"]).refused()
    assert at.listed(first)


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


def others_have_no_access_by_their_own_path(at: Client) -> None:
    (call,) = at.park()
    at.unpark(call, at="13/0003*310", token=at.server.other_token).refused()


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


SENTENCES: dict[str, Callable[[Client], None]] = {
    probe.__name__: probe
    for probe in (
        example, example_percent_encoded, link, leaves_the_lot, picked_up, cancelled, caller_id_shown,
        caller_id_is_optional, timeout_is_optional, timeout_may_be_a_number, action_is_unpark,
        action_has_its_case, destination_is_required, destination_is_known, destination_is_a_terminal,
        timeout_is_not_zero, timeout_is_not_negative, timeout_is_numeric, caller_id_has_its_format,
        call_exists, view_is_required, view_exists, payload_is_json, refusals_have_no_effect, me,
        viewer, owner,
        unknown_extension, all_of_the_extension, all_of_the_user, only_the_one,
        only_the_one_by_self, refusals_spare_other_calls, none_to_return,
        others_have_no_access, others_have_no_access_by_self,
        others_have_no_access_by_their_own_path, another_user_is_another, token_is_required,
        expired_token, token_is_not_told, listing_has_no_effect, one_call_for_one_phone,
    )
}  # fmt: skip
