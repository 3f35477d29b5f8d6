"""How much memory the checker holds over a long exploration: resident memory against exchanges.

    python bench/memory.py http://127.0.0.1:8080 --seconds 180

The URL is that of a callpark mock (`callpark mock`) in another process. The lane explore runs with one seed after the
other until the time is over, through one target into one record, as in a check. Prints a line every thousand exchanges,
and what an exchange costs over the second half of the run. With --one-search all sequences are drawn by one search of
hypothesis, which remembers each of them: that is why a search in a check has an end. Linux only: the figures are VmRSS
of /proc/self/status.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from pathlib import Path
from tempfile import TemporaryFile

import callpark_spec
from callpark_spec import openapi_document
from contract_tests.approach import approach
from contract_tests.exchange import Exchange
from contract_tests.lanes.explore import SEQUENCES, ExploreLane
from contract_tests.record.redaction import Redaction
from contract_tests.record.writer import RecordWriter
from contract_tests.schemathesis_adapter import Schema
from contract_tests.settling import Settling

EVERY = 1000
MANY = 1_000_000


def resident() -> int:
    """KiB of this process that are in memory."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=180.0, help="send nothing more after this long")
    parser.add_argument("--one-search", action="store_true", help="one search without an end")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    found = approach(arguments.url, run=f"memory-{int(time.time())}")
    curve: list[tuple[int, int, int]] = []
    with TemporaryFile() as stream:
        writer = RecordWriter(stream, Redaction(found.target.secrets))
        writer_began = time.monotonic()

        def watch(exchange: Exchange) -> None:
            write(exchange)
            if exchange.number % EVERY == 0:
                curve.append((exchange.number, resident(), len(gc.get_objects())))
                print("{:>9} exchanges {:>9} KiB {:>9} objects".format(*curve[-1]), flush=True)

        write = writer.exchange
        _begin(writer, found.profile.world().as_json())
        found.target.watch = watch
        deadline, seed, rows = found.target.now() + arguments.seconds, arguments.seed, 0
        while found.target.now() < deadline:
            lane = ExploreLane(
                target=found.target,
                rung=found.rung,
                world=found.profile.world(),
                seed=seed,
                settling=Settling(sleep=time.sleep, settle=found.profile.settle),
                violations=Schema(openapi_document()).violations,
                levels={clause.id: str(clause.level) for clause in callpark_spec.load().clauses.values()},
                sequences=MANY if arguments.one_search else SEQUENCES,
                deadline=deadline,
            )
            rows += len(list(lane.run()))
            seed += 1
        found.target.close()
        print(
            f"{rows} rows, {stream.tell() // 1024} KiB of record in {time.monotonic() - writer_began:.0f} s"
        )
    half = curve[len(curve) // 2 :]
    if len(half) > 1:
        (first, before, _), (last, after, _) = half[0], half[-1]
        print(f"over the second half: {1024 * (after - before) / (last - first):.0f} bytes an exchange")
    return 0


def _begin(writer: RecordWriter, world: dict[str, object]) -> None:
    from contract_tests.record.lines import Suite, TargetLine

    writer.header(
        run="memory",
        started="2026-01-01T00:00:00Z",
        suite=Suite(version="0", page_sha256="", catalogue_sha256="", proof=None),
        target=TargetLine(name="mock", url=""),
        lane="explore",
        reading="document",
        seed=0,
        rung="control",
        profile={},
        world=world,
    )


if __name__ == "__main__":
    sys.exit(main())
