"""What it costs to start callpark, and pytest beside it: `python bench/starts.py [--rounds N] [--publish]`.

Processes that end by themselves, one at a time and in turns, each round beginning with another; the figures are medians
of what the system says each took.  `--publish` writes them into the page on performance.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from statistics import median
from typing import Final

from measuring import CannotMeasureError, said
from publishing import put_between

BEGIN: Final = "<!-- starts: begin -->"
END: Final = "<!-- starts: end -->"

_OURS: Final = frozenset({"callpark_mock", "callpark_target"})
_BROUGHT: Final = frozenset({"hypothesispytest", "schemathesis", "anyio"})


def _pytest(plugins: Collection[str]) -> Sequence[str]:
    """A run that loads of the plugins in this environment those alone, in the way that pytest loads all."""
    others = {found.name for found in entry_points(group="pytest11")}.difference(plugins)
    blocked = (f"-pno:{name}" for name in sorted(others))
    return (sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", *blocked)


BARE: Final = "`python -c pass`"
HELP: Final = "`callpark --help`"
ALONE: Final = "pytest, one empty test"
WITH_OURS: Final = "the same, with callpark's two plugins"
WITH_ALL: Final = "and with those of hypothesis, schemathesis and anyio, which callpark needs"
STARTS: Final[Mapping[str, Sequence[str]]] = {
    BARE: (sys.executable, "-c", "pass"),
    HELP: (str(Path(sys.executable).with_name("callpark")), "--help"),
    ALONE: _pytest(()),
    WITH_OURS: _pytest(_OURS),
    WITH_ALL: _pytest(_OURS | _BROUGHT),
}
HELP_OVER_BARE: Final = 2
HELP_BESIDE_MS: Final = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """In milliseconds; of all processors together, and by the clock."""

    processor: float
    clock: float


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--publish", action="store_true", help="write the figures into the documentation")
    wanted = options.parse_args()
    try:
        taken = in_turns(wanted.rounds)
    except CannotMeasureError as error:
        print(error, file=sys.stderr)
        return 1
    told = "\n".join(table(taken))
    print(told)
    if wanted.publish:
        put_between(BEGIN, END, told)
    return 0


def in_turns(rounds: int) -> dict[str, list[Taken]]:
    """One more round goes before the first, which writes what Python compiles."""
    taken: dict[str, list[Taken]] = {name: [] for name in STARTS}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        (Path(folder) / "test_nothing.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
        names = list(STARTS)
        for number in range(rounds + 1):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                said(f"round {number} of {rounds}: {name}")
                one = run(STARTS[name], Path(folder))
                if number:
                    taken[name].append(one)
    said("")
    return taken


def run(command: Sequence[str], folder: Path) -> Taken:
    """Raise CannotMeasureError where it does not end well."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    silent = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    began = time.perf_counter()
    pid = os.posix_spawn(
        "/usr/bin/env",
        ("env", f"--chdir={folder}", *command),
        environment,
        file_actions=(silent,),
    )
    _, status, used = os.wait4(pid, 0)
    if status:
        raise CannotMeasureError(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Taken((used.ru_utime + used.ru_stime) * 1000, (time.perf_counter() - began) * 1000)


def table(taken: Mapping[str, Sequence[Taken]]) -> Iterator[str]:
    yield "| started | processor ms | ms |"
    yield "| --- | ---: | ---: |"
    for name, each in taken.items():
        processor, clock = median(one.processor for one in each), median(one.clock for one in each)
        yield f"| {name} | {processor:.1f} | {clock:.1f} |"
    bound = HELP_OVER_BARE * median(one.clock for one in taken[BARE]) + HELP_BESIDE_MS
    yield ""
    yield "|  | goal | measured |"
    yield "| --- | ---: | ---: |"
    yield (
        f"| {HELP}, ms, against {HELP_OVER_BARE} × {BARE} and {HELP_BESIDE_MS} ms | ≤ {bound:.0f} "
        f"| {median(one.clock for one in taken[HELP]):.0f} |"
    )
    more = sorted(added(taken, WITH_OURS))
    quarter = len(more) // 4
    yield (
        f"| callpark's plugins in a run that uses neither, processor ms (the middle half of {len(more)} rounds) | "
        f"| {median(more):.1f} ({more[quarter]:.1f} to {more[-1 - quarter]:.1f}) |"
    )


def added(taken: Mapping[str, Sequence[Taken]], name: str) -> Iterator[float]:
    """What it took more than pytest alone in the same round."""
    for with_it, alone in zip(taken[name], taken[ALONE], strict=True):
        yield with_it.processor - alone.processor


if __name__ == "__main__":
    sys.exit(main())
