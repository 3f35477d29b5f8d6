"""Who may read an explanation, and what it keeps to itself."""

import pytest

PATH = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
CONTROLLED = {"host": "0.0.0.0", "control_token": "secret"}


def link_of(response):
    return response.headers["x-callpark-explain"]


def test_where_a_control_token_is_needed_only_the_answer_itself_leads_to_its_explanation(make_api, error_of):
    api = make_api(**CONTROLLED)
    mine, other = link_of(api.unpark(callerId="nobody")), link_of(api.unpark(waitForPickup="soon"))
    told = api("GET", mine, token=None).json()
    assert [fault["code"] for fault in told["faults"]] == ["pc_callerid_invalid"]
    bare, _, key = mine.partition("?key=")
    guessed = [
        bare,
        f"{bare}?key=",
        f"{bare}?key=%00",
        f"{bare}?key={key[:-1]}",
        f"{other.partition('?')[0]}?key={key}",
    ]
    absent = "/_mock/explain/default/99", "/_mock/explain/nobody/1", f"/_mock/explain/default/{'9' * 5000}"
    for path in (*guessed, *absent):
        assert error_of(api("GET", path, token=None)) == (401, "control_token_required"), path
    known = {"X-Callpark-Control-Token": "secret"}
    assert api("GET", bare, headers=known, token=None).json() == told
    for path in absent:
        assert error_of(api("GET", path, headers=known, token=None)) == (404, "not_found")


def test_a_key_is_not_good_for_the_next_exchange_of_that_number(make_api, error_of):
    api = make_api(**CONTROLLED)
    link = link_of(api.unpark(callerId="nobody"))
    assert api("GET", link, token=None).status_code == 200
    api.control("POST", "reset", **{"X-Callpark-Control-Token": "secret"})
    assert link_of(api("GET", "/uapi/phoneCalls/99/@self")) != link
    assert error_of(api("GET", link, token=None)) == (401, "control_token_required")


def test_the_journal_of_a_mock_under_a_control_token_has_the_whole_link(make_api):
    api = make_api(**CONTROLLED)
    link = link_of(api.unpark(callerId="nobody"))
    (entry,) = api.control("GET", "journal", **{"X-Callpark-Control-Token": "secret"})["entries"]
    assert link.endswith(entry["explanation"])
    assert "?key=" in link


def test_what_was_not_refused_is_not_explained_to_anybody(api, error_of):
    assert api.unpark().status_code == 200
    assert error_of(api("GET", "/_mock/explain/default/1", token=None)) == (404, "not_found")


@pytest.mark.parametrize(
    "header", ["Bearer aSecret.of-somebody", "aSecret.of-somebody", "Basic aSecret.of-somebody"]
)
def test_an_explanation_shows_no_token(api, header):
    asked = (
        api("GET", PATH, headers={"Authorization": header}, token=None),
        api("GET", f"{PATH}?accessRequestToken={header.replace(' ', '%20')}&count=0", token=None),
        api("GET", f"{PATH}?count=0&accessRequestToken={header.replace(' ', '+')}", token=None),
    )
    for response in asked:
        assert response.status_code >= 400
        for accept in ("application/json", "text/html"):
            text = api("GET", link_of(response), headers={"Accept": accept}, token=None).text
            assert "aSecret" not in text
            assert "${token}" in text
