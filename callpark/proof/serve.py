"""`python -m callpark.proof.serve`: serves candidates one after the other, in a process of its own.

A line on standard input is a candidate as JSON; it takes the place of the one before, and its URL is printed. The end
of the input ends the process, so it never outlives the one who started it.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import msgspec

from callpark.proof.candidate import Candidate
from callpark.proof.empty_servers import serving
from callpark.proof.rough_network import rough_network


@contextmanager
def served(candidate: Candidate) -> Iterator[str]:
    """Serves a candidate while the block runs; yields its URL."""
    with ExitStack() as stack:
        if candidate.empty:
            url = stack.enter_context(serving(candidate.empty))
        else:
            url = stack.enter_context(_mock(candidate))
        if candidate.rough_seed is not None:
            url = stack.enter_context(rough_network(url, candidate.rough_seed))
        yield url


@contextmanager
def _mock(candidate: Candidate) -> Iterator[str]:
    from mockserver import defects
    from mockserver.app import build
    from mockserver.serving.server import running
    from mockserver.settings import Settings
    from mockserver.variants import policy_with

    settings = Settings(
        policy=policy_with(candidate.variants),
        defect=defects.defect(candidate.defect) if candidate.defect else None,
    )
    with running(build(settings)) as url:
        yield url


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000, 20, 50)  # as in the workers
    with ExitStack() as standing:
        for line in sys.stdin:
            standing.close()
            url = standing.enter_context(served(msgspec.json.decode(line, type=Candidate)))
            print(url, flush=True)


if __name__ == "__main__":
    main()
