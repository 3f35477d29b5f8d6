"""A broken set-up is one line before the run, and a target that is wrong is no broken set-up."""

import json
from dataclasses import replace
from functools import cache

import pytest

from contract_tests.approach import approach
from contract_tests.credentials import Client
from contract_tests.preflight import MOST_REQUESTS, NotReady, preflight
from contract_tests.profile import Profile
from contract_tests.state.api import ApiRung
from contract_tests.state.hook import hook_rung
from contract_tests.state.inventory import InventoryRung
from contract_tests.state.rung import RungError
from contract_tests.world import KnownCall
from mockserver import defects
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings
from tests.servers import RIGHT, WRONG

CALLS = [
    KnownCall(id=f"call{number}", user="12", extension="0003*210", view="01", views=("01",))
    for number in range(2)
]
DENIED = b'{"error": {"code": "access_denied", "message": "?"}}'


def stocked():
    return InventoryRung(calls=list(CALLS), extension="0003*210")


@pytest.fixture
def flown(raw_server, target_at):
    def fly(answer, *, rung=None, **profile):
        server = raw_server(answer)
        described = Profile(secrets={"token": "s3cret"}, **profile)
        server.ready = preflight(target_at(server.url), described, rung or stocked())
        return server

    return fly


def by_method(answers):
    """Answers by the method of the request."""
    return lambda request: answers[request[0].split(b" ")[0].decode()]


@pytest.mark.parametrize("status", [200, 204, 404, 400, 405, 500])
def test_a_target_that_answers_can_be_judged(flown, answered, status):
    assert flown(answered(status, b"" if status == 204 else b"{}")).requests


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_accepted_is_named_with_the_code(flown, answered, status):
    with pytest.raises(
        NotReady, match=f"does not accept the token .*{status} 'access_denied'.*CALLPARK_TOKEN"
    ):
        flown(answered(status, DENIED))


def test_a_clients_token_that_is_not_accepted_names_the_client(flown, answered):
    with pytest.raises(NotReady, match="check the client id my-app"):
        flown(answered(403, DENIED), client=Client(id="my-app", secret="s3cret"))


def test_where_no_calls_are_listed_the_token_is_tried_by_nothing(flown, answered):
    assert flown(answered(401, DENIED), not_offered=("list",)).requests


def test_a_redirect_says_where_to(flown, answered):
    with pytest.raises(NotReady, match="redirects to 'https://elsewhere/'"):
        flown(answered(301, b"", Location="https://elsewhere/"))


def test_no_answer_says_why(flown):
    with pytest.raises(
        NotReady,
        match=r"does not answer UnPark PhoneCalls: [^.]*; if it serves https, say https:// in the address",
    ):
        flown(lambda request: None)


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"<h1>Not Found</h1>"), (405, b""), (501, b"no"), (200, b"<!doctype html>")]
)
def test_a_web_server_without_the_api_is_told_from_a_wrong_api(flown, answered, status, body):
    page = answered(status, body, Content_Type="text/html; charset=utf-8")
    with pytest.raises(NotReady, match=r"nothing at http.* answers as a UnifiedAPI does: .* origin and path"):
        flown(page)
    assert flown(by_method({"PUT": answered(401, DENIED), "GET": page})).ready
    assert flown(by_method({"PUT": page, "GET": answered(200, b"[]")})).ready


@pytest.mark.parametrize(
    ("status", "body", "notes"),
    [
        (401, DENIED, ()),
        (200, b"{}", ("a token that nobody issued is answered 200",)),
        (204, b"", ("a token that nobody issued is answered 204",)),
        (500, DENIED, ("a token that nobody issued is answered 500",)),
        (401, b"", ("a refusal (401) comes without an error response in JSON",)),
        (403, b"<html>", ("a refusal (403) comes without an error response in JSON",)),
    ],
)
def test_what_the_run_has_verdicts_for_is_only_noted(flown, answered, status, body, notes):
    server = flown(by_method({"PUT": answered(status, body), "GET": answered(200, b"[]")}))
    assert server.ready.notes == notes


def test_a_preflight_changes_nothing_and_is_short(flown, answered):
    requests = flown(answered(200, b"[]")).requests

    assert [head.split(b" ")[0] for head, _ in requests] == [b"PUT", b"GET"]
    assert b"Bearer never.issued.token" in requests[0][0]
    assert b"/callparkpreflight0 " in requests[0][0]
    assert json.loads(requests[0][1])["action"] == "UnPark"


def test_the_call_that_was_parked_is_not_wasted(flown, answered):
    rung = flown(answered(200, b"[]")).ready.rung

    assert (rung.name, rung.is_scarce) == ("inventory", True)
    assert rung.parked(1, "0003*210") == [CALLS[0]]
    assert rung.parked(1) == [CALLS[1]]
    with pytest.raises(RungError):
        rung.parked(1)


def test_calls_of_another_extension_leave_the_one_in_hand(flown, answered):
    rung = flown(answered(200, b"[]")).ready.rung

    with pytest.raises(RungError):
        rung.parked(1, "0003*211")
    assert rung.parked(2) == CALLS


def test_no_parked_call_is_a_line_that_says_what_to_do(flown, answered):
    barren = InventoryRung(calls=[], extension="0003*210")
    with pytest.raises(
        NotReady, match=r"no parked call can be had of .* inventory: .*0003\*210.*park calls and list"
    ):
        flown(answered(200, b"[]"), rung=barren)


def test_a_token_that_is_echoed_is_not_told(raw_server, answered, target_at):
    def answer(request):
        return answered(500, request[0])

    target = target_at(raw_server(answer).url)
    described = Profile(secrets={"token": "s3cret"})
    rung = ApiRung(target, described.world(), "0003*211", lambda seconds: None)
    with pytest.raises(NotReady, match="rung api: placing a call was answered: 500") as caught:
        preflight(target, described, rung)
    assert "s3cret" not in str(caught.value)
    assert "${token}" in str(caught.value)


def counting(app, paths):
    async def counted(scope, receive, send):
        if scope["type"] == "http":
            paths.append((scope["method"], scope["path"]))
        await app(scope, receive, send)

    return counted


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ({}, 4),
        ({"tokens": {"token": "mock.mine.12"}, "rung": "api"}, 7),
        ({"client": Client(id="12", secret="abcd")}, 5),
    ],
)  # fmt: skip
def test_all_in_all_it_takes_few_requests(settings, most):
    paths = []
    with running(counting(build(Settings(clock="manual")), paths)) as url:
        found = approach(url, run="r1", **settings)
        preflight(found.target, found.profile, found.rung)
        found.target.close()
    assert len(paths) == most <= MOST_REQUESTS, paths


def test_what_was_asked_before_the_record_stands_in_it(harness):
    with running(build()) as url:
        found = approach(url, run="test")
        ready = preflight(found.target, found.profile, found.rung)
        checked = harness.run(found.target, ready.rung, found.profile, clauses=("failure/timeout",))
    exchanges = checked.exchanges()
    assert [one["role"] for one in exchanges[:3]] == ["set-up", "preflight", "preflight"]
    assert [one["number"] for one in exchanges] == list(range(1, len(exchanges) + 1))
    assert checked.exit_code == 0


@cache
def _factories():
    wrong = {name: factory for name, (factory, _, _) in WRONG.items()}
    return {**RIGHT, **wrong}


@pytest.mark.parametrize("name", _factories())
def test_servers_right_and_wrong_are_judged_and_not_turned_away(name, target_at):
    with _factories()[name]() as server:
        profile = Profile(secrets={"token": server.token}, hook=server.hook)
        target = target_at(server.url, secrets=profile.secrets)
        assert preflight(target, profile, hook_rung(server.hook, profile.world())).rung.name == "hook"


@pytest.mark.parametrize("name", [*defects.DEFECTS])
def test_mocks_with_a_defect_are_judged_and_not_turned_away(name):
    with running(build(Settings(defect=defects.defect(name)))) as url:
        found = approach(url, run="r1")
        profile = replace(found.profile, settle=0.1)
        assert preflight(found.target, profile, found.rung).rung.name == "control"
        found.target.close()
