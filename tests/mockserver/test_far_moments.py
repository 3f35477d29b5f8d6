"""Moments before 1970 and after the year 3000, on systems whose own functions know of none (Windows)."""

import time
from datetime import UTC, datetime

import pytest

from mockserver.clock import LAST_MOMENT
from mockserver.http_api import representation
from mockserver.way import dated

PATH = "/uapi/phoneCalls/12/@self"
OLD = "extends: empty\ncalls:\n  - {id: aa, extension: 0003*210, parkedFor: 50000}\n"


@pytest.fixture(autouse=True)
def _functions_that_end(monkeypatch):
    class Ending(datetime):
        @classmethod
        def fromtimestamp(cls, timestamp, tz=None):
            if not 0 <= timestamp < 32_536_799_999:
                raise OSError(22, "Invalid argument")
            return datetime.fromtimestamp(timestamp, tz)

    monkeypatch.setattr("datetime.datetime", Ending)
    for module in (representation, dated, time):
        if hasattr(module, "datetime"):
            monkeypatch.setattr(module, "datetime", Ending)
    representation._dates.cache_clear()
    dated._date.cache_clear()


def test_a_call_that_began_before_1970_is_told(make_api):
    api = make_api(start=1_000.0)
    api.control("PUT", "scenario", {"yaml": OLD})
    (entry,) = api("GET", f"{PATH}/aa").json()["entry"]
    assert entry["phoneCallView"][0]["parked"] == "1969-12-31T10:23:20Z"


def test_a_session_in_a_far_year_is_dated(make_api):
    api = make_api(start=LAST_MOMENT - 10)
    assert api("GET", PATH).headers["date"].endswith("Dec 8999 23:59:50 GMT")


@pytest.mark.parametrize("year", [1, 1970, 5000])
def test_a_date_is_that_of_its_moment(year):
    date = datetime(year, 5, 6, 7, 8, 9, tzinfo=UTC)
    told = f"{date:%a, %d %b} {year:04} 07:08:09 GMT"
    assert dated.date_of(date.timestamp()) == told.encode()
