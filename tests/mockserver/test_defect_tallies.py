"""What a defect counts, it counts for a session, and no longer than that lives."""

import gc

from mockserver import defects
from mockserver.way.defect_seam import DefectSeam

CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
REFUSED = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01", "waitForPickup": 0}


def code(api, session, user="12"):
    return api("PUT", CALL, REFUSED, token=f"mock.{session}.{user}").json()["error"]["code"]


def test_a_session_that_is_gone_has_left_no_tally(make_api):
    api = make_api(defect=defects.defect("every-third-timeout-code"), session_limit=3)
    for number in range(50):
        code(api, f"s-{number}")
        code(api, f"never-made-{number}", user="nobody")
    gc.collect()
    find = api.mock.sessions.find
    (seam,) = (each for each in gc.get_objects() if isinstance(each, DefectSeam) and each._find == find)
    assert len(seam._tallies) <= 3
    assert not seam._unborn


def test_the_request_that_makes_a_session_counts_in_it_and_its_next_life_begins_at_nothing(make_api):
    api = make_api(defect=defects.defect("every-third-timeout-code"))
    three = ["pc_timeout_invalid", "pc_timeout_invalid", "pc_callerid_invalid"]
    assert [code(api, "mine") for _ in range(3)] == three
    code(api, "mine")
    assert api("DELETE", "/_mock/sessions/mine").status_code == 204
    assert [code(api, "mine") for _ in range(3)] == three
