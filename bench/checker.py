"""Measures the checker beside plain schemathesis: requests, time, and which defects of the catalogue each finds.

    python bench/checker.py [--rounds N] [--defects N | --all-defects] [--examples N] [--minutes N]
        [--jobs N] [--publish]

Each is started as a user starts it, on the same mock in another process, in rounds that take turns; the figures are
medians. Plain schemathesis is its command line with its own phases, checks and number of examples, on the OpenAPI
document narrowed to the PUT, with the users and a parked call of the mock as examples. It stops at its first failure,
and takes the refusal of a request for a call that there is not for one; so it runs a second time without that check,
going on after failures, with ten times as many examples: ratios are against that. On a defect it has `--examples`
of them, which bounds it the same on every machine; `--minutes` bounds the whole search. A defect counts as found when
a run names a failure that no run on the mock without defects named: a clause, or a check of schemathesis. `replay` is
the part of the lane explore that sends what schemathesis's engine made beforehand, all seeds of it, in this process.

The table goes to standard output; with --publish also into docs/explanation/performance.md, and the raw figures into
performance-checker.json beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from defect_search import Search, searched
from publishing import PAGE, put_between

import callpark_spec
from callpark.proof.candidate import Candidate
from callpark.proof.server_process import ServerProcess
from callpark_spec import openapi_document
from contract_tests.answer_schema import AnswerSchema
from contract_tests.approach import approach
from contract_tests.lanes.corpus import corpus
from contract_tests.lanes.explore import ExploreLane
from contract_tests.profile import Profile
from contract_tests.schemathesis_adapter import PUT_PATH, placed_in
from contract_tests.settling import Settling
from mockserver.defects import DEFECTS

BIN: Final = Path(sys.executable).parent
TOKEN: Final = "mock.default.12"
FIGURES: Final = PAGE.with_name("performance-checker.json")
BEGIN: Final = "<!-- checker: begin -->"
END: Final = "<!-- checker: end -->"
GOING_ON: Final = "schemathesis, going on"
CHECKERS: Final = ("callpark, lane conform", "callpark, lane explore", "schemathesis", GOING_ON)
EXAMPLES: Final = 1000
REPLAY: Final = "callpark, replay"
PATIENCE: Final = 600.0
COMPILED: Final = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of what is measured, which is compiled once and for all, as where it is installed."""


class CannotMeasureError(Exception):
    """The message says what went wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run came to: requests that it judged, all that it sent, and what it named as broken.

    `seconds` are from the start of the process to its end, `cpu` its own processor time in seconds.
    """

    judged: int
    sent: int
    seconds: float
    cpu: float
    named: frozenset[str]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each on the mock without defects")
    parser.add_argument("--defects", type=int, default=12, help="so many of the catalogue, evenly taken")
    parser.add_argument("--all-defects", action="store_true", help="every defect of the catalogue")
    parser.add_argument(
        "--examples", type=int, default=EXAMPLES, help="what schemathesis, going on, has for a defect"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=float("inf"),
        help="begin to look for no further defect after this long",
    )
    parser.add_argument("--jobs", type=int, default=1, help="defects that are tried at once")
    parser.add_argument(
        "--found-before",
        action="store_true",
        help="try no defect, and take from the published figures which were found",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--publish", action="store_true", help="write table and figures into the documentation"
    )
    wanted = parser.parse_args()
    defects = [] if wanted.found_before else taken(wanted.defects, whole=wanted.all_defects)
    try:
        found = measured(
            wanted.rounds,
            Search(defects=defects, jobs=wanted.jobs, minutes=wanted.minutes),
            wanted.examples,
            wanted.seed,
        )
        if wanted.found_before:
            take_over(found, json.loads(FIGURES.read_text(encoding="utf-8")))
    except CannotMeasureError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        said("")
    print(publish(found) if wanted.publish else "\n".join(rows(found)))
    return 0


def take_over(found: dict[str, Any], before: dict[str, Any]) -> None:
    """Puts into figures which defects were found, as others have it. Raise CannotMeasureError.

    False alarms are of either: the more of them are seen, the better.
    """
    same = ("catalogue", "schemathesis", "seed")
    if odd := [name for name in same if found["method"][name] != before["method"][name]]:
        raise CannotMeasureError(f"the published figures are of another {' and another '.join(odd)}")
    for name in ("defects", "examplesForADefect"):
        found["method"][name] = before["method"][name]
    found["method"]["foundBefore"] = True
    others = {one["name"]: one for one in before["checkers"]}
    for one in found["checkers"]:
        one["found"] = others[one["name"]]["found"]
        one["falseAlarms"] = sorted({*one["falseAlarms"], *others[one["name"]]["falseAlarms"]})


def taken(count: int, *, whole: bool) -> list[str]:
    """Defects that a checker may be expected to see: all, or as many as asked for, spread over the catalogue."""
    every = list(DEFECTS)
    if whole or count >= len(every):
        return every
    return [every[place * len(every) // count] for place in range(count)]


def measured(rounds: int, search: Search, examples: int, seed: int) -> dict[str, Any]:
    """The figures, as they go into JSON."""
    honest: dict[str, list[Run]] = {name: [] for name in (*CHECKERS, REPLAY)}
    server = ServerProcess()
    try:
        for number in range(rounds):
            turn = number % len(CHECKERS)
            for name in CHECKERS[turn:] + CHECKERS[:turn]:
                said(f"round {number + 1} of {rounds}: {name}")
                honest[name].append(run(name, server.serve(Candidate(), afresh=True), seed))
            honest[REPLAY].append(replay(server.serve(Candidate(), afresh=True)))
    finally:
        server.stop()
    base = {name: frozenset[str]().union(*(one.named for one in runs)) for name, runs in honest.items()}
    kills = searched(
        search,
        {name: base[name] for name in CHECKERS},
        lambda name, url: run(name, url, seed, examples).named,
        said,
    )
    return {
        "method": {
            "rounds": rounds,
            "seed": seed,
            "defects": kills.tried,
            "examplesForADefect": examples,
            "catalogue": len(DEFECTS),
            "schemathesis": version("schemathesis"),
            "callpark": version("callpark"),
            "python": sys.version.split()[0],
        },
        "checkers": [
            {
                "name": name,
                "judged": round(median(one.judged for one in runs)),
                "sent": round(median(one.sent for one in runs)),
                "seconds": round(median(one.seconds for one in runs), 3),
                "cpuSeconds": round(median(one.cpu for one in runs), 3),
                "judgedPerSecond": round(median(one.judged / one.seconds for one in runs), 1),
                "judgedPerCpuSecond": round(median(one.judged / one.cpu for one in runs), 1),
                "falseAlarms": sorted(base[name]),
                "found": kills.by.get(name),
            }
            for name, runs in honest.items()
        ],
    }


def run(name: str, url: str, seed: int, examples: int = EXAMPLES) -> Run:
    """One run of a checker in a process of its own. Raises `CannotMeasureError`."""
    with TemporaryDirectory() as folder:
        if name.startswith("schemathesis"):
            more = (
                *("--continue-on-failure", "--exclude-checks", "positive_data_acceptance"),
                *("--max-examples", str(examples)),
            )
            return _schemathesis(url, seed, Path(folder), more if name == GOING_ON else ())
        return _callpark(name.rpartition(" ")[2], url, seed, Path(folder))


def _callpark(lane: str, url: str, seed: int, folder: Path) -> Run:
    options = ("--lane", lane, "--seed", str(seed), "--quiet", "--out", "out")
    seconds, cpu = _timed((str(BIN / "callpark"), "check", url, *options), folder)
    record = folder / "out" / "record.ndjson"
    if not record.is_file():
        raise CannotMeasureError(f"callpark check --lane {lane} left no record")
    lines = [json.loads(line) for line in record.read_bytes().splitlines()]
    sent = [line for line in lines if line["line"] == "exchange"]
    return Run(
        judged=sum(line["role"] == "request" for line in sent),
        sent=len(sent),
        seconds=seconds,
        cpu=cpu,
        named=frozenset(
            line["clause"]
            for line in lines
            if line["line"] == "ruling" and line["verdict"] in ("fail", "wrong-code")
        ),
    )


def _schemathesis(url: str, seed: int, folder: Path, more: Sequence[str]) -> Run:
    (folder / "document.json").write_text(json.dumps(_document(url)), encoding="utf-8")
    seconds, cpu = _timed(
        (
            *(str(BIN / "schemathesis"), "run", "document.json", "--url", f"{url}/uapi", "--seed", str(seed)),
            *("-H", f"Authorization: Bearer {TOKEN}", "--generation-database", "none", "--no-color"),
            *("--report", "json", "--report-json-path", "report.json"),
            *more,
        ),
        folder,
    )
    report = folder / "report.json"
    if not report.is_file():
        raise CannotMeasureError("schemathesis left no report")
    value = json.loads(report.read_text(encoding="utf-8"))
    generated = value["test_cases"]["generated"]
    return Run(
        judged=generated,
        sent=generated,
        seconds=seconds,
        cpu=cpu,
        named=frozenset(f"{one['code']} {one['title']}" for one in value["failures"]),
    )


def _document(url: str) -> dict[str, Any]:
    """The document of the PUT alone, whose examples are a parked call of the mock's own session."""
    profile = Profile(secrets={"token": TOKEN})
    found = approach(url, run="bench", profile=profile, rung="control")
    with closing(found.target):
        (call,) = found.rung.parked(1)
        document = placed_in(openapi_document(), profile.world(), call)
    path = document["paths"][PUT_PATH]
    document["paths"] = {PUT_PATH: {name: path[name] for name in ("parameters", "put") if name in path}}
    return document


def _timed(command: Sequence[str], folder: Path) -> tuple[float, float]:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    try:
        subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            env=COMPILED,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotMeasureError(f"{command[0]}: {error}") from error
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begun, cpu


def replay(url: str) -> Run:
    """All that the engine made beforehand, through the judge; the few requests of the lane's opening count too."""
    judged = sent = 0
    begun, cpu = time.monotonic(), time.process_time()
    found = approach(url, run=f"replay-{time.monotonic_ns()}")
    with closing(found.target):
        lane = ExploreLane(
            target=found.target,
            rung=found.rung,
            world=found.profile.world(),
            seed=0,
            settling=Settling(sleep=time.sleep, settle=found.profile.settle),
            violations=AnswerSchema(openapi_document()).violations,
            levels={clause.id: str(clause.level) for clause in callpark_spec.load().clauses.values()},
            combinations=(),
            rounds=0,
            sequences=0,
            generated=sum(map(len, corpus().runs)),
        )
        named = frozenset(row.clause for row in lane.run() if row.finding is not None)
        for exchange in found.target.unwatched():
            sent += 1
            judged += exchange.role == "request"
    return Run(
        judged=judged,
        sent=sent,
        seconds=time.monotonic() - begun,
        cpu=time.process_time() - cpu,
        named=named,
    )


def rows(found: dict[str, Any]) -> Iterator[str]:
    """The table in Markdown."""
    plain = next(each for each in found["checkers"] if each["name"] == GOING_ON)
    yield (
        "|  | judged | sent | seconds | CPU s | judged/s | × schemathesis | judged/CPU s | × schemathesis"
        " | false alarms | defects found |"
    )
    yield f"| --- |{' ---: |' * 10}"
    for each in found["checkers"]:
        many = "" if each["found"] is None else f"{len(each['found'])} of {len(found['method']['defects'])}"
        cells = (
            each["name"],
            f"{each['judged']:,}",
            f"{each['sent']:,}",
            f"{each['seconds']:.1f}",
            f"{each['cpuSeconds']:.1f}",
            f"{each['judgedPerSecond']:,.0f}",
            f"{each['judgedPerSecond'] / plain['judgedPerSecond']:.1f}",
            f"{each['judgedPerCpuSecond']:,.0f}",
            f"{each['judgedPerCpuSecond'] / plain['judgedPerCpuSecond']:.1f}",
            str(len(each["falseAlarms"])),
            many,
        )
        yield f"| {' | '.join(cells)} |"


def method(found: dict[str, Any]) -> str:
    """How the figures came about."""
    how = found["method"]
    tried = "once, at another time" if how.get("foundBefore") else "once"
    return (
        f"Medians of {how['rounds']} rounds, seed {how['seed']}, schemathesis {how['schemathesis']},"
        f" Python {how['python']}; {len(how['defects'])} of the {how['catalogue']} defects of the catalogue, each tried"
        f" {tried}, schemathesis going on with {how['examplesForADefect']:,} examples. What is judged is a request"
        " under test with its answer; what is sent includes listings and setting up."
    )


def publish(found: dict[str, Any]) -> str:
    """Writes page and figures, and returns the table."""
    table = "\n".join(rows(found))
    FIGURES.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    put_between(BEGIN, END, f"{table}\n\n{method(found)}")
    return table


def said(text: str) -> None:
    """The line that says where it is, over the one before."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
