"""Several workers on one Redis server: races, and what a request costs.

    python bench/shared.py races [--workers 4] [--rounds 2000]
    python bench/shared.py cost [--requests 4000] [--pairs 3]

`races`: in each round one call is parked, and as many clients as there are workers, each on a connection of its own,
retrieve it at the same moment. Exactly one may be answered 200. Exit status 1 if a round has another number of winners,
or if the journal, read from any worker, has not all of the requests.

`cost`: processor time per request, in one run, alternating: one worker with its sessions in memory, one worker on
Redis, two workers on Redis; the server's own time included. Beside it stands whether anybody waits idle for
somebody else: how often a worker gave its processor up (until the next request comes, or Redis answers; a lock
would add to that), how many calls of Redis there were (trying again would add to that), and how long Redis worked
on them. The last line is two workers over one.
"""

import argparse
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

TICK = os.sysconf("SC_CLK_TCK")
UNPARK = json.dumps({"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"})
JSON = {"Content-Type": "application/json"}
_ASKED = {"evalsha", "eval"}
_TOLD = {
    "processor": "processor, us",
    "given_up": "processor given up",
    "calls": "calls of Redis",
    "in_redis": "Redis works, us",
}
MINE = "/uapi/phoneCalls/@me/@self"


@dataclass(frozen=True)
class Served:
    url: str
    pids: tuple[int, ...]


class Client:
    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)

    def ask(
        self, method: str, path: str, body: str | None = None, session: str = "default"
    ) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer mock.{session}.12", "X-Callpark-Session": session, **JSON}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.read()

    def park(self, session: str = "default") -> str:
        body = json.dumps({"action": "setup", "state": "parked"})
        status, content = self.ask("POST", "/_mock/states", body, session)
        assert status == 200, content
        return json.loads(content)["calls"][0]["phoneCallId"]


@contextmanager
def redis_server() -> Iterator[tuple[str, int]]:
    """A server on a free port, its URL and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}/0", server.pid
    finally:
        server.terminate()
        server.wait()


@contextmanager
def mock(*arguments: str) -> Iterator[Served]:
    """`callpark mock` with these arguments; its process ids, those of its workers included."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        command = [
            sys.executable,
            "-m",
            "callpark",
            "mock",
            "--port",
            "0",
            "--ready-file",
            str(ready),
            *arguments,
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while not (ready.exists() and (url := ready.read_text(encoding="utf-8").strip())):
                assert process.poll() is None, "the mock does not serve"
                time.sleep(0.02)
            children = (
                Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
            )
            yield Served(url, (process.pid, *map(int, children)))
        finally:
            process.terminate()
            process.wait()


def races(workers: int, rounds: int) -> int:
    with ExitStack() as stack:
        url, _ = stack.enter_context(redis_server())
        arguments = ("--store", url, "--workers", str(workers), "--clock", "manual")
        served = stack.enter_context(mock(*arguments))
        winners, reached = _race(served.url, workers, rounds)
        counts = {_counted(Client(served.url)) for _ in range(2 * workers)}
    wrong = [each for each in winners if each != 1]
    print(f"workers                {workers} ({reached} of them reached)")
    print(f"rounds                 {rounds}")
    print(f"rounds with one winner {rounds - len(wrong)}")
    print(f"requests in journals   {'the same everywhere' if len(counts) == 1 else counts}")
    return 1 if wrong or len(counts) != 1 or reached < workers else 0


def _race(url: str, workers: int, rounds: int) -> tuple[list[int], int]:
    """How many winners each round had, and how many workers the clients were connected to."""
    clients, pids = _one_client_a_worker(url, workers)
    start, end = threading.Barrier(len(clients) + 1), threading.Barrier(len(clients) + 1)
    call, statuses = [""], [0] * len(clients)

    def compete(number: int) -> None:
        for _ in range(rounds):
            start.wait()
            statuses[number] = clients[number].ask("PUT", f"{MINE}/{call[0]}", UNPARK)[0]
            end.wait()

    threads = [
        threading.Thread(target=compete, args=(number,), daemon=True) for number in range(len(clients))
    ]
    for thread in threads:
        thread.start()
    parker, winners = Client(url), []
    for number in range(rounds):
        call[0] = parker.park()
        start.wait()
        end.wait()
        assert set(statuses) <= {200, 204}, statuses
        winners.append(statuses.count(200))
        parker.ask("DELETE", f"{MINE}/{call[0]}")
        if (number + 1) % 250 == 0:
            print(f"{number + 1} rounds, {sum(each != 1 for each in winners)} wrong", file=sys.stderr)
    return winners, pids


def _one_client_a_worker(url: str, workers: int) -> tuple[list[Client], int]:
    """Connections until every worker has one; the kernel gives a new one to whoever is free."""
    found: dict[int, Client] = {}
    for _ in range(50 * workers):
        client = Client(url)
        _, content = client.ask("GET", "/_mock/health")
        found.setdefault(json.loads(content)["process"], client)
        if len(found) == workers:
            break
    return list(found.values()), len(found)


def _counted(client: Client) -> str:
    _, content = client.ask("POST", "/_mock/journal/count", json.dumps({"request": {"method": "PUT"}}))
    counted = json.loads(content)
    return f"{counted['atLeast']} to {counted['atMost']}"


@dataclass(frozen=True)
class Cost:
    """Of one request: microseconds of processor time, and what there was to wait for."""

    processor: float
    given_up: float
    calls: float = 0.0
    in_redis: float = 0.0


def cost(requests: int, pairs: int) -> int:
    figures: dict[str, list[Cost]] = {"memory, 1 worker": [], "Redis, 1 worker": [], "Redis, 2 workers": []}
    for _ in range(pairs):
        for name, taken in figures.items():
            with ExitStack() as stack:
                if not name.startswith("Redis"):
                    served = stack.enter_context(mock("--clock", "manual"))
                    taken.append(_cost(served, requests))
                    continue
                url, pid = stack.enter_context(redis_server())
                arguments = ("--clock", "manual", "--store", url, "--workers", name.split()[1])
                taken.append(_cost(stack.enter_context(mock(*arguments)), requests, url, pid))
    print(f"{'of a request':<18}{''.join(f'{title:>26}' for title in _TOLD.values())}")
    for name, taken in figures.items():
        _print_row(name, [[getattr(each, member) for each in taken] for member in _TOLD])
    both = list(zip(figures["Redis, 1 worker"], figures["Redis, 2 workers"], strict=True))
    ratios = [[getattr(two, member) / getattr(one, member) for one, two in both] for member in _TOLD]
    _print_row("two over one", ratios)
    return 0


def _print_row(name: str, columns: list[list[float]]) -> None:
    """The middle of each, and what it lies between."""
    cells = (f"{statistics.median(each):.4g} ({min(each):.4g} to {max(each):.4g})" for each in columns)
    print(f"{name:<18}{''.join(f'{cell:>26}' for cell in cells)}")


def _cost(served: Served, requests: int, redis_url: str | None = None, redis_pid: int | None = None) -> Cost:
    """Two clients, each with a session of its own that parks, retrieves, lists and is refused."""
    clients = [Client(served.url), Client(served.url)]
    workers = served.pids[1:] or served.pids
    everybody = served.pids if redis_pid is None else (*served.pids, redis_pid)

    def looked() -> tuple[float, float, float, float]:
        calls, in_redis = (0.0, 0.0) if redis_url is None else _asked_of(redis_url)
        return sum(map(_seconds, everybody)) * 1e6, sum(map(_given_up, workers)), calls, in_redis

    _go(clients, 100)
    before = looked()
    asked = _go(clients, requests)
    return Cost(*((now - was) / asked for was, now in zip(before, looked(), strict=True)))


def _asked_of(redis_url: str) -> tuple[float, float]:
    """Calls so far, and microseconds in which they were worked on; those that a script makes are its own."""
    with redis.Redis.from_url(redis_url) as client:
        told = client.info("commandstats")
    asked = [about for name, about in told.items() if name.removeprefix("cmdstat_") in _ASKED]
    return sum(each["calls"] for each in asked), sum(each["usec"] for each in asked)


def _given_up(pid: int) -> int:
    """How often its threads have left their processor by themselves."""
    told = [each.read_text(encoding="utf-8") for each in Path(f"/proc/{pid}/task").glob("*/status")]
    return sum(
        int(line.split()[1]) for each in told for line in each.splitlines() if line.startswith("voluntary")
    )


def _go(clients: list[Client], requests: int) -> int:
    def load(number: int) -> None:
        client, session = clients[number], f"bench-{number}"
        for _ in range(requests // len(clients) // 4):
            call = client.park(session)
            assert client.ask("PUT", f"{MINE}/{call}", UNPARK, session)[0] == 200
            assert client.ask("PUT", f"{MINE}/{call}", UNPARK, session)[0] == 204
            assert client.ask("DELETE", f"{MINE}/{call}", None, session)[0] == 200

    threads = [threading.Thread(target=load, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return requests // len(clients) // 4 * 4 * len(clients)


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    racing, costing = commands.add_parser("races"), commands.add_parser("cost")
    racing.add_argument("--workers", type=int, default=4)
    racing.add_argument("--rounds", type=int, default=2_000)
    costing.add_argument("--requests", type=int, default=4_000)
    costing.add_argument("--pairs", type=int, default=3)
    asked = parser.parse_args()
    if shutil.which("redis-server") is None:
        parser.error("redis-server is not here: apt-get install redis-server")
    if asked.command == "races":
        return races(asked.workers, asked.rounds)
    return cost(asked.requests, asked.pairs)


if __name__ == "__main__":
    sys.exit(main())
