"""Measures the mock and its peers beside each other: `python bench/beside.py [--rounds N] [--seconds S] [--cold N]`.

Every server has core 0 to itself while it is asked, and wrk core 1.  All of them get the same requests, in rounds that
take turns; the figures are medians.  A peer that is not installed is named and left out; `make bench` installs those
that it can.  What is found goes to docs/explanation/performance.json, .svg, and the table in performance.md.
"""

import argparse
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final

from measuring import (
    CannotMeasureError,
    Load,
    answers,
    free_port,
    load,
    pinned,
    processor_seconds,
    resident_megabytes,
    said,
    served,
    stop,
    wrk,
)
from peers import BUILD, Peer, peers
from publishing import publish, tables
from versions import version_of, versions

MODES: Final = ("update", "refused", "list")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--cold", type=int, default=20, help="cold starts of each server")
    options.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="of one server, or some; nothing is published",
    )
    options.add_argument(
        "--real-time", action="store_true", help="keep other programs off both cores (needs root)"
    )
    wanted = options.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    chosen = [peer for peer in peers() if not wanted.only or peer.name in wanted.only]
    installed = [peer for peer in chosen if peer.missing is None]
    for peer in chosen:
        if peer.missing:
            print(f"{peer.name} is not installed: there is no {peer.missing}", file=sys.stderr)
    try:
        wrk()
        loads = under_load(installed, wanted.rounds, wanted.seconds, real_time=wanted.real_time)
        cold = cold_starts(installed, wanted.cold, real_time=wanted.real_time)
    except CannotMeasureError as error:
        print(error, file=sys.stderr)
        return 1
    found = {
        "method": {
            "rounds": wanted.rounds,
            "seconds": wanted.seconds,
            "coldStarts": wanted.cold,
            "realTime": wanted.real_time,
            **versions(),
        },
        "missing": [peer.name for peer in chosen if peer.missing],
        "servers": [
            {
                "name": peer.name,
                "what": peer.what,
                "version": version_of(peer),
                "looksAtPayloads": peer.refuses,
                **loads[peer.name],
                **cold[peer.name],
            }
            for peer in installed
        ],
    }
    print(tables(found) if wanted.only else publish(found))
    return 0


def under_load(installed: list[Peer], rounds: int, seconds: int, *, real_time: bool) -> dict[str, Any]:
    """Medians by server and mode; each round begins with another server."""
    runs: dict[str, dict[str, list[Load]]] = {
        peer.name: {mode: [] for mode in MODES if offers(peer, mode)} for peer in installed
    }
    memory: dict[str, float] = {}
    with ExitStack() as stack:
        running = [(peer, *stack.enter_context(served(peer, real_time=real_time))) for peer in installed]
        for peer, pid, port in running:
            said(f"warming up {peer.name}")
            load(pid, port, peer, mode="update", seconds=peer.warm_up, real_time=real_time)
        for number in range(rounds):
            turn = number % max(1, len(running))
            for peer, pid, port in running[turn:] + running[:turn]:
                said(f"round {number + 1} of {rounds}: {peer.name}")
                for mode, kept in runs[peer.name].items():
                    kept.append(load(pid, port, peer, mode=mode, seconds=seconds, real_time=real_time))
                memory[peer.name] = resident_megabytes(pid)
    said("")
    return {
        name: {
            **{mode: summary(kept) for mode, kept in modes.items()},
            "megabytesUnderLoad": round(memory[name], 1),
        }
        for name, modes in runs.items()
    }


def offers(peer: Peer, mode: str) -> bool:
    return {"update": True, "refused": peer.refuses, "list": peer.lists}[mode]


def summary(runs: list[Load]) -> dict[str, Any]:
    middle = {name: round(median(asdict(run)[name] for run in runs), 3) for name in asdict(runs[0])}
    return {
        **middle,
        "least": round(min(run.rate for run in runs)),
        "most": round(max(run.rate for run in runs)),
    }


def cold_starts(installed: list[Peer], times: int, *, real_time: bool) -> dict[str, Any]:
    """From the start of the process to its first answer to the real request, and its processor time and memory then.

    The servers take turns, and each round begins with another.
    """
    starts: dict[str, list[Start]] = {peer.name: [] for peer in installed}
    for number in range(times):
        turn = number % max(1, len(installed))
        for peer in installed[turn:] + installed[:turn]:
            said(f"cold start {number + 1} of {times}: {peer.name}")
            starts[peer.name].append(cold_start(peer, real_time=real_time))
    said("")
    return {
        name: {
            "coldMilliseconds": round(median(each.milliseconds for each in those), 1),
            "coldLeast": round(min(each.milliseconds for each in those), 1),
            "coldMost": round(max(each.milliseconds for each in those), 1),
            "coldProcessorMilliseconds": round(median(each.processor_milliseconds for each in those)),
            "coldMegabytes": round(median(each.megabytes for each in those), 1),
        }
        for name, those in starts.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    milliseconds: float
    processor_milliseconds: float
    megabytes: float


def cold_start(peer: Peer, *, real_time: bool) -> Start:
    port = free_port()
    began = time.monotonic()
    process = subprocess.Popen(
        (*pinned("0,1", real_time=real_time), *peer.command(port)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        answers(process, peer, port, within=60.0, every=0.002)
        return Start(
            milliseconds=(time.monotonic() - began) * 1000,
            processor_milliseconds=processor_seconds(process.pid) * 1000,
            megabytes=resident_megabytes(process.pid),
        )
    finally:
        stop(process)


if __name__ == "__main__":
    sys.exit(main())
