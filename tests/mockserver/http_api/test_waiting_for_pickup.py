"""An UnPark that is picked up late is answered late, on the session's clock."""

import asyncio
import json

import httpx
import pytest

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
BODY = {"action": "UnPark", "phoneCallViewId": "01"}


class Desk:
    """Several requests at once to one mock in this process."""

    def __init__(self, client):
        self._client = client

    def unpark(self, to, **headers):
        sent = self._client.put(
            PATH,
            json={**BODY, "sendCallTo": to},
            headers={"Authorization": "Bearer mock.default.12", **headers},
        )
        return asyncio.create_task(sent)

    async def control(self, method, path, body=None):
        response = await self._client.request(method, f"/_mock/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def waiting(self, count):
        """Return once `count` requests wait; each look lets the others run."""
        while (await self.control("GET", "state"))["waiting"] != count:
            await asyncio.sleep(0)


@pytest.fixture
def at_desk(runner, make_api):
    def run(story, **settings):
        api = make_api(**settings)

        async def told():
            transport = httpx.ASGITransport(app=api.mock)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await asyncio.wait_for(story(Desk(client)), 30)

        return runner.run(told())

    return run


def test_it_waits_and_an_advance_releases_it(at_desk):
    async def story(desk):
        late = desk.unpark("0003*808")
        await desk.waiting(1)
        await desk.control("POST", "clock/advance", {"seconds": 7.5})
        assert not late.done()
        answer = await desk.control("POST", "clock/advance", {"seconds": 0.5})
        assert [event["event"] for event in answer["events"]] == ["CallRetrieved"]
        response = await late
        await desk.waiting(0)
        return response

    response = at_desk(story)
    assert response.status_code == 200
    (view,) = response.json()["phoneCallView"]
    assert (view["extension"], view["status"]) == ("0003*808", 5)


def test_nobody_picks_up_and_there_is_no_call_to_return(at_desk):
    async def story(desk):
        late = desk.unpark("0003*408")
        await desk.waiting(1)
        await desk.control("POST", "clock/advance", {"seconds": 25})
        response = await late
        (call,) = (await desk.control("GET", "state"))["calls"]
        return response, call["phase"]

    response, phase = at_desk(story)
    assert (response.status_code, response.content, phase) == (204, b"", "parked")


def test_the_answer_shows_the_call_as_it_was_when_it_was_picked_up(at_desk):
    """However far the clock jumps: here past the pickup, and the call has been hung up before the answer goes out."""

    async def story(desk):
        late = desk.unpark("0003*808")
        await desk.waiting(1)
        advanced = asyncio.create_task(desk.control("POST", "clock/advance", {"seconds": 86_400}))
        hung_up = asyncio.create_task(
            desk.control(
                "POST",
                "states",
                {"action": "teardown", "state": "parked", "params": {"calls": [{"phoneCallId": CALL}]}},
            )
        )
        await advanced
        await hung_up
        return await late

    response = at_desk(story)
    assert response.json()["phoneCallView"][0]["status"] == 5


def test_a_call_that_ends_while_it_rings_is_not_returned(at_desk):
    async def story(desk):
        late = desk.unpark("0003*808")
        await desk.waiting(1)
        wish = {"action": "teardown", "state": "parked", "params": {"calls": [{"phoneCallId": CALL}]}}
        await desk.control("POST", "states", wish)
        return await late

    assert at_desk(story).status_code == 204


def test_a_reset_releases_who_waits(at_desk):
    async def story(desk):
        late = desk.unpark("0003*808")
        await desk.waiting(1)
        await desk.control("POST", "reset")
        return await late

    assert at_desk(story).status_code == 204


@pytest.mark.parametrize(
    "prefer", ["respond-async", "Respond-Async", "wait=5, respond-async; x=1", "return=minimal,respond-async"]
)
@pytest.mark.parametrize("to", ["0003*808", "0003*024"])
def test_whoever_prefers_an_answer_at_once_gets_202(at_desk, prefer, to):
    async def story(desk):
        return await desk.unpark(to, Prefer=prefer)

    response = at_desk(story)
    assert (response.status_code, response.headers["preference-applied"]) == (202, "respond-async")
    assert response.json()["id"] == CALL


def test_another_preference_changes_nothing(at_desk):
    async def story(desk):
        return await desk.unpark("0003*024", Prefer="respond-asynchronously")

    response = at_desk(story)
    assert (response.status_code, response.headers.get("preference-applied")) == (200, None)


def test_what_was_refused_is_refused_whatever_is_preferred(at_desk):
    async def story(desk):
        return await desk.unpark("0003*486", Prefer="respond-async")

    response = at_desk(story)
    assert (response.status_code, response.headers.get("preference-applied")) == (400, None)


def test_a_clock_that_runs_releases_it_by_itself(at_desk):
    async def story(desk):
        return await desk.unpark("0003*820")

    response = at_desk(story, clock="x10000")
    assert response.json()["phoneCallView"][0]["status"] == 5


def test_a_client_that_goes_away_is_not_waited_for(runner, make_api):
    """The telephone rings on, and nothing is left behind."""
    api = make_api()

    async def story():
        body = json.dumps({**BODY, "sendCallTo": "0003*808"}).encode()
        gone = asyncio.Event()
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive():
            message = next(messages, None)
            if message is None:
                await gone.wait()
                return {"type": "http.disconnect"}
            return message

        async def send(message):
            pass

        scope = {
            "type": "http",
            "method": "PUT",
            "path": PATH,
            "raw_path": PATH.encode(),
            "scheme": "http",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1"), (b"authorization", b"Bearer mock.default.12")],
            "server": ("127.0.0.1", 80),
        }
        session = api.mock.sessions.open("default")
        serving = asyncio.create_task(api.mock(scope, receive, send))
        while session.waiting == 0:
            await asyncio.sleep(0)
        gone.set()
        await asyncio.wait_for(serving, 30)
        return session.waiting, [call.phase for call in session.world.calls.values()]

    assert runner.run(story()) == (0, ["retrieving"])
