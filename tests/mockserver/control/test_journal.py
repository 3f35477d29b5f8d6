"""The journal: what is in it, what can be asked of it, and what it says once it has had to forget."""

import json

import pytest

from mockserver.journal.entry import MOST_BODY, Exchange
from mockserver.journal.journal import Journal

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
ORDER = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
UNPARKS = {"request": {"action": "UnPark"}}


def exchanges(api, session="default"):
    entries = api.control("GET", "journal", **{"X-Callpark-Session": session})["entries"]
    return [each for each in entries if each["kind"] == "exchange"]


def test_an_exchange_is_kept_with_its_events_and_clauses(api):
    api.unpark(nonsense="<script>alert(1)</script>")
    (entry,) = exchanges(api)
    assert entry["number"] == 1
    assert entry["at"] == entry["answered"] == api.control("GET", "state")["clock"]["now"]
    asked = entry["request"]
    assert (asked["method"], asked["path"], asked["operation"], asked["action"]) == (
        "PUT", PATH, "update_phone_call", "UnPark",
    )  # fmt: skip
    assert json.loads(asked["body"]["text"])["nonsense"] == "<script>alert(1)</script>"
    assert entry["response"]["status"] == 200
    assert json.loads(entry["response"]["body"]["text"])["id"] == CALL
    assert [event["event"] for event in entry["events"]] == ["RetrievalStarted", "CallRetrieved"]
    assert {"success/status", "body/phone-call"} <= set(entry["clauses"])
    assert (entry["faults"], entry["lost"], entry["explanation"]) == ([], None, None)


def test_a_refusal_names_the_clauses_that_were_broken(api):
    api.unpark(waitForPickup=0, callerId="nobody")
    (entry,) = exchanges(api)
    assert entry["clauses"] == ["failure/caller-id/no-number", "failure/timeout/not-positive"]
    assert entry["explanation"] == "/_mock/explain/default/1"
    assert entry["events"] == []


def test_what_time_and_the_control_plane_bring_is_nobodys_exchange(api):
    api.control("POST", "states", {"action": "setup", "state": "parked", "params": {"maxInParking": 5}})
    api.control("POST", "clock/advance", {"seconds": 5})
    api("GET", PATH)
    kinds = [(each["kind"], each.get("cause")) for each in api.control("GET", "journal")["entries"]]
    assert kinds == [("happening", "control"), ("happening", "time"), ("exchange", None)]
    assert exchanges(api)[0]["events"] == []


def test_requests_without_a_session_are_in_the_default_one(api):
    api("GET", PATH, token=None)
    api("GET", PATH, token="rubbish")
    api("GET", PATH, token="mock.expired.12")
    assert [each["response"]["status"] for each in exchanges(api)] == [401, 401, 401]


def test_each_session_has_its_own(api):
    for name, times in (("one", 1), ("two", 2)):
        for _ in range(times):
            api("GET", PATH, token=f"mock.{name}.12")
    api("GET", PATH, headers={"X-Callpark-Session": "two"})
    form = {"grant_type": "client_credentials", "client_id": "two.12", "client_secret": "s"}
    api("POST", "/oauth/token.php", form, token=None)
    assert [len(exchanges(api, name)) for name in ("one", "two", "default")] == [1, 4, 0]


def test_bytes_that_are_no_text_are_kept_in_base64(api):
    api("PUT", PATH, b"\xff\xfe")
    body = exchanges(api)[0]["request"]["body"]
    assert body == {"size": 2, "isCut": False, "base64": "//4="}


def test_pages_of_entries(api):
    for _ in range(5):
        api("GET", PATH)
    page = api.control("GET", "journal?after=1&limit=2")
    assert [each["number"] for each in page["entries"]] == [2, 3]
    assert page["isAll"] is False
    assert api.control("GET", "journal?after=3&limit=2")["isAll"] is True
    assert api("GET", "/_mock/journal?after=x").status_code == 400


def test_reset_and_clear_begin_again(api):
    for path, method in (("reset", "POST"), ("journal", "DELETE")):
        api("GET", PATH)
        api.control(method, path)
        api("GET", PATH)
        assert [each["number"] for each in exchanges(api)] == [1]


def test_to_look_changes_nothing(api):
    api.unpark(sendCallTo="0003*999")
    before = api.control("GET", "journal")
    for path in ("search", "count", "verify", "near-misses"):
        api.control("POST", f"journal/{path}", {})
    api("GET", "/_mock/explain/default/1")
    assert api.control("GET", "journal") == before


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ({}, [1, 2, 3]),
        (UNPARKS, [1, 2]),
        ({"request": {"action": "UnPark"}, "response": {"code": "pc_timeout_invalid"}}, [1]),
        ({"response": {"status": 200}}, [2, 3]),
        ({"request": {"method": "GET"}, "after": 1}, [3]),
        ({"request": {"body": {"waitForPickup": 0}}}, [1]),
        ({"faulted": True}, []),
    ],
)
def test_search_and_count(api, pattern, numbers):
    api.unpark(waitForPickup=0)
    api.unpark()
    api("GET", PATH)
    found = api.control("POST", "journal/search", pattern)
    assert [each["number"] for each in found["entries"]] == numbers
    assert api.control("POST", "journal/count", pattern)["count"] == len(numbers)


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({}, "holds"),
        ({"exactly": 2}, "holds"),
        ({"exactly": 1}, "fails"),
        ({"exactly": 3}, "fails"),
        ({"atLeast": 3}, "fails"),
        ({"atLeast": 1, "atMost": 2}, "holds"),
        ({"atMost": 1}, "fails"),
    ],
)
def test_verify(api, bounds, verdict):
    api.unpark()
    api.unpark()
    assert api.control("POST", "journal/verify", {"pattern": UNPARKS, **bounds})["verdict"] == verdict


def test_verify_that_fails_shows_what_came_near(api):
    api("GET", PATH)
    api.unpark(sendCallTo="0003*211")
    pattern = {"request": {"action": "UnPark", "method": "PUT", "body": {"sendCallTo": "0003*024"}}}
    told = api.control("POST", "journal/verify", {"pattern": pattern})
    assert told["verdict"] == "fails"
    nearest = told["nearMisses"][0]
    assert (nearest["entry"]["number"], nearest["distance"]) == (2, 0.3333)
    (mismatch,) = nearest["mismatches"]
    assert (mismatch["criterion"], mismatch["wanted"]) == ("body", {"sendCallTo": "0003*024"})
    assert mismatch["found"]["sendCallTo"] == "0003*211"
    assert [each["entry"]["number"] for each in told["nearMisses"]] == [2, 1]
    assert api.control("POST", "journal/near-misses", pattern)["nearMisses"] == told["nearMisses"]


@pytest.mark.parametrize(
    "body",
    [{"exactly": 1, "atLeast": 1}, {"atLeast": 2, "atMost": 1}, {"exactly": -1}, {"pattern": {"x": 1}}],
)
def test_questions_that_make_no_sense_are_refused(api, error_of, body):
    assert error_of(api("POST", "/_mock/journal/verify", body)) == (400, "control_request_invalid")


@pytest.fixture
def forgetful(api):
    """Three of five exchanges are kept."""
    api("GET", PATH)
    journal = api.mock.sessions.open("default").journal
    for _ in range(2):
        api.unpark()
    journal.limit = journal.bytes_kept
    for _ in range(2):
        api.unpark(sendCallTo="0003*211")
    told = api.control("GET", "journal")
    assert told["bytesKept"] <= told["bytesAtMost"]
    assert (told["evicted"]["entries"], told["evicted"]["exchanges"]) == (2, 2)
    assert [each["number"] for each in told["entries"]] == [3, 4, 5]
    assert told["evicted"]["last"] == 2
    return api


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({"atLeast": 3}, "holds"),
        ({"atLeast": 4}, "unknown"),
        ({"atLeast": 6}, "fails"),
        ({"exactly": 3}, "unknown"),
        ({"exactly": 2}, "fails"),
        ({"atMost": 5}, "holds"),
        ({"atMost": 4}, "unknown"),
        ({"pattern": {**UNPARKS, "after": 2}, "exactly": 3}, "holds"),
    ],
)
def test_what_was_evicted_makes_an_answer_unknown_only_where_it_would_decide(forgetful, bounds, verdict):
    assert forgetful.control("POST", "journal/verify", {"pattern": UNPARKS, **bounds})["verdict"] == verdict


def test_a_count_that_would_need_what_was_evicted_is_unknown(forgetful):
    told = forgetful.control("POST", "journal/count", UNPARKS)
    assert (told["count"], told["atLeast"], told["atMost"]) == ("unknown", 3, 5)
    assert forgetful.control("POST", "journal/count", {**UNPARKS, "after": 2})["count"] == 3


def test_a_body_that_was_cut_makes_an_answer_unknown(api):
    api.unpark(more="x" * MOST_BODY)
    body = exchanges(api)[0]["request"]["body"]
    assert (len(body["text"]), body["isCut"]) == (MOST_BODY, True)
    assert api.control("POST", "journal/count", UNPARKS)["count"] == "unknown"
    assert api.control("POST", "journal/count", {"request": {"method": "PUT"}})["count"] == 1
    assert api.control("POST", "journal/count", {"request": {"method": "GET"}})["count"] == 0


def test_it_never_keeps_more_bytes_than_it_may(api):
    journal = api.mock.sessions.open("default").journal
    journal.limit = 200_000
    for size in (10, 60_000, 200_000, 60_000, 10, 60_000, 60_000, 60_000):
        api("PUT", PATH, b"[" + b" " * size)
        assert journal.bytes_kept <= journal.limit
        assert journal.bytes_kept == sum(each.bytes_kept for each in journal.entries)
    assert journal.evicted.exchanges > 0


def test_where_it_is_full_a_few_go_at_once_and_no_more(api):
    api("GET", PATH)
    journal = api.mock.sessions.open("default").journal
    journal.limit = 64 * 1_024
    for _ in range(300):
        before = journal.evicted
        api("GET", PATH)
        if (gone := journal.evicted.entries - before.entries) > 0:
            entry = journal.entries[-1].bytes_kept
            assert journal.limit - 1_024 - entry < journal.bytes_kept <= journal.limit - 1_024
            assert gone <= 1_024 // entry + 2
    assert journal.evicted.exchanges == journal.evicted.entries > 0


def test_the_same_requests_give_the_same_journal_byte_for_byte(make_api):
    def run():
        api = make_api(seed=3)
        api.control("POST", "faults", {"fault": "SCHEMA_VIOLATION", "probability": 0.5})
        api.control("POST", "faults", {"fault": "SERVICE_UNAVAILABLE", "probability": 0.3, "retryAfter": 2})
        for number in range(12):
            api.control(
                "POST", "states", {"action": "setup", "state": "parked", "params": {"maxInParking": 9}}
            )
            api("PUT", PATH, {**ORDER, "waitForPickup": number}, conforming=False)
            api.control("POST", "clock/advance", {"seconds": number})
        return api("GET", "/_mock/journal?limit=1000").content

    assert run() == run()


def test_whoever_watches_sees_every_entry_until_told_to_stop(api):
    seen = []
    journal: Journal = api.mock.sessions.open("default").journal
    stop = journal.watch(lambda entry: seen.append(entry.number))
    api("GET", PATH)
    api.control("POST", "states", {"action": "setup", "state": "parked"})
    stop()
    api("GET", PATH)
    assert seen == [1, 2]


def test_an_answer_that_began_before_the_journal_was_cleared_takes_nobodys_place(make_lab):
    world = make_lab().world
    journal = Journal()
    before, after = (
        Exchange(method="GET", target=b"/" + name, scheme="http", headers=())
        for name in (b"before", b"after")
    )
    journal.claim(before)
    journal.begin(before, world=world, now=1.0)
    journal.clear()
    journal.claim(after)
    journal.begin(after, world=world, now=2.0)
    assert before.number == after.number == 1
    journal.end(before)
    journal.end(after)
    assert list(journal.entries) == [after]
