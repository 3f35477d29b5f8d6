"""The memory of the checker over very many requests: `python bench/soak_checker.py [--requests N] [--minutes N]`.

Starts a mock as a process and checks it with one seed after the other, in this process, each time from the approach to
the footer of a record in a file, as `callpark check --lane all` does. Prints requests, resident memory in MiB and
requests a second as they go along, then the memory at a tenth of the requests and at their end; `--write` makes of it
`memory-checker.json` and `memory-checker.svg`. Ends with 1 where the memory at the end is more than a tenth above that
at a tenth of the requests, or where a check did not find that the mock conforms. Linux only.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import soak

import callpark_spec
from contract_tests.approach import approach
from contract_tests.check import Check, Plan
from contract_tests.selection import Lane
from contract_tests.verdict import ExitCode

LONGEST_FOOTER = 4096
"""Bytes."""
RUN = "soak"
"""All checks share it, and with it the session and its tokens, so that it is one target."""


def checked(url: str, seed: int, stream: BinaryIO, lane: Lane = "all") -> int:
    """A check; how many requests it sent. Raises `soak.SoakError` where it ends in anything but 0."""
    found = approach(url, run=RUN)
    try:
        outcome = Check(
            plan=Plan(profile=found.profile, run=RUN, lane=lane, seed=seed),
            target=found.target,
            rung=found.rung,
            catalogue=callpark_spec.load(),
            version="soak",
            stream=stream,
            sleep=time.sleep,
        ).run()
    finally:
        found.target.close()
    if outcome.exit_code is not ExitCode.OK:
        odd = (one for one in outcome.rulings if one.verdict not in ("pass", "not-applicable"))
        raise soak.SoakError("; ".join(f"{one.case}: {one.verdict}, {one.actual}" for one in odd)[:1000])
    stream.seek(-min(LONGEST_FOOTER, stream.tell()), os.SEEK_END)
    exchanges: int = json.loads(stream.read().rstrip(b"\n").rpartition(b"\n")[2])["exchanges"]
    return exchanges


def soaked(
    check: Callable[[int], int],
    requests: int,
    memory: Callable[[], int],
    say: Callable[[soak.Point], None] = lambda _point: None,
    *,
    seconds: float = float("inf"),
) -> list[soak.Point]:
    """Points of the curve, one after each check: until so many requests were sent, or so much time has gone.

    `check` is given a seed and says how many requests it sent.
    """
    points: list[soak.Point] = []
    began, sent = time.monotonic(), 0
    for seed in count():
        sent += check(seed)
        points.append(soak.Point(sent, memory(), time.monotonic() - began))
        say(points[-1])
        if sent >= requests or points[-1].seconds >= seconds:
            break
    return points


def at_a_tenth(points: list[soak.Point]) -> soak.Point:
    """The first point that is a tenth of the way."""
    return next(each for each in points if each.requests >= points[-1].requests / 10)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--requests", type=int, default=1_000_000)
    options.add_argument("--minutes", type=float, default=60.0, help="begin no further check after this long")
    options.add_argument("--write", type=Path, metavar="FOLDER")
    wanted = options.parse_args()

    def say(point: soak.Point) -> None:
        print(f"{point.requests:10,} {point.bytes / soak.MIB:8.1f} MiB", end="")
        print(f" {point.requests / point.seconds:8.0f}/s", flush=True)

    def check(seed: int) -> int:
        with TemporaryFile() as stream:
            return checked(url, seed, stream)

    try:
        with soak.mock() as (port, _):
            url = f"http://127.0.0.1:{port}"
            points = soaked(
                check, wanted.requests, lambda: soak.resident(os.getpid()), say, seconds=60 * wanted.minutes
            )
    except soak.SoakError as error:
        print(error, file=sys.stderr)
        return 1
    if wanted.write:
        soak.write(points, wanted.write, "checker")
    tenth, end, more = at_a_tenth(points), points[-1], soak.growth(points)
    print(f"resident memory: {tenth.bytes / soak.MIB:.1f} MiB after {tenth.requests:,} requests,", end=" ")
    print(f"{end.bytes / soak.MIB:.1f} MiB after {end.requests:,}; {more:+.1%},", end=" ")
    print(f"at most {soak.MOST_GROWTH:+.0%} is allowed")
    return 0 if more <= soak.MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
