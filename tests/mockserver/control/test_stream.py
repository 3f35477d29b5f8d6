"""The stream of events: the world at once, then each change, and nothing while nothing changes."""

import asyncio
import json

import pytest

from mockserver.app import build
from mockserver.settings import Settings
from mockserver.simulator.commands import Stage


class Watching:
    """A client of the stream, without a server: what is sent is put into a queue."""

    def __init__(self, mock, session="default"):
        self._sent = asyncio.Queue()
        self._gone = asyncio.Event()
        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": "/_mock/events",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1"), (b"x-callpark-session", session.encode())],
        }
        self.task = asyncio.create_task(mock(scope, self._receive, self._sent.put))

    async def _receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def started(self):
        start = await self._sent.get()
        return start["status"], dict(start["headers"])

    async def next(self, name):
        """The next event of that name."""
        while True:
            body = (await self._sent.get())["body"].decode()
            event, data = (line.partition(": ")[2] for line in body.strip().splitlines())
            if event == name:
                return json.loads(data)

    async def leave(self):
        self._gone.set()
        await self.task

    def nothing_more(self):
        return self._sent.empty()


@pytest.fixture
def watched(runner):
    """Runs a test's coroutine with a mock and a watcher that has had its first events."""

    def run(test, **settings):
        async def inner():
            mock = build(Settings(**{"clock": "manual", **settings}))
            watching = Watching(mock)
            status, headers = await watching.started()
            assert (status, headers[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
            first = await watching.next("state")
            await watching.next("journal")
            await watching.next("faults")
            try:
                await asyncio.wait_for(test(mock, watching, first), timeout=60)
            finally:
                await watching.leave()

        runner.run(inner())

    return run


def test_the_world_is_told_at_once_and_after_each_change(watched):
    async def test(mock, watching, first):
        assert first["session"] == "default"
        assert len(first["calls"]) == 1
        session = mock.sessions.open("default")
        session.move_by(25)
        assert (await watching.next("state"))["clock"]["now"] == first["clock"]["now"] + 25
        session.run_clock_at(60)
        assert (await watching.next("state"))["clock"]["rate"] == 60
        session.reset()
        assert (await watching.next("state"))["clock"]["now"] == first["clock"]["now"]

    watched(test)


def test_what_time_brings_is_told_when_it_comes(watched):
    async def test(mock, watching, first):
        session = mock.sessions.open("default")
        session.execute(
            Stage(call_id="aa", user="12", extension="0003*210", parked=True, max_in_parking=100.0)
        )
        session.run_clock_at(1000)
        while len((await watching.next("state"))["lots"]["3"]["taken"]) != 1:
            pass

    watched(test)


def test_another_session_is_not_told(watched):
    async def test(mock, watching, first):
        mock.sessions.open("other").move_by(25)
        for _ in range(5):
            await asyncio.sleep(0)
        assert watching.nothing_more()

    watched(test)


def test_it_ends_with_its_client_and_leaves_no_task_behind(watched):
    async def test(mock, watching, first):
        await watching.leave()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not [task for task in others if "_tell" in repr(task)]

    watched(test)


def test_it_ends_quietly_when_the_server_does(watched):
    async def test(mock, watching, first):
        watching.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching.task
        watching.leave = lambda: asyncio.sleep(0)

    watched(test)
