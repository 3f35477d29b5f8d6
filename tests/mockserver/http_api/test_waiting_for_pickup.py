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

    def __init__(self, client, sessions):
        self._client = client
        self.sessions = sessions

    def unpark(self, to, **headers):
        sent = self._client.put(
            PATH,
            json={**BODY, "sendCallTo": to},
            headers={"Authorization": "Bearer mock.default.12", **headers},
        )
        return asyncio.create_task(sent)

    async def control(self, method, path, body=None, *, session="default"):
        headers = {"X-Callpark-Session": session}
        response = await self._client.request(method, f"/_mock/{path}", json=body, headers=headers)
        assert response.status_code in (200, 204), response.text
        return response.json() if response.content else None

    async def waiting(self, count, **of):
        """Return once `count` requests wait; each look lets the others run."""
        while (await self.control("GET", "state", **of))["waiting"] != count:
            await asyncio.sleep(0)


@pytest.fixture
def at_desk(runner, make_api):
    def run(story, **settings):
        api = make_api(**settings)

        async def told():
            transport = httpx.ASGITransport(app=api.mock)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await asyncio.wait_for(story(Desk(client, api.mock.sessions)), 30)

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


@pytest.mark.parametrize("hops", range(5))
def test_an_advance_right_behind_the_command_is_not_missed(at_desk, hops):
    """It lands between the command and whatever the request does next."""

    async def story(desk):
        session = desk.sessions.open("default")
        loop = asyncio.get_running_loop()

        class Hasty:
            is_waiting = False

            def notice(self, event, world):
                if type(event).__name__ == "RetrievalStarted":
                    self.later(hops)

            def later(self, more):
                if more:
                    loop.call_soon(self.later, more - 1)
                else:
                    loop.call_soon(session.move_by, 8)

        with session.followed_by(Hasty()):
            return await asyncio.wait_for(desk.unpark("0003*808"), 5)

    response = at_desk(story)
    assert (response.status_code, response.json()["phoneCallView"][0]["status"]) == (200, 5)


async def _drop(desk):
    await desk.control("DELETE", "sessions/mine")


async def _drop_and_make(desk):
    await _drop(desk)
    desk.sessions.open("mine")


async def _reset(desk):
    await desk.control("POST", "reset", session="mine")


@pytest.mark.parametrize("is_there_before", [True, False])
@pytest.mark.parametrize("end", [_drop, _drop_and_make, _reset])
def test_an_exchange_of_a_session_that_is_over_is_of_no_journal(at_desk, end, is_there_before):
    async def story(desk):
        if is_there_before:
            desk.sessions.open("mine")
        late = desk.unpark("0003*808", Authorization="Bearer mock.mine.12")
        await desk.waiting(1, session="mine")
        await end(desk)
        assert (await late).status_code == 204
        kept = [await desk.control("GET", "journal", session=name) for name in ("default", "mine")]
        return [entry for journal in kept for entry in journal["entries"]]

    assert at_desk(story) == []


def test_an_exchange_under_way_is_in_the_journal_that_was_cleared_meanwhile(at_desk):
    async def story(desk):
        late = desk.unpark("0003*808")
        await desk.waiting(1)
        await desk.control("DELETE", "journal")
        await desk.control("POST", "clock/advance", {"seconds": 8})
        await late
        return (await desk.control("GET", "journal"))["entries"]

    assert [(each["number"], each["kind"]) for each in at_desk(story)] == [(1, "happening"), (2, "exchange")]


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
