"""Looks for the defects of the catalogue with several checkers, for as long as there is time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue

from callpark.proof.candidate import Candidate
from callpark.proof.server_process import ServerProcess

Named = Callable[[str, str], frozenset[str]]
"""What a checker, by its name, names as broken at a URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which defects are looked for, how many at once, and after how many minutes no further one is begun."""

    defects: Sequence[str]
    jobs: int = 1
    minutes: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The defects that were tried, and which of them each checker found; both in the order of the catalogue."""

    tried: list[str]
    by: dict[str, list[str]]


def spread(defects: Sequence[str]) -> list[str]:
    """All of them in an order whose beginning, wherever it is cut, lies evenly over the whole."""
    width = max(len(defects) - 1, 1).bit_length()
    places = (int(f"{number:0{width}b}"[::-1], 2) for number in range(1 << width))
    return [defects[place] for place in places if place < len(defects)]


def searched(
    search: Search, base: Mapping[str, frozenset[str]], named: Named, say: Callable[[str], None]
) -> Found:
    """What the checkers of `base` find. What they name without a defect is no finding: `base`, and a search besides."""
    over_at = time.monotonic() + 60 * search.minutes

    def at(candidate: Candidate) -> dict[str, frozenset[str]] | None:
        if candidate.defect and time.monotonic() > over_at:
            return None
        server = servers.get()
        try:
            say(f"of {len(search.defects)} defects: {candidate.title}")
            return {name: named(name, server.serve(candidate, afresh=True)) for name in base}
        finally:
            servers.put(server)

    if not search.defects:
        return Found(tried=[], by={name: [] for name in base})
    with _servers(search.jobs) as servers, ThreadPoolExecutor(search.jobs) as pool:
        honest = pool.submit(at, Candidate())
        searches = {one: pool.submit(at, Candidate(defect=one)) for one in spread(search.defects)}
        known = honest.result() or {}
        came_to = {defect: searches[defect].result() for defect in search.defects}
    tried = {defect: broken for defect, broken in came_to.items() if broken is not None}
    return Found(
        tried=list(tried),
        by={
            name: [defect for defect, broken in tried.items() if broken[name] - base[name] - known[name]]
            for name in base
        },
    )


@contextmanager
def _servers(many: int) -> Iterator[SimpleQueue[ServerProcess]]:
    """Servers to be taken and given back, which end afterwards."""
    every = [ServerProcess() for _ in range(many)]
    free: SimpleQueue[ServerProcess] = SimpleQueue()
    for server in every:
        free.put(server)
    try:
        yield free
    finally:
        for server in every:
            server.stop()
