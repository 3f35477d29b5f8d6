"""What others notice of very many connections: `python bench/connections.py [--connections N] [--requests N]`.

Starts the mock as a process, holds N connections open to it, half of them in the middle of their headers, and prints
how long a client beside them waits for an answer, with them and without, as the median and the longest of its requests,
in milliseconds; and what the mock takes of memory for each connection.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from mockserver.connection.descriptors import take_all_descriptors

CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
TOKEN = "Bearer mock.default.12"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--connections", type=int, default=10_000)
    options.add_argument("--requests", type=int, default=200)
    wanted = options.parse_args()
    take_all_descriptors()
    with ExitStack() as stack:
        process, url = stack.enter_context(mock(wanted.connections + 100))
        client = stack.enter_context(httpx.Client(base_url=url, headers={"Authorization": TOKEN}))
        waits(client, 20)
        report("alone", waits(client, wanted.requests))
        before = resident(process.pid)
        address = ("127.0.0.1", httpx.URL(url).port)
        for number in range(wanted.connections):
            connection = stack.enter_context(socket.create_connection(address, timeout=30))
            if number % 2:
                connection.sendall(b"GET /uapi HTTP/1.1\r\nHost: x\r\nX-Never")
        report(f"beside {wanted.connections} connections", waits(client, wanted.requests))
        each = (resident(process.pid) - before) / wanted.connections
        print(f"memory of the mock for each connection: {each / 1024:.1f} KiB")
    return 0


@contextmanager
def mock(connections: int) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        command = [
            sys.executable, "-m", "callpark", "mock", "--port", "0", "--clock", "manual", "--ready-file", ready,
            "--header-timeout", "600", "--max-connections", connections,
        ]  # fmt: skip
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise SystemExit("the mock did not start")
                time.sleep(0.05)
            yield process, ready.read_text(encoding="utf-8").strip()
        finally:
            process.terminate()
            process.wait(30)


def waits(client: httpx.Client, requests: int) -> list[float]:
    """Milliseconds until each answer."""
    found = []
    for _ in range(requests):
        began = time.perf_counter()
        client.get(CALL).raise_for_status()
        found.append((time.perf_counter() - began) * 1_000)
    return found


def report(title: str, found: list[float]) -> None:
    print(f"{title}: median {statistics.median(found):.2f} ms, longest {max(found):.2f} ms", flush=True)


def resident(pid: int) -> int:
    """Bytes, as Linux counts them; 0 elsewhere."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
