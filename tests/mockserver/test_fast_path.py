"""The fast way answers as the whole way does, and stays out of the way of everything it does not know."""

import asyncio
import importlib
import re
import sys
import tracemalloc
from contextlib import suppress
from contextvars import Context
from pathlib import Path

import pytest

from mockserver.app import build
from mockserver.http_api import plan
from mockserver.settings import Settings
from mockserver.way import fast_path
from mockserver.wire_faults.fault import WireFault

BENCH = Path(__file__).parents[2] / "bench"
REQUESTS = 2_500
CALL = "b817d2618fe6f1804333"
OTHER = "/uapi/phoneCalls/12/0003*210"
UNPARK = b'{"action":"UnPark","sendCallTo":"0003*024","phoneCallViewId":"01"}'


@pytest.fixture(scope="module")
def two_ways():
    sys.path.insert(0, str(BENCH))
    yield importlib.import_module("two_ways")
    sys.path.remove(str(BENCH))


@pytest.fixture
def handed_on(api, monkeypatch):
    """What the fast way gives to the whole one."""
    requests = []
    way = api.mock._vendor
    whole = way._whole

    async def counted(scope, receive, send):
        requests.append((scope["method"], scope["path"]))
        await whole(scope, receive, send)

    monkeypatch.setattr(way, "_whole", counted)
    return requests


def test_both_ways_answer_thousands_of_requests_alike_and_leave_the_same_behind(two_ways):
    pair = asyncio.run(two_ways.run(REQUESTS, seed=0))
    assert pair.statuses.total() == REQUESTS
    assert pair.handed_on < REQUESTS * 0.6
    assert {200, 204, 400, 401, 404, 405} <= set(pair.statuses)


def test_no_difference_is_known_and_let_pass(two_ways):
    assert dict(two_ways.KNOWN) == {}


PLANTED = {
    "a token's verdict is kept": (
        fast_path.FastPath,
        "__init__",
        lambda init: lambda self, *parts: (init(self, *parts), _keep_verdicts(self))[0],
    ),
    "another header": (fast_path, "EXPLAIN_HEADER", lambda name: b"x-callpark-explained"),
    "a date of its own": (fast_path, "date_of", lambda date_of: lambda moment: date_of(moment + 1)),
    "an answer no longer noted": (
        fast_path,
        "Noted",
        lambda noted: lambda **reply: noted(**{**reply, "headers": ()}),
    ),
    "a payload looked at less closely": (
        plan,
        "_as_members_are_checked",
        lambda made: lambda branch: made({**branch, "properties": {}}),
    ),
    "a path looked at less closely": (plan, "value_fault", lambda fault: lambda *_, **__: None),
    "wire faults forgotten": (
        fast_path,
        "_is_plain",
        lambda plain: lambda session: not session.behaviour.defect,
    ),
    "defects forgotten": (fast_path, "_is_plain", lambda plain: lambda session: not session.faults),
    "an origin taken for none": (fast_path, "_LOOKED_AT", lambda names: names - {b"origin"}),
    "a preference not heard": (fast_path, "_LOOKED_AT", lambda names: names - {b"prefer"}),
    "a session not heard": (fast_path, "_LOOKED_AT", lambda names: names - {b"x-callpark-session"}),
}


def _keep_verdicts(way):
    admit, kept = way._tokens.admit, set()

    class Tokens:
        def admit(self, token, session):
            if token not in kept:
                admit(token, session)
                kept.add(token)

    way._tokens = Tokens()


@pytest.mark.parametrize("name", PLANTED)
def test_a_fast_way_that_differs_is_found_out(two_ways, monkeypatch, name):
    place, attribute, change = PLANTED[name]
    monkeypatch.setattr(place, attribute, change(getattr(place, attribute)))
    with pytest.raises(two_ways.Difference):
        asyncio.run(two_ways.run(4 * REQUESTS, seed=0))


def test_the_page_s_request_and_its_refusals_go_the_fast_way(api, handed_on, error_of):
    assert (
        api.unpark().status_code == 204 or handed_on
    )  # a session that nobody has used yet is made the whole way
    handed_on.clear()
    assert api.unpark().status_code == 204
    assert error_of(api.unpark(waitForPickup=0)) == (400, "pc_timeout_invalid")
    assert api("GET", OTHER).status_code == 200
    assert api("PUT", f"{OTHER}/{CALL}", {"action": "Park", "phoneCallViewId": "01"}).status_code == 200
    assert handed_on == []


@pytest.mark.parametrize(
    "headers",
    [{"Prefer": "code=400"}, {"Origin": "http://localhost"}, {"X-Callpark-Session": "other"}],
    ids=str,
)
def test_what_more_than_one_layer_has_a_say_in_goes_the_whole_way(api, handed_on, headers):
    api.unpark()
    handed_on.clear()
    api.unpark(headers=headers)
    assert len(handed_on) == 1


def test_headers_that_come_as_lists_go_the_whole_way(api, handed_on, runner):
    """As ASGI allows them to come, and uvicorn does not send them."""
    api.unpark()
    handed_on.clear()
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": OTHER,
        "raw_path": OTHER.encode(),
        "query_string": b"",
        "server": ("127.0.0.1", 8080),
        "headers": [[b"host", b"127.0.0.1"], [b"authorization", b"Bearer mock.default.12"]],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    runner.run(api.mock(scope, receive, send))
    assert (sent[0]["status"], handed_on) == (200, [("GET", OTHER)])


def test_a_payload_that_was_refused_before_is_refused_again_and_does_nothing(api, error_of):
    api.unpark()
    session = api.mock.sessions.open("default")
    version = session.version
    for _ in range(3):
        assert error_of(api.unpark(waitForPickup=0)) == (400, "pc_timeout_invalid")
        assert session.version == version


def test_a_session_with_a_fault_a_variant_or_a_defect_goes_the_whole_way(api, handed_on):
    api.unpark()
    session = api.mock.sessions.open("default")
    for change, undo in (
        (lambda: api.control("POST", "faults", {"fixedDelayMilliseconds": 0}), session.faults.clear),
        (lambda: session.behave(("accepted-202",), None), lambda: session.behave((), None)),
        (lambda: session.behave((), "unknown-call-200"), lambda: session.behave((), None)),
    ):
        handed_on.clear()
        change()
        api.unpark()
        assert len(handed_on) == 1
        undo()
        api.unpark()
        assert len(handed_on) == 1


def test_an_unpark_that_has_to_wait_goes_the_whole_way_before_it_has_any_effect(make_api, monkeypatch):
    api = make_api()
    api.unpark(sendCallTo="0003*999")
    way, version, seen = api.mock._vendor, api.mock.sessions.open("default").version, []

    async def looked(scope, receive, send):
        seen.append(api.mock.sessions.open("default").version)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": (await receive())["body"][:0]})

    monkeypatch.setattr(way, "_whole", looked)
    api.unpark(sendCallTo="0003*802")
    assert seen == [version]


def test_what_is_handed_on_late_came_when_its_head_came(api, runner):
    """Its payload took its time, and is too long."""
    api.unpark()
    session = api.mock.sessions.open("default")
    came = session.clock.now()
    parts = [b" " * 600_000, b" " * 600_000]

    async def receive():
        session.move_by(5)
        return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts)}

    async def send(message):
        pass

    path = f"{OTHER}/{CALL}"
    scope = {
        "type": "http", "method": "PUT", "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "server": ("127.0.0.1", 8080), "headers": [(b"authorization", b"Bearer mock.default.12")],
    }  # fmt: skip
    runner.run(api.mock(scope, receive, send))
    entry = session.journal.entries[-1]
    assert (entry.status, entry.at, entry.answered) == (413, came, came + 10)


DATE = re.compile(rb"[0-9]{4}-[0-9-]+T[0-9:]+Z")
LOST = WireFault(fault="EMPTY_RESPONSE")
MEANWHILE = {
    "a fault is set": lambda mock: mock.sessions.open("default").faults.set(LOST, now=0.0),
    "a variant is switched to": lambda mock: mock.sessions.open("default").behave(("numbers-as-strings",), None),
    "a defect is switched to": lambda mock: mock.sessions.open("default").behave((), "unknown-call-200"),
    "the session is reset": lambda mock: mock.sessions.open("default").reset(),
    "the session is dropped": lambda mock: mock.sessions.drop("default"),
    "another takes its place": lambda mock: (
        mock.sessions.drop("default"), mock.sessions.open("default").faults.set(LOST, now=0.0)
    ),
}  # fmt: skip
HANDED_ON = {
    "a call that nobody has": (OTHER + "/nobody", [b'{"action":"Park","phoneCallViewId":"01"}']),
    "a call that rings": (f"{OTHER}/{CALL}", [UNPARK.replace(b"024", b"801")]),
    "a payload that is too long": (f"{OTHER}/{CALL}", [b" " * 600_000, b" " * 600_000]),
    "a client that leaves": (f"{OTHER}/{CALL}", []),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE.values(), ids=MEANWHILE)
@pytest.mark.parametrize(("path", "payload"), HANDED_ON.values(), ids=HANDED_ON)
def test_what_happens_between_head_and_payload_is_the_same_for_both_ways(runner, path, payload, meanwhile):
    fast, whole = (runner.run(left_behind(each, path, payload, meanwhile)) for each in (True, False))
    assert fast == whole


async def left_behind(fast_path, path, payload, meanwhile):
    """What was sent, and what the session has then."""
    mock = build(Settings(clock="x1000", fast_path=fast_path))
    mock.sessions.open("default")
    parts, sent, happenings = list(payload), [], [meanwhile]

    async def receive():
        while happenings:
            Context().run(happenings.pop(), mock)
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts)}
        if payload:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append((message["type"], message.get("status"), DATE.sub(b"", message.get("body", b""))))

    scope = {
        "type": "http", "method": "PUT", "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "server": ("127.0.0.1", 8080), "headers": [(b"authorization", b"Bearer mock.default.12")],
    }  # fmt: skip
    with suppress(ConnectionError):
        await mock(scope, receive, send)
    session = mock.sessions.open("default")
    entries = [(each.number, each.kind, getattr(each, "status", None)) for each in session.journal.entries]
    return sent, entries, [(call.id, call.phase) for call in session.world.calls.values()]


def test_a_request_whose_session_ended_before_its_payload_came_goes_the_whole_way(api, handed_on, runner):
    api.unpark()
    handed_on.clear()

    async def receive():
        api.mock.sessions.drop("default")
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    sent = []
    scope = {
        "type": "http", "method": "GET", "scheme": "http", "path": OTHER, "raw_path": OTHER.encode(),
        "query_string": b"", "server": ("127.0.0.1", 8080), "headers": [(b"authorization", b"Bearer mock.default.12")],
    }  # fmt: skip
    runner.run(api.mock(scope, receive, send))
    assert sent[0]["status"] == 200
    assert handed_on == [("GET", OTHER)]


def test_a_token_is_asked_anew_at_every_request(api, error_of):
    api.unpark()
    session = api.mock.sessions.open("default")
    token = f"mock.default.{int(session.clock.now()) + 10}.12"
    assert api("GET", OTHER, token=token).status_code == 200
    session.move_by(11)
    assert error_of(api("GET", OTHER, token=token)) == (401, "access_denied")
    session.reset()
    assert api("GET", OTHER, token=token).status_code == 200


def test_an_answer_that_the_document_does_not_have_is_a_fault_of_ours(api, error_of, monkeypatch, caplog):
    api.unpark()
    monkeypatch.setattr(plan.AnswerCheck, "accepts", lambda self, status, body: False)
    response = api("GET", OTHER, conforming=False)
    assert error_of(response) == (500, "internal_server_error")
    assert "the mock failed on its own" in caplog.text


def test_it_can_be_turned_off(make_api):
    api = make_api(fast_path=False)
    assert not isinstance(api.mock._vendor, fast_path.FastPath)
    assert api.unpark().status_code == 200


@pytest.mark.parametrize("long", ["path", "token", "host"])
def test_long_paths_tokens_and_hosts_are_not_kept(api, long):
    """Each is a little different, so that none is ever found again."""
    api.unpark()
    way = api.mock.fast_path

    def ask(number):
        odd = f"{number:08}" + "a" * 50_000
        path = f"{OTHER}/{odd}" if long == "path" else OTHER
        token = odd if long == "token" else "mock.default.12"
        headers = [
            (b"authorization", f"Bearer {token}".encode()),
            (b"host", odd.encode() if long == "host" else b"localhost"),
        ]
        head = fast_path.head_of({"headers": headers})
        if head is not None:
            way.told(head, "GET", path.encode(), b"", scheme="http", server=None)

    fast_path._head.cache_clear()
    tracemalloc.start()
    try:
        for number in range(400):
            ask(number)
        fast_path._head.cache_clear()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 5_000_000
