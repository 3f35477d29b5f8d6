"""List's own parameters: filters, order, pages and members."""

import json
from urllib.parse import quote, urlsplit

import pytest

LIST = "/uapi/phoneCalls/@me/0003*210/"
IDS = ["a1", "a2", "b1", "b2", "b3"]


@pytest.fixture
def lobby(make_api, tmp_path):
    """Five calls, published a minute apart."""
    calls = [
        {"id": each, "extension": "0003*210", "state": "parked", "age": 600 - 60 * place}
        for place, each in enumerate(IDS)
    ]
    file = tmp_path / "lobby.yaml"
    file.write_text(f"extends: empty\ncalls: {json.dumps(calls)}\n", encoding="utf-8")
    return make_api(scenario=str(file))


@pytest.fixture
def listed(lobby):
    def ask(query=""):
        answer = lobby("GET", f"{LIST}?{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


def ids(body):
    return [entry["id"] for entry in body["entry"]]


def published(listed, call):
    return next(entry["published"] for entry in listed()["entry"] if entry["id"] == call)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", IDS),
        ("filterBy=id&filterValue=a2", ["a2"]),
        ("filterBy=id&filterOp=equals&filterValue=a2", ["a2"]),
        ("filterBy=id&filterOp=startsWith&filterValue=b", ["b1", "b2", "b3"]),
        ("filterBy=id&filterOp=contains&filterValue=1", ["a1", "b1"]),
        ("filterBy=id&filterOp=inArray&filterValue=b3,a1,none", ["a1", "b3"]),
        ("filterBy=id&filterOp=greaterThan&filterValue=b1", ["b2", "b3"]),
        ("filterBy=id&filterOp=lessThan&filterValue=a2", ["a1"]),
        ("filterBy=id&filterOp=present", IDS),
        ("filterBy=id&filterValue=none", []),
        ("filterBy=id&filterOp=startsWith&filterValue=b&sortOrder=descending", ["b3", "b2", "b1"]),
        ("sortOrder=desc", IDS[::-1]),
    ],
)
def test_calls_are_filtered_and_ordered(listed, query, found):
    body = listed(query)
    assert ids(body) == found
    assert body["totalResults"] == len(found)


@pytest.mark.parametrize(
    ("how", "found"), [("equals", ["b1"]), ("lessThan", ["a1", "a2"]), ("greaterThan", ["b2", "b3"])]
)
def test_dates_are_compared_as_moments(listed, how, found):
    moment = published(listed, "b1")
    for text in (moment, moment.replace("Z", "+00:00")):
        assert ids(listed(f"filterBy=published&filterOp={how}&filterValue={quote(text)}")) == found


def test_a_date_can_be_looked_up_by_its_beginning(listed):
    assert (
        ids(listed(f"filterBy=published&filterOp=startsWith&filterValue={published(listed, 'a1')[:10]}"))
        == IDS
    )


def test_only_the_members_asked_for_come(listed):
    assert [set(entry) for entry in listed("fields=extension,published&count=1")["entry"]] == [
        {"id", "extension", "published"}
    ]


def test_pages_lead_to_each_other(lobby):
    """Back and forth by the addresses that the answers hold, as one published client goes."""
    seen, address = [], f"{LIST}?count=2&filterBy=id&filterOp=present"
    while address:
        body = lobby("GET", address).json()
        seen.append(ids(body))
        parts = urlsplit(body.get("paging", {}).get("next", ""))
        address = f"{parts.path}?{parts.query}" if parts.path else ""
    assert seen == [["a1", "a2"], ["b1", "b2"], ["b3"]]
    previous = body["paging"]["prev"]
    assert previous.startswith("http://127.0.0.1:8080/uapi/phoneCalls/@me/0003*210?")
    assert ids(lobby("GET", previous).json()) == ["b1", "b2"]


def test_a_page_that_holds_everything_has_no_neighbours(listed):
    assert "paging" not in listed("count=20&startIndex=0")
    assert "paging" not in listed("count=5")
    assert set(listed("startIndex=3")["paging"]) == {"prev"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("filterBy=colour&filterValue=1", "filterby_invalid"),
        ("filterBy=id&filterOp=like&filterValue=1", "filterop_invalid"),
        ("filterBy=id", "filtervalue_invalid"),
        ("filterBy=published&filterValue=yesterday", "filtervalue_invalid"),
        ("filterBy=published&filterOp=lessThan&filterValue=2012-06-27T16:08:50", "filtervalue_invalid"),
        ("fields=id,colour", "fields_invalid"),
        ("fields=", "fields_invalid"),
        ("sortOrder=up", "sortorder_invalid"),
        ("count=0", "count_invalid"),
        ("count=5001", "count_invalid"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_code(lobby, error_of, query, code):
    assert error_of(lobby("GET", f"{LIST}?{query}")) == (400, code)


def test_a_single_call_takes_the_same_parameters(lobby, error_of):
    """The vendor's own client sends count and startIndex with every list."""
    path = "/uapi/phoneCalls/@me/@self/b1/"
    assert ids(lobby("GET", f"{path}?count=20&startIndex=0").json()) == ["b1"]
    assert set(lobby("GET", f"{path}?fields=id").json()["entry"][0]) == {"id"}
    assert error_of(lobby("GET", f"{path}?count=none")) == (400, "count_invalid")
