"""The task that hears of other processes' changes: it ends when it is told to, and loses no word."""

import asyncio
import socket

import pytest
import redis

from mockserver.store.redis_listening import Listening
from mockserver.store.seam import StoreUnavailableError

STEPS = range(60)
"""So many turns of the loop, and the listening is under way."""
TURNS = 100
"""In so many turns it has ended: enough to close two connections, and no time for a timer."""


@pytest.fixture
def silent():
    """Accepts connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.fixture
def url(request):
    named = request.getfixturevalue(request.param)
    return named if isinstance(named, str) else named.url


def channel_of(session):
    return f"changed:{session}"


def listening(url, changed):
    return Listening(url, "me", channel_of, changed, "alive:me")


@pytest.mark.parametrize(
    "url", ["silent", pytest.param("redis_server", marks=pytest.mark.redis)], indirect=True
)
def test_it_ends_at_once_wherever_it_is_told_to(url, runner):
    async def ended_after(steps):
        heard = listening(url, lambda _session: True)
        heard.heed("mine")
        for _ in range(steps):
            await asyncio.sleep(0)
        heard.stop()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return heard._task.done() and len(asyncio.all_tasks()) == 1

    assert [steps for steps in STEPS if not runner.run(ended_after(steps))] == []


def test_it_ends_although_a_part_of_it_breaks_at_that_moment(silent, runner):
    class Breaking(Listening):
        async def _live(self, _server):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise redis.ConnectionError from None

    async def ended():
        heard = Breaking(silent, "me", channel_of, lambda _session: True, "alive:me")
        heard.heed("mine")
        for _ in range(20):
            await asyncio.sleep(0)
        heard.stop()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        is_done = heard._task.done()
        heard._task.cancel()
        return is_done

    assert runner.run(ended())


async def listening_until(heard, condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)
    heard.stop()
    await asyncio.wait((heard._task,))


@pytest.mark.redis
@pytest.mark.parametrize("error", [StoreUnavailableError("away"), ZeroDivisionError()])
def test_a_change_that_could_not_be_caught_up_with_is_looked_at_again(redis_server, runner, error):
    looks = []

    def changed(session):
        looks.append(session)
        if len(looks) == 1:
            raise error
        return True

    async def scenario():
        heard = listening(redis_server.url, changed)
        heard.heed("mine")
        await listening_until(heard, lambda: len(looks) >= 2)

    runner.run(scenario())
    assert set(looks) == {"mine"}


@pytest.mark.redis
def test_a_connection_that_broke_is_made_again_and_begins_with_a_look(redis_server, runner):
    looks = []

    async def scenario():
        heard = listening(redis_server.url, lambda session: looks.append(session) or True)
        heard.heed("mine")
        heard.heed("yours")
        async with asyncio.timeout(20):
            while set(looks) != {"mine", "yours"}:
                await asyncio.sleep(0.001)
        looks.clear()
        with redis.Redis.from_url(redis_server.url) as client:
            client.client_kill_filter(_type="pubsub", skipme=True)
        await listening_until(heard, lambda: set(looks) == {"mine", "yours"})

    runner.run(scenario())


@pytest.mark.redis
def test_what_nobody_waits_for_any_more_is_heard_of_no_longer(redis_server, runner):
    looks = []

    async def scenario():
        heard = listening(redis_server.url, lambda session: bool(looks.append(session)))
        heard.heed("mine")
        with redis.Redis.from_url(redis_server.url) as client:
            async with asyncio.timeout(20):
                while "mine" in heard._heeded.values():
                    client.publish(channel_of("mine"), "other")
                    await asyncio.sleep(0)
                while client.pubsub_numsub(channel_of("mine"))[0][1]:
                    await asyncio.sleep(0)
            looks.clear()
            heard.heed("mine")
            await listening_until(heard, lambda: looks)

    runner.run(scenario())
    assert set(looks) == {"mine"}


@pytest.mark.redis
def test_whoever_listens_says_that_it_lives(redis_server, runner):
    async def scenario():
        heard = listening(redis_server.url, lambda _session: True)
        heard.heed("mine")
        with redis.Redis.from_url(redis_server.url) as client:
            await listening_until(heard, lambda: client.exists("alive:me"))

    runner.run(scenario())
