"""Delays last on the session's clock: an advance ends them, and nobody else's clock does."""

import asyncio

import httpx
import orjson
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
        answer = await self.http.request(method, f"/_mock/{path}", json=body, headers=headers)
        assert answer.status_code in (200, 409), answer.text
        return answer.json()

    def unpark(self, to="0003*024"):
        headers = {"Authorization": f"Bearer mock.{self.session}.12"}
        return asyncio.ensure_future(self.http.put(PATH, json={**ORDER, "sendCallTo": to}, headers=headers))

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


async def entries_of(client):
    entries = (await client.control("GET", "journal"))["entries"]
    return [(each["kind"], [event["event"] for event in each["events"]]) for each in entries]


async def park_until(client, seconds):
    wish = {"action": "setup", "state": "parked", "params": {"maxInParking": seconds, "phoneCallId": CALL}}
    await client.control("PUT", "scenario", {"name": "empty"})
    await client.control("POST", "states", wish)


@pytest.mark.parametrize(("delay", "status"), [(5, 200), (9, 204)])
@pytest.mark.parametrize("jump", [{"seconds": 10}, {"until": "ComebackStarted"}])
def test_a_long_jump_lets_a_delayed_request_act_at_its_own_moment(runner, delay, status, jump):
    """The call comes back from the lot after seven seconds: a request is before that, or after it."""

    async def story():
        client = Client(build(Settings(clock="manual")))
        await park_until(client, 7)
        await client.control("POST", "faults", {"fixedDelayMilliseconds": delay * 1000, "strikes": "before"})
        await client.control("DELETE", "journal")
        answer = client.unpark()
        await settled()
        told = await client.control("POST", "clock/advance", jump)
        if "until" in jump and status == 204:
            await client.control("POST", "clock/advance", {"seconds": 10})
        assert (await answer).status_code == status
        kinds = [event["event"] for event in told.get("events", ())]
        exchange, *_ = [
            each for each in (await client.control("GET", "journal"))["entries"] if each["kind"] == "exchange"
        ]
        return kinds, told.get("error", {}).get("code"), round(exchange["answered"] - exchange["at"], 6)

    kinds, code, lasted = runner.run(story())
    assert lasted == delay
    if status == 204:
        assert "ComebackStarted" in kinds
    elif "until" in jump:
        assert code == "conflict"
    else:
        assert ("CallRetrieved" in kinds, "ComebackStarted" in kinds) == (True, False)


def test_delays_in_a_row_end_on_one_jump_each_at_its_moment(runner):
    """Picked up after eight seconds, held back for five more, then dribbled for four."""

    async def story():
        client = Client(build(Settings(clock="manual")))
        await client.control(
            "POST",
            "faults",
            {
                "fixedDelayMilliseconds": 5000,
                "strikes": "after",
                "chunkedDribbleDelay": {"numberOfChunks": 4, "totalDuration": 4000},
            },
        )
        answer = client.unpark("0003*808")
        await settled()
        await client.control("POST", "clock/advance", {"seconds": 16.9})
        assert not answer.done()
        await client.control("POST", "clock/advance", {"seconds": 0.1})
        assert (await answer).status_code == 200

    runner.run(story())


def test_what_was_hung_up_on_a_jump_is_in_the_journal_before_what_is_later(runner):
    async def story():
        client = Client(build(Settings(clock="manual")))
        await park_until(client, 7)
        await client.control(
            "POST", "faults", {"fault": "EMPTY_RESPONSE", "fixedDelayMilliseconds": 5000, "strikes": "before"}
        )
        await client.control("DELETE", "journal")
        answer = client.unpark()
        await settled()
        await client.control("POST", "clock/advance", {"seconds": 10})
        with pytest.raises(ConnectionError):
            await answer
        return await entries_of(client)

    assert [kind for kind, _ in runner.run(story())] == ["exchange", "happening"]


def test_a_reset_on_the_way_ends_the_jump_where_the_session_begins(runner):
    async def story():
        mock = build(Settings(clock="manual"))
        client, session = Client(mock), mock.sessions.open("mine")
        start = session.clock.now()

        class Resetting:
            is_waiting = False

            def notice(self, event, world):
                if type(event).__name__ == "CallRetrieved":
                    asyncio.get_running_loop().call_soon(session.reset)

            def begin_again(self):
                pass

        await client.control("POST", "faults", {"fixedDelayMilliseconds": 5000, "strikes": "before"})
        answer = client.unpark()
        await settled()
        with session.followed_by(Resetting()):
            wish = [client.control("POST", "clock/advance", {"seconds": 9}), answer]
            await asyncio.wait_for(asyncio.gather(*wish), 30)
        return session.clock.now() - start

    assert runner.run(story()) in (0.0, 9.0)


@pytest.mark.parametrize("strikes", ["before", "after"])
def test_who_leaves_during_a_delay_is_not_waited_for(runner, strikes):
    """Before the effect there is none then; after it, it stands."""

    async def story():
        mock = build(Settings(clock="manual"))
        client, session = Client(mock), mock.sessions.open("mine")
        await client.control("POST", "faults", {"fixedDelayMilliseconds": 5000, "strikes": strikes})
        leave = _leaving(mock)
        while session.waiting == 0:
            await asyncio.sleep(0)
        await leave()
        assert session.waiting == 0
        await client.control("POST", "clock/advance", {"seconds": 10})
        (entry,) = [e for e in (await client.control("GET", "journal"))["entries"] if e["kind"] == "exchange"]
        assert entry["response"] is None
        assert entry["hasLeft"] is True
        assert (entry["lost"] is not None) is (strikes == "after")
        return await client.is_parked()

    assert runner.run(story()) is (strikes == "before")


@pytest.mark.parametrize("wish", [{"Prefer": "wait=5"}, {"Prefer": "wait=5, code=400"}])
def test_who_leaves_while_a_preferred_wait_lasts_is_not_waited_for(runner, wish):
    async def story():
        mock = build(Settings(clock="manual"))
        client, session = Client(mock), mock.sessions.open("mine")
        leave = _leaving(mock, **wish)
        while session.waiting == 0:
            await asyncio.sleep(0)
        await leave()
        assert session.waiting == 0
        return await client.is_parked()

    assert runner.run(story())


def _leaving(mock, **headers):
    """Send an UnPark, and return what makes its client leave and sees the request end."""
    messages = iter([{"type": "http.request", "body": orjson.dumps(ORDER), "more_body": False}])
    gone = asyncio.Event()

    async def receive():
        message = next(messages, None)
        if message is None:
            await gone.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(message):
        pytest.fail("nobody is there")

    sent = {"host": "127.0.0.1", "authorization": "Bearer mock.mine.12", **headers}
    scope = {
        "type": "http",
        "method": "PUT",
        "path": PATH,
        "raw_path": PATH.encode(),
        "scheme": "http",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "server": ("127.0.0.1", 80),
    }
    serving = asyncio.ensure_future(mock(scope, receive, send))

    async def leave():
        gone.set()
        await asyncio.wait_for(serving, 30)

    return leave
