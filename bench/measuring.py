"""One server on one core, the load on another: requests a second, processor time a request, latencies, memory."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from peers import BUILD, HERE, Peer

SERVER_CORE: Final = "0"
LOAD_CORE: Final = "1"
CONNECTIONS: Final = 16
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_UNPARK: Final = (
    b'{"action":"UnPark","sendCallTo":"0003*024","callerId":"John Doe <42420042>","waitForPickup":"20",'
    b'"phoneCallViewId":"01"}'
)


class CannotMeasureError(Exception):
    """The message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run of wrk found; `cpu` is in microseconds of the server's processor time a request."""

    rate: float
    cpu: float
    p50: float
    p99: float
    bad: int
    broken: int


def wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise CannotMeasureError("wrk is not installed; Debian's package is called wrk")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def served(peer: Peer, *, real_time: bool) -> Iterator[tuple[int, int]]:
    """Process id and port of a server that answers; what it prints goes to a file beside the others' files."""
    port = free_port()
    log = (BUILD / f"{re.sub(r'[^a-z]+', '-', peer.name.lower())}.log").open("wb")
    with log:
        process = subprocess.Popen(
            (*pinned(SERVER_CORE, real_time=real_time), *peer.command(port)),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            answers(process, peer, port, within=60.0, every=0.02)
            yield process.pid, port
        finally:
            stop(process)


def pinned(core: str, *, real_time: bool, priority: int = 4) -> Sequence[str]:
    first = ("chrt", "-r", str(priority)) if real_time else ()
    return (*first, "taskset", "-c", core)


def stop(process: subprocess.Popen[bytes]) -> None:
    for pid in (*reversed(family(process.pid)),):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
    process.wait()


def answers(process: subprocess.Popen[bytes], peer: Peer, port: int, *, within: float, every: float) -> None:
    """Return when the first real request has been answered 200; raise CannotMeasureError if none is in time."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if process.poll() is not None:
            raise CannotMeasureError(f"{peer.name} ended with status {process.returncode}")
        if is_answered(peer, port):
            return
        time.sleep(every)
    raise CannotMeasureError(f"{peer.name} has not answered within {within:g} s")


def is_answered(peer: Peer, port: int) -> bool:
    head = (
        f"PUT {peer.prefix}/phoneCalls/12/0003*210/{1:020x} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer mock.default.12\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(_UNPARK)}\r\nConnection: close\r\n\r\n"
    )
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(head.encode() + _UNPARK)
            return b" 20" in line.recv(64)
    except OSError:
        return False


def load(pid: int, port: int, peer: Peer, *, mode: str, seconds: int, real_time: bool) -> Load:
    before = processor_seconds(pid)
    done = subprocess.run(
        (
            *pinned(LOAD_CORE, real_time=real_time, priority=5),
            *(wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(HERE / "requests.lua")),
            f"http://127.0.0.1:{port}",
        ),
        env={**os.environ, "MODE": mode, "PREFIX": peer.prefix},
        capture_output=True,
        text=True,
        check=False,
    )
    told = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if told is None:
        raise CannotMeasureError(f"wrk against {peer.name}: {done.stdout}{done.stderr}")
    found = json.loads(told[1])
    requests = max(1, found["requests"])
    return Load(
        rate=requests / found["microseconds"] * 1e6,
        cpu=(processor_seconds(pid) - before) / requests * 1e6,
        p50=found["p50"] / 1000,
        p99=found["p99"] / 1000,
        bad=found["bad"],
        broken=found["broken"],
    )


def family(pid: int) -> list[int]:
    """A process and all that come from it."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def processor_seconds(pid: int) -> float:
    total = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident_megabytes(pid: int) -> float:
    """Of the whole family, pages that it shares with others in proportion."""
    total = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{each}/smaps_rollup").read_text()
            total += int(re.findall(r"^Pss:\s+(\d+)", told, re.MULTILINE)[0])
    return total / 1024


def said(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
