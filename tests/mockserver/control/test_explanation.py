"""X-Callpark-Explain: every fault of a refused request, and a request put right that is taken."""

import itertools
import json
import shlex
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import callpark_spec
from mockserver.explanation import grounds

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
HTML = {"Accept": "text/html,*/*"}


def explained(api, response):
    link = response.headers["x-callpark-explain"]
    assert link.startswith("http://127.0.0.1:8080/_mock/explain/")
    return api("GET", link, token=None).json()


def sent_again(api, curl):
    """The pasted line, sent as it says; httpx instead of a shell, which shlex reads as one would."""
    words = shlex.split(curl)
    assert words[:2] == ["curl", "-X"]
    headers = dict(word.split(": ", 1) for flag, word in itertools.pairwise(words) if flag == "-H")
    body = words[words.index("-d") + 1].encode() if "-d" in words else ...
    return api(words[2], words[3], body, headers=headers, token=None)


def codes_and_clauses(told):
    return [
        (fault["where"], fault["code"], [each["id"] for each in fault["clauses"]]) for fault in told["faults"]
    ]


def test_it_lists_every_fault_with_its_sentence_and_line(api):
    response = api.unpark(
        f"/uapi/phoneCalls/12/0003*210/{CALL}x", waitForPickup="soon", callerId="nobody", phoneCallViewId=...
    )
    told = explained(api, response)
    assert codes_and_clauses(told) == [
        ("payload phoneCallViewId", "pc_phonecallview_invalid", ["failure/view/missing", "payload/view/required"]),
        ("payload callerId", "pc_callerid_invalid", ["failure/caller-id/no-number"]),
        ("payload waitForPickup", "pc_timeout_invalid", ["failure/timeout/not-numeric"]),
        ("path phoneCallId", "pc_phonecall_invalid", ["failure/call/unknown"]),
    ]  # fmt: skip
    timeout = told["faults"][2]["clauses"][0]
    assert (timeout["line"], timeout["quote"]) == (113, "The parameter must be numeric and higher than 0.")
    assert told["faults"][3]["instead"] == CALL
    assert sent_again(api, told["corrected"]).status_code == 200


def test_only_refusals_have_an_explanation(api):
    for response in (api.unpark(), api.unpark(), api("GET", PATH), api.control("GET", "journal")):
        assert "x-callpark-explain" not in getattr(response, "headers", {})


@pytest.mark.parametrize(
    ("members", "code", "clauses"),
    [
        ({"waitForPickup": 0}, "pc_timeout_invalid", ["failure/timeout/not-positive"]),
        ({"waitForPickup": "-3"}, "pc_timeout_invalid", ["failure/timeout/not-positive"]),
        ({"waitForPickup": True}, "pc_timeout_invalid", ["failure/timeout/not-numeric"]),
        ({"callerId": 7}, "pc_callerid_invalid", ["failure/caller-id/not-a-string"]),
        ({"callerId": "Joe <abc>"}, "pc_callerid_invalid", ["failure/caller-id/not-a-number"]),
        ({"phoneCallViewId": "99"}, "pc_phonecallview_invalid", ["failure/view/unknown"]),
        ({"phoneCallViewId": 1}, "pc_phonecallview_invalid", ["failure/view/unknown"]),
        ({"sendCallTo": "0003*500"}, "extension_invalid",
         ["payload/send-call-to/phone-terminal", "payload/send-call-to/unknown"]),
        ({"action": ...}, "request_invalid", ["payload/action/required"]),
        ({"action": "Fly"}, "request_not_implemented", ["payload/action/unpark"]),
        ({"action": 3}, "request_invalid", ["payload/action/unpark"]),
    ],
)  # fmt: skip
def test_the_clause_is_the_one_that_was_broken(api, members, code, clauses):
    told = explained(api, api.unpark(**members))
    ((_, said, found),) = codes_and_clauses(told)
    assert (said, found) == (code, clauses)
    assert sent_again(api, told["corrected"]).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "token", "where", "clauses"),
    [
        ("PUT", PATH, None, "header Authorization", ["access/no-token"]),
        ("PUT", PATH, "rubbish", "header Authorization", ["access/unknown-token"]),
        ("PUT", PATH, "mock.expired.12", "header Authorization", ["access/expired-token"]),
        ("PUT", PATH, "mock.default.99", "header Authorization", ["access/unknown-token"]),
        ("PUT", f"/uapi/phoneCalls/99/0003*210/{CALL}", "mock.default.12", "path userId", ["uri/user-id/unknown"]),
        ("PUT", f"/uapi/phoneCalls/13/0003*210/{CALL}", "mock.default.12", "path userId", ["access/other-user"]),
        ("PUT", f"/uapi/phoneCalls/12/0003*310/{CALL}", "mock.default.12", "path extension", ["access/other-user"]),
        ("PUT", f"/uapi/phoneCalls/12/abc/{CALL}", "mock.default.12", "path extension",
         ["uri/extension/unknown", "uri/extension/number"]),
        ("PUT", "/uapi/phoneCalls/12/0003*210/a-b", "mock.default.12", "path phoneCallId",
         ["failure/call/not-alphanumeric"]),
        ("PUT", "/uapi/phoneCalls/12/0003*210", "mock.default.12", "path phoneCallId",
         ["uri/phone-call-id/required"]),
        ("PATCH", PATH, "mock.default.12", "method", ["request/method"]),
        ("PUT", "/uapi/nowhere", "mock.default.12", "path", ["request/path"]),
    ],
)  # fmt: skip
def test_what_is_wrong_outside_the_payload(api, method, path, token, where, clauses):
    order = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
    response = api(method, path, order, token=token)
    told = explained(api, response)
    assert told["code"] == response.json()["error"]["code"]
    ((place, code, found),) = codes_and_clauses(told)
    assert (place, code, found) == (where, told["code"], clauses)
    assert sent_again(api, told["corrected"]).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b'"x"'])
def test_a_payload_that_is_no_object(api, body):
    told = explained(api, api("PUT", PATH, body))
    ((where, code, clauses),) = codes_and_clauses(told)
    assert (where, code) == ("payload", "request_invalid")
    assert set(clauses) <= {"request/payload", "request/payload-not-json"}
    assert sent_again(api, told["corrected"]).status_code == 200


def test_an_answer_that_was_asked_for_says_so(api):
    api.control("POST", "faults", {"fault": "SERVICE_UNAVAILABLE"})
    told = explained(api, api.unpark())
    assert (told["askedFor"], told["faults"]) == (["fault-1: SERVICE_UNAVAILABLE"], [])
    api.control("DELETE", "faults")
    told = explained(
        api,
        api(
            "PUT",
            f"{PATH}?__code=400",
            {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"},
        ),
    )
    assert (told["askedFor"], told["faults"]) == (["Prefer: code=400"], [])


def test_the_world_of_the_request_is_meant_as_long_as_it_is_kept(api):
    response = api.unpark(phoneCallViewId="02")
    api.control("DELETE", f"calls/{CALL}")
    told = explained(api, response)
    assert [fault["where"] for fault in told["faults"]] == ["payload phoneCallViewId"]
    assert told["isLate"] is False
    for _ in range(60):
        api("GET", PATH, token="rubbish")
    told = explained(api, response)
    assert [fault["where"] for fault in told["faults"]] == ["path phoneCallId"]
    assert (told["isLate"], told["corrected"]) == (True, None)


@pytest.mark.parametrize(
    "link", ["default/1", "default/x", "default/0", "default/99999999999999", "nobody/1"]
)
def test_what_is_not_there_is_said_to_be_not_there(api, error_of, link):
    assert error_of(api("GET", f"/_mock/explain/{link}")) == (404, "not_found")


def test_what_was_evicted_is_said_to_be(api):
    response = api("GET", PATH, token=None)
    journal = api.mock.sessions.open("default").journal
    journal.limit = journal.bytes_kept
    api("GET", PATH)
    gone = api("GET", response.headers["x-callpark-explain"])
    assert gone.status_code == 404
    assert "no longer kept" in gone.text


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; alert(1) //",
    "</pre><iframe>",
    "{{7*7}}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_stay_text_and_nothing_could_run(api, text):
    api.control("POST", "faults", {"fixedDelayMilliseconds": 0})
    response = api(
        "PUT", PATH, {"action": text, "callerId": text}, headers={"Authorization": f"Bearer of {text}"}, token=None,
        params={"q": text},
    )  # fmt: skip
    page = api("GET", response.headers["x-callpark-explain"], headers=HTML)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    plain = api("GET", api("GET", PATH, token=None).headers["x-callpark-explain"], headers=HTML)
    assert Tags(page.text).tags == Tags(plain.text).tags | {"blockquote"}
    assert Tags(page.text).attributes == Tags(plain.text).attributes
    if text == "{{7*7}}":
        assert "{{7*7}}" in page.text


def test_the_page_is_for_people(api):
    response = api.unpark(waitForPickup=0)
    page = api("GET", response.headers["x-callpark-explain"], headers=HTML).text
    for words in (
        "400 pc_timeout_invalid", "1 thing is wrong", "failure/timeout/not-positive", "line 113 of the vendor",
        "curl -X PUT",
        "The parameter must be numeric and higher than 0.", 'lang="en"',
    ):  # fmt: skip
        assert words in page, words


def test_a_page_elsewhere_may_link_to_it_but_not_read_it(api):
    link = api.unpark(waitForPickup=0).headers["x-callpark-explain"]
    followed = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        **HTML,
    }
    assert api("GET", link, headers=followed).status_code == 200
    fetched = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
    assert api("GET", link, headers=fetched).status_code == 403


def test_every_clause_it_may_name_is_in_the_catalogue():
    known = callpark_spec.load().clauses
    named = [value for name, value in vars(grounds).items() if isinstance(value, tuple)]
    tables = (grounds._MISSING, grounds._ILL_FORMED, grounds._UNKNOWN)
    named += [value for table in tables for value in table.values()]
    assert {clause for several in named for clause in several} <= known.keys()
    for value in ("", "x", 0, "-1", 3.5, None, True, [], "Joe <x>", "Joe"):
        for field in ("waitForPickup", "callerId"):
            assert set(grounds.of_ill_formed(field, value)) <= known.keys()


def some(*values):
    return st.sampled_from(values)


REQUESTS = st.fixed_dictionaries(
    {
        "method": some("PUT", "PUT", "PUT", "GET", "DELETE", "POST"),
        "user": some("12", "12", "12", "@me", "@owner", "13", "99", "%00", "a b"),
        "extension": some("0003*210", "0003*210", "@self", "0003*211", "0003*310", "0003*999", "x", "%2F"),
        "call": some(CALL, CALL, CALL, "nothere", "a-b", None, "%F0"),
        "token": some(
            "mock.default.12", "mock.default.12", "mock.default.13", "mock.default.99", "x y", None
        ),
        "body": st.fixed_dictionaries(
            {},
            optional={
                "action": some("UnPark", "UnPark", "UnPark", "Park", "Fly", 1, None),
                "sendCallTo": some("0003*024", "024", "0003*500", "0003*999", "", 24, None),
                "phoneCallViewId": some("01", "01", "02", "", 1, None),
                "callerId": some("Joe <1>", "Joe", "Joe <x>", "", 1, None),
                "waitForPickup": some(20, "20", 0, "x", 1.5, None, True, [], 10**18),
                "maxInParking": some(30, "30", 9, "x", None),
            },
        ),
        "query": some(
            "",
            "?count=1",
            "?count=x",
            "?fields=nothing",
            "?filterBy=id",
            "?filterBy=x&filterValue=1",
            "?startIndex=-1",
            "?sortOrder=odd",
            "?nonsense=1",
        ),
    }
)


@settings(max_examples=400)
@given(wish=REQUESTS)
def test_explanations_agree_with_the_answers(default_api, wish):
    """The first fault explained is the one answered; what was put right is taken; and every answer is valid."""
    default_api.mock.sessions.clear()
    path = "/".join(
        part for part in ("/uapi/phoneCalls", wish["user"], wish["extension"], wish["call"]) if part
    )
    body = json.dumps(wish["body"]).encode() if wish["method"] in ("PUT", "POST") else ...
    response = default_api(wish["method"], path + wish["query"], body, token=wish["token"])
    if response.status_code < 400:
        assert "x-callpark-explain" not in response.headers
        return
    told = explained(default_api, response)
    error = response.json()["error"]
    assert told["faults"][0]["code"] == error["code"] == told["code"]
    assert len({fault["where"] for fault in told["faults"]}) == len(told["faults"])
    if told["corrected"]:
        assert sent_again(default_api, told["corrected"]).status_code < 300
