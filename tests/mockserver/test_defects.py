"""Every defect breaks a clause of the contract, and shows."""

import pytest

import callpark_spec
from mockserver.defects import DEFECTS, UnknownDefectError, defect

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"


def answer(api, method="PUT", path=PATH, token="mock.default.12", **members):
    body = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01", **members}
    body = {name: value for name, value in body.items() if value is not ...}
    response = api(method, path, body if method == "PUT" else ..., token=token, conforming=False)
    try:
        content = response.json()
    except ValueError:
        return response.status_code, response.content
    if "error" in content:
        return response.status_code, content["error"]["code"], "message" in content["error"]
    return response.status_code, content


def twice(api):
    answer(api)
    return answer(api)


def listed_after(api, **members):
    answer(api, **members)
    _, body = answer(api, "GET")
    return [
        (view["extension"], view["status"], "parkedPos" in view)
        for call in body["entry"]
        for view in call["phoneCallView"]
    ]


PROVOKED = {
    "timeout-code-of-caller-id": lambda api: answer(api, waitForPickup=0),
    "word-code-of-caller-id": lambda api: answer(api, waitForPickup="abc"),
    "left-parked": listed_after,
    "view-1-for-01": lambda api: answer(api, phoneCallViewId="1")[0],
    "zero-timeout-accepted": lambda api: answer(api, waitForPickup="-5")[0],
    "word-timeout-accepted": lambda api: answer(api, waitForPickup=[])[0],
    "number-timeout-refused": lambda api: answer(api, waitForPickup=20)[0],
    "string-timeout-refused": lambda api: answer(api, waitForPickup="20")[0],
    "timeout-required": lambda api: answer(api)[0],
    "caller-id-required": lambda api: answer(api)[0],
    "caller-id-plus-refused": lambda api: answer(api, callerId="John Doe <+1>")[0],
    "caller-id-any-text": lambda api: answer(api, callerId="John Doe")[0],
    "caller-id-letters": lambda api: answer(api, callerId="John Doe <abc>")[0],
    "caller-id-any-type": lambda api: answer(api, callerId=5)[0],
    "view-optional": lambda api: answer(api, phoneCallViewId=...)[0],
    "send-call-to-optional": lambda api: answer(api, sendCallTo=...)[0],
    "queue-retrieves": lambda api: answer(api, sendCallTo="0003*500")[0],
    "another-phone": listed_after,
    "unknown-call-204": lambda api: answer(api, path=PATH.replace("b8", "a8")),
    "refusal-ends-call": lambda api: listed_after(api, sendCallTo="0003*999"),
    "second-retrieval-200": twice,
    "parked-fields-stay": listed_after,
    "status-trying": listed_after,
    "wrong-id": lambda api: answer(api)[1]["id"],
    "empty-200": lambda api: answer(api)[1] == b"",
    "no-error-body": lambda api: answer(api, waitForPickup=0),
    "no-error-message": lambda api: answer(api, waitForPickup=0),
    "no-token-needed": lambda api: answer(api, token=None)[0],
    "expired-token-accepted": lambda api: answer(api, token="mock.expired.12")[0],
    "self-unknown": lambda api: answer(api, "GET", PATH.replace("0003*210", "@self"))[0],
    "me-unknown": lambda api: answer(api, "GET", PATH.replace("/12/", "/@me/"))[0],
}


@pytest.mark.parametrize("slug", DEFECTS)
def test_a_defect_shows_where_the_honest_mock_is_right(make_api, slug):
    assert PROVOKED[slug](make_api(defect=defect(slug))) != PROVOKED[slug](make_api())


@pytest.mark.parametrize("slug", DEFECTS)
def test_a_defect_names_its_clause_and_wraps_one_seam(slug):
    wrong = DEFECTS[slug]
    assert wrong.clause in callpark_spec.load().clauses
    assert [wrong.request, wrong.effect, wrong.response].count(None) == 2


def test_a_bad_wait_is_answered_with_the_code_of_the_caller_id(make_api, error_of):
    api = make_api(defect=defect("timeout-code-of-caller-id"))
    assert error_of(api.unpark(waitForPickup=0)) == (400, "pc_callerid_invalid")
    assert error_of(api.unpark(waitForPickup="abc")) == (400, "pc_timeout_invalid")


def test_a_call_is_left_parked_after_a_200(make_api):
    api = make_api(defect=defect("left-parked"))
    assert api.unpark().status_code == 200
    assert api.listed()["phoneCallView"][0]["parkedPos"] == 1


def test_the_control_plane_has_no_defects(make_api):
    api = make_api(defect=defect("no-error-body"))
    assert api("GET", "/_mock/nope").json()["error"]["code"] == "not_found"


def test_an_unknown_defect_says_which_there_are():
    with pytest.raises(UnknownDefectError, match="left-parked"):
        defect("no-such")
