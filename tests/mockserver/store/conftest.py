"""A Redis server of the tests' own, started where a test asks for it, emptied for each; and mocks on it."""

import asyncio
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis


@dataclass
class Server:
    """Keeps every write in a file, so that what it answered is there when it is started again."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        options = [
            "--port",
            self.port,
            "--bind",
            "127.0.0.1",
            "--dir",
            self.folder,
            "--save",
            "",
            "--appendonly",
            "yes",
        ]
        self.process = subprocess.Popen(
            ["redis-server", *map(str, options), "--appendfsync", "no"], stdout=subprocess.DEVNULL
        )
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    return client.ping()
                except redis.RedisError:
                    assert self.process.poll() is None, "redis-server has ended"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def empty(self):
        with redis.Redis.from_url(self.url) as client:
            client.flushall()


@pytest.fixture(scope="session")
def redis_process(tmp_path_factory):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = Server(folder=tmp_path_factory.mktemp("redis"), port=port)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis_server(redis_process):
    redis_process.empty()
    return redis_process


async def silent(listening):
    """Its task has ended, and its connections are closed."""
    task = listening._task
    if task is not None and task.get_loop() is asyncio.get_running_loop():
        done, _ = await asyncio.wait((task,), timeout=10)
        assert done, task
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def make_worker(make_api, runner, redis_server):
    made = []

    def make(**settings):
        made.append(make_api(**{"store": redis_server.url, **settings}))
        return made[-1]

    yield make
    for each in made:
        each.mock.close()
        runner.run(silent(each.mock._store._listening))


@pytest.fixture
def workers(make_worker):
    return make_worker(), make_worker()
