"""The Date of an answer is the session's."""

from email.utils import parsedate_to_datetime

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

LIST = "/uapi/phoneCalls/@me/@self"
START = "Wed, 27 Jun 2012 13:08:55 GMT"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", LIST), ("PUT", LIST), ("POST", "/uapi/nothing"), ("GET", "/_mock/state"), ("GET", "/_mock/no")],
)
def test_every_answer_has_the_date_of_its_session(api, method, path):
    api("GET", LIST)
    assert api(method, path).headers["date"] == START
    api.control("POST", "clock/advance", {"seconds": 86_400}, **{"X-Callpark-Session": "mine"})
    assert api("GET", LIST, token="mock.mine.12").headers["date"] == "Thu, 28 Jun 2012 13:08:55 GMT"
    assert api("GET", LIST, headers={"X-Callpark-Session": "mine"}).headers["date"].startswith("Thu, 28")
    assert api(method, path).headers["date"] == START


def test_an_answer_of_no_session_has_the_systems_date(make_api):
    api = make_api(strict_sessions=True)
    date = api("GET", LIST, token="mock.mine.12").headers["date"]
    assert parsedate_to_datetime(date).year > 2012


def test_on_a_port_there_is_one_date_and_it_is_the_sessions():
    with running(build(Settings(clock="manual"))) as url:
        answer = httpx.get(f"{url}{LIST}", headers={"Authorization": "Bearer mock.default.12"})
        assert answer.headers.get_list("date") == [START]
