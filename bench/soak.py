"""The memory of the mock over very many requests: `python bench/soak.py [--requests N] [--write FOLDER]`.

Starts the mock as a process and asks it, on one connection after the other, to park calls, list them, refuse them,
retrieve them, park and hang them up, in sessions that come and go: half of them are dropped, half are left to be
forgotten. Prints requests, resident memory in MiB and requests a second as they go along; `--write` makes of it
`memory.json` and `memory.svg`. Ends with 1 where the memory at the end is more than a tenth above that at a tenth of
the requests, or where an answer was not the one it should have been. Linux only.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httptools

POINTS = 100
ROUNDS = 25
"""In each session; one is ten requests."""
SESSIONS = 100
MOST_GROWTH = 0.10
MIB = 1024 * 1024
WANTED = [200, 200, 400, 400, 200, 200, 204, 200, 200, 200]


@dataclass(frozen=True, slots=True)
class Point:
    requests: int
    bytes: int
    seconds: float


class SoakError(Exception):
    """The mock answered otherwise than it should."""


class Answers:
    """The statuses of pipelined answers."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self._parser = httptools.HttpResponseParser(self)

    def on_message_complete(self) -> None:
        self.statuses.append(self._parser.get_status_code())

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)


class Connection:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def ask(self, requests: Sequence[bytes]) -> list[int]:
        answers = Answers()
        self._socket.sendall(b"".join(requests))
        while len(answers.statuses) < len(requests):
            data = self._socket.recv(MIB)
            if not data:
                raise SoakError("the mock has hung up")
            answers.feed(data)
        return answers.statuses

    def close(self) -> None:
        self._socket.close()


def request(method: str, path: str, session: str, body: object = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer mock.{session}.12\r\n"
        f"X-Callpark-Session: {session}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def round_of(session: str, call: str) -> list[bytes]:
    """Ten requests about one call, answered as `WANTED` has it."""
    path = f"/uapi/phoneCalls/12/0003*210/{call}"
    unpark = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
    set_up = {"action": "setup", "state": "parked", "params": {"phoneCallId": call}}
    return [
        request("POST", "/_mock/states", session, set_up),
        request("GET", path, session),
        request("PUT", path, session, {**unpark, "waitForPickup": 0}),
        request("PUT", f"{path}0", session, unpark),
        request("PUT", path, session, unpark),
        request("GET", "/uapi/phoneCalls/12/@self", session),
        request("PUT", path, session, unpark),
        request("PUT", path, session, {"action": "Park", "phoneCallViewId": "01"}),
        request("DELETE", path, session),
        request("GET", path, session),
    ]


def soak(
    port: int,
    requests: int,
    memory: Callable[[], int],
    say: Callable[[Point], None] = lambda _point: None,
    *,
    rounds: int = ROUNDS,
) -> list[Point]:
    """Points of the curve, the first at a hundredth of the requests."""
    points: list[Point] = []
    began = time.monotonic()
    sent = number = 0
    while sent < requests:
        number += 1
        session = f"soak-{number}"
        connection = Connection(port)
        for each in range(rounds):
            found = connection.ask(round_of(session, f"c{number}x{each}"))
            sent += len(found)
            if found != WANTED:
                raise SoakError(f"{found} instead of {WANTED}")
        if number % 2:
            connection.ask([request("DELETE", f"/_mock/sessions/{session}", session)])
        connection.close()
        if sent >= requests * (len(points) + 1) // POINTS:
            points.append(Point(sent, memory(), time.monotonic() - began))
            say(points[-1])
    return points


def growth(points: Sequence[Point]) -> float:
    """From a tenth of the requests to the highest of their last tenth, as a part of what it was then."""
    then = next(each for each in points if each.requests >= points[-1].requests / 10)
    late = [each.bytes for each in points if each.requests >= points[-1].requests * 0.9]
    return max(late) / then.bytes - 1


@contextmanager
def mock() -> Iterator[tuple[int, Callable[[], int]]]:
    """Yields the port of a mock in another process, and what tells its resident memory in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        command = [
            sys.executable, "-W", "ignore", "-m", "callpark", "mock", "--port", "0", "--clock", "manual",
            "--session-limit", SESSIONS, "--ready-file", ready,
        ]  # fmt: skip
        process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise SystemExit("the mock did not start")
                time.sleep(0.05)
            port = int(ready.read_text(encoding="utf-8").strip().rpartition(":")[2])
            yield port, lambda: resident(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def svg(points: Sequence[Point], whose: str = "mock") -> str:
    """The curve, with nothing in it but lines and words."""
    width, height, left, below = 720, 240, 60, 30
    most = max(each.bytes for each in points) * 1.15
    last = points[-1].requests
    line = " ".join(
        f"{left + each.requests / last * (width - left - 10):.1f},"
        f"{height - below - each.bytes / most * (height - below - 10):.1f}"
        for each in points
    )
    top = max(each.bytes for each in points) / MIB
    words = [
        f'<text x="{left - 8}" y="{height - below}" text-anchor="end">0</text>',
        f'<text x="{left - 8}" y="34" text-anchor="end">{top:.0f} MiB</text>',
        f'<text x="{left}" y="{height - 8}">0</text>',
        f'<text x="{width - 10}" y="{height - 8}" text-anchor="end">{last:,} requests</text>',
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="Resident memory of the {whose} against requests" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="M{left} 10V{height - below}H{width - 10}" fill="none" stroke="#888"/>'
        f'<polyline points="{line}" fill="none" stroke="#0a5" stroke-width="2"/>{"".join(words)}</svg>\n'
    )


def write(points: Sequence[Point], folder: Path, whose: str = "mock") -> None:
    """Figures and curve; those of the mock are called `memory` alone."""
    name = "memory" if whose == "mock" else f"memory-{whose}"
    told = [[each.requests, each.bytes] for each in points]
    (folder / f"{name}.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    (folder / f"{name}.svg").write_text(svg(points, whose), encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--requests", type=int, default=1_000_000)
    options.add_argument("--write", type=Path, metavar="FOLDER")
    wanted = options.parse_args()

    def say(point: Point) -> None:
        speed = point.requests / point.seconds
        print(f"{point.requests:10,} {point.bytes / MIB:8.1f} MiB {speed:8.0f}/s", flush=True)

    try:
        with mock() as (port, memory):
            points = soak(port, wanted.requests, memory, say)
    except SoakError as error:
        print(error, file=sys.stderr)
        return 1
    if wanted.write:
        write(points, wanted.write)
    more = growth(points)
    print(
        f"growth from a tenth of the requests to their end: {more:+.1%}, at most {MOST_GROWTH:+.0%} is allowed"
    )
    return 0 if more <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
