"""Kill single workers again and again while all are busy on one Redis server, and compare as bench/crash.py does.

    python bench/worker_kills.py [--kills 100] [--workers 4] [--clients 4] [--seed 0] [--sabotage]

The others serve on; a client whose connection breaks makes another, to whichever worker takes it, and its session has
to stand there where its answers left it, or one whole step further if its last request was under way. Workers are ended
by SIGKILL at random moments, once they have lived long enough to be replaced without end; the mock says each time that
another takes the place. Exit status 1 if anything that was answered is lost, anything that was refused happened, or
anything happened by half. With --sabotage the store answers before it writes, which has to be found out.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from crash import Client, Gone, Tally, sabotage, serving, started, steps
from shared import redis_server

from mockserver.store.redis_server import RedisStore

GROWN_UP = 2.2
"""Seconds; three workers in a row that die sooner end the mock, as those do that cannot begin."""


@dataclass
class Busy:
    """A client that goes on, at whichever worker, until it is told to end."""

    client: Client
    url: str
    is_over: threading.Event
    cut_off: int = 0

    def run(self) -> None:
        while not self.is_over.is_set():
            try:
                self._go_on()
            except Gone:
                self.cut_off += 1

    def _go_on(self) -> None:
        self.client.connect(self.url)
        self.client.verify()
        while not self.is_over.is_set():
            self.client.go(steps(self.client.picture, self.client.beginning, self.client.draw))


def children(pid: int) -> list[int]:
    return [
        int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    ]


def kill_workers(pid: int, kills: int, draw: random.Random) -> None:
    """Returns once the last one is replaced, too."""
    seen: dict[int, float] = {}
    killed: set[int] = set()
    while len(killed) < kills or killed & set(children(pid)):
        if os.waitpid(pid, os.WNOHANG)[0]:
            raise SystemExit("worker_kills: the mock has ended; its last line says why")
        time.sleep(draw.uniform(0.02, 0.2))
        now, alive = time.monotonic(), children(pid)
        seen = {each: seen.get(each, now) for each in alive}
        grown = [each for each, since in seen.items() if now - since > GROWN_UP and each not in killed]
        if grown and len(killed) < kills:
            killed.add(victim := draw.choice(grown))
            os.kill(victim, signal.SIGKILL)


def run(pid: int, url: str, kills: int, clients: int, seed: int) -> tuple[Tally, int]:
    """What was found, and how often a client was cut off."""
    tally, is_over = Tally(), threading.Event()
    everybody = [Busy(Client(number, seed, tally), url, is_over) for number in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        going = [pool.submit(each.run) for each in everybody]
        try:
            kill_workers(pid, kills, random.Random(seed))
        finally:
            is_over.set()
        for each in going:
            each.result()
    for each in everybody:
        each.client.connect(url)
        each.client.verify()
    return tally, sum(each.cut_off for each in everybody)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sabotage", action="store_true")
    asked = parser.parse_args()
    if shutil.which("redis-server") is None:
        parser.error("redis-server is not here: apt-get install redis-server")
    if asked.sabotage:
        sabotage("late", RedisStore)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callpark-workers-")))
        store, _ = stack.enter_context(redis_server())
        ready = folder / "ready"
        mock = ["mock", "--port", "0", "--clock", "manual", "--store", store, "--ready-file", str(ready)]
        pid = started([*mock, "--workers", str(asked.workers)])
        try:
            tally, cut_off = run(pid, serving(pid, ready), asked.kills, asked.clients, asked.seed)
        finally:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
    refused = tally.answered["refused"]
    print(f"workers killed               {asked.kills}, one of {asked.workers} at a time")
    print(f"changes acknowledged         {tally.answered.total() - refused}")
    print(f"requests refused             {refused}")
    print(f"clients cut off              {cut_off}")
    print(f"under way at a kill          {tally.happened} happened whole, {tally.not_happened} not at all")
    print(f"lost, phantom or half        {len(tally.wrong)}")
    for wrong in tally.wrong[:10]:
        print(f"  {wrong}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
