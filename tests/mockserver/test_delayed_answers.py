"""Delays last on the session's clock: an advance ends them, and nobody else's clock does."""

import asyncio

import httpx
import pytest

from mockserver.app import build
from mockserver.settings import Settings
from mockserver.wire_faults.fault import delay_named

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
ORDER = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}


class Client:
    def __init__(self, mock, session="mine"):
        self.session = session
        transport = httpx.ASGITransport(app=mock)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")

    async def control(self, method, path, body=None):
        headers = {"X-Callpark-Session": self.session}
        return (await self.http.request(method, f"/_mock/{path}", json=body, headers=headers)).json()

    def unpark(self):
        headers = {"Authorization": f"Bearer mock.{self.session}.12"}
        return asyncio.ensure_future(self.http.put(PATH, json=ORDER, headers=headers))

    async def is_parked(self):
        (call,) = (await self.control("GET", "state"))["calls"]
        return any(view["parking"] for view in call["views"])


async def settled():
    """Until everything that can go on without the clock has done so."""
    for _ in range(100):
        await asyncio.sleep(0)


@pytest.mark.parametrize("strikes", ["before", "after"])
def test_an_advance_releases_a_delayed_answer(runner, strikes):
    async def story():
        client = Client(build(Settings(clock="manual")))
        await client.control("POST", "faults", {"fixedDelayMilliseconds": 5000, "strikes": strikes})
        answer = client.unpark()
        await settled()
        assert await client.is_parked() is (strikes == "before")
        await client.control("POST", "clock/advance", {"seconds": 4.9})
        await settled()
        assert not answer.done()
        await client.control("POST", "clock/advance", {"seconds": 0.1})
        response = await answer
        (entry,) = [e for e in (await client.control("GET", "journal"))["entries"] if e["kind"] == "exchange"]
        assert (response.status_code, round(entry["answered"] - entry["at"], 6)) == (200, 5)
        assert entry["lost"] is None

    runner.run(story())


def test_another_sessions_clock_releases_nothing(runner):
    async def story():
        mock = build(Settings(clock="manual"))
        mine, yours = Client(mock), Client(mock, "yours")
        await mine.control("POST", "faults", {"fixedDelayMilliseconds": 5000})
        answer = mine.unpark()
        await settled()
        await yours.control("POST", "clock/advance", {"seconds": 60})
        assert (await yours.unpark()).status_code == 200
        await settled()
        assert not answer.done()
        await mine.control("POST", "reset")
        assert (await answer).status_code == 200

    runner.run(story())


def test_a_delay_of_the_whole_mock_is_there_from_the_first_request_of_a_session(runner):
    async def story():
        mock = build(Settings(clock="manual", delay=delay_named("300")))
        for session in ("mine", "yours"):
            client = Client(mock, session)
            answer = client.unpark()
            await settled()
            assert not answer.done()
            await client.control("POST", "clock/advance", {"seconds": 0.3})
            assert (await answer).status_code == 200

    runner.run(story())


def test_a_dribble_lasts_on_the_clock_too(runner):
    async def story():
        client = Client(build(Settings(clock="manual")))
        dribble = {"numberOfChunks": 4, "totalDuration": 4000}
        await client.control("POST", "faults", {"chunkedDribbleDelay": dribble})
        answer = client.unpark()
        for _ in range(4):
            await settled()
            assert not answer.done()
            await client.control("POST", "clock/advance", {"seconds": 1})
        assert (await answer).json()["id"] == CALL

    runner.run(story())


def test_a_fault_after_a_delay_of_both(runner):
    """The call has left the lot long before its answer is lost."""

    async def story():
        client = Client(build(Settings(clock="manual")))
        wish = {"fault": "EMPTY_RESPONSE", "strikes": "after", "fixedDelayMilliseconds": 2000, "times": 1}
        await client.control("POST", "faults", wish)
        answer = client.unpark()
        await settled()
        assert not await client.is_parked()
        assert not answer.done()
        await client.control("POST", "clock/advance", {"seconds": 2})
        with pytest.raises(ConnectionError):
            await answer
        assert (await client.unpark()).status_code == 204

    runner.run(story())
