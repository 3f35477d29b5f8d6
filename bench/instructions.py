"""Instructions of the processor for one request: `python bench/instructions.py` (needs valgrind; takes a minute).

The same on a busy machine as on a quiet one, so that a step of work shows though it saves a hundredth.  A connection of
the mock, with everything about it but a socket, is given the same requests in two runs under callgrind, one of which
has more of them; what they differ in is what those took.  Kernel and event loop are not in it, and another build of the
interpreter takes other figures.
"""

import argparse
import asyncio
import gc
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from measuring import CannotMeasureError
from uvicorn.config import Config
from uvicorn.server import ServerState

from mockserver.app import build
from mockserver.connection.client_limits import ClientLimits
from mockserver.serving.crowd import Crowd
from mockserver.serving.server import protocol_of
from mockserver.settings import Settings
from mockserver.simulator.commands import Stage

CALLS: Final = 20
FEW: Final = 2
MANY: Final = 12
PATH: Final = "/uapi/phoneCalls/12/0003*210"
UNPARK: Final = {
    "action": "UnPark",
    "sendCallTo": "0003*024",
    "callerId": "John Doe <42420042>",
    "waitForPickup": "20",
    "phoneCallViewId": "01",
}
PARK: Final = {"action": "Park", "phoneCallViewId": "01", "maxInParking": "600"}
WORK: Final = {
    "update": "a call retrieved, or parked again",
    "refused": "a documented refusal",
    "list": f"a List of {CALLS} calls",
}
_COUNTED: Final = re.compile(r"Collected : (\d+)")


class Line(asyncio.Transport):
    """Keeps the last answer, and is never closed."""

    answer = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.answer = bytes(data)

    def is_closing(self) -> bool:
        return False


def requests(mode: str) -> list[bytes]:
    """One round: twenty calls in turn, or as many times the same."""
    calls = [f"{PATH}/{number:020x}" for number in range(1, CALLS + 1)]
    match mode:
        case "update":
            return [_request("PUT", call, body) for body in (UNPARK, PARK) for call in calls]
        case "refused":
            return [_request("PUT", call, {**UNPARK, "waitForPickup": 0}) for call in calls]
        case _:
            return [_request("GET", PATH)] * CALLS


def work(mode: str, rounds: int) -> None:
    """What is counted: this many rounds, after so many that everything is as it stays."""
    mock = build(Settings())
    session = mock.sessions.open("default")
    for number in range(1, CALLS + 1):
        session.execute(Stage(call_id=f"{number:020x}", user="12", extension="0003*210", parked=True))
    loop = asyncio.new_event_loop()
    config = Config(mock, log_config=None, ws="none", lifespan="off", server_header=False, date_header=False)
    config.load()
    made = protocol_of(mock.fast_path, ClientLimits(), Crowd(1))
    connection, line = made(config=config, server_state=ServerState(), app_state={}, _loop=loop), Line()
    connection.connection_made(line)
    right = b"HTTP/1.1 400 " if mode == "refused" else b"HTTP/1.1 200 "
    sent = requests(mode)
    gc.freeze()
    for _ in range(20 + rounds):
        for request in sent:
            connection.data_received(request)
            assert line.answer.startswith(right), line.answer
    loop.close()


def instructions(mode: str) -> int:
    """Of one request.  Raise CannotMeasureError."""
    runs = [(rounds, _counting(mode, rounds)) for rounds in (FEW, MANY)]
    few, many = (_counted(run) for _, run in runs)
    return round((many - few) / ((MANY - FEW) * len(requests(mode))))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Counts the instructions of one request to the mock, under valgrind."
    )
    parser.add_argument("--work", nargs=2, metavar=("MODE", "ROUNDS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.work:
        mode, rounds = chosen.work
        work(mode, int(rounds))
        return 0
    try:
        for mode, name in WORK.items():
            print(f"{instructions(mode):>9,}  {name}", flush=True)
    except CannotMeasureError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _request(method: str, path: str, body: object = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    head = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1:8080",
        "Authorization: Bearer mock.default.12",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    ]
    return "\r\n".join((*head, "", "")).encode() + content


def _counting(mode: str, rounds: int) -> "subprocess.Popen[str]":
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise CannotMeasureError("valgrind is not installed; Debian's package is called valgrind")
    return subprocess.Popen(
        (
            *(valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null"),
            *(sys.executable, str(Path(__file__)), "--work", mode, str(rounds)),
        ),
        env={**os.environ, "PYTHONHASHSEED": "0"},
        stderr=subprocess.PIPE,
        text=True,
    )


def _counted(run: "subprocess.Popen[str]") -> int:
    _, said = run.communicate(timeout=600)
    found = _COUNTED.search(said)
    if run.returncode or found is None:
        raise CannotMeasureError(f"valgrind could not count:\n{said}")
    return int(found[1])


if __name__ == "__main__":
    sys.exit(main())
