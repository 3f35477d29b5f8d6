"""Sends the same requests down both ways of the mock, the fast one and the whole one, and compares everything.

    python bench/two_ways.py [--requests N] [--seed S]

Two mocks with the same seed and clocks that stand still get each request at the same moment: what they send is
compared byte for byte, and then sessions, worlds, clocks, journals and wire faults.  The requests are drawn: right
ones, faulty ones, odd paths, headers, encodings and framings, and between them the clock moves, sessions are reset or
dropped, tokens end, telephones ring or are busy, and faults, variants and defects come and go.  The first difference
is printed, and the status is 1.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from drawn_requests import SCENARIO, Draw, Happening, Request
from msgspec.structs import replace

from mockserver.app import Mock, build
from mockserver.connection.asgi import Message
from mockserver.journal.entry import Exchange
from mockserver.sessions.sessions import Setup
from mockserver.settings import Settings
from mockserver.way.fast_path import FastPath

KNOWN: Final[Mapping[str, str]] = {}
"""Differences that may be, by name: bugs of connexion that only the fast way does not have.  There are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a request: the messages sent, or the error that ended it."""

    messages: tuple[Mapping[str, Any], ...]
    error: str | None


@dataclass(kw_only=True)
class Difference(Exception):
    number: int
    what: str
    request: Request | None
    fast: Any
    whole: Any

    def __str__(self) -> str:
        head = f"request {self.number}: {self.what} differs\n{self.request}"
        return f"{head}\nfast:  {self.fast!r}\nwhole: {self.whole!r}"


@dataclass(kw_only=True)
class Pair:
    """Two mocks that only the way of a request tells apart."""

    scenario: Path
    seed: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    handed_on: int = 0
    """How many requests the fast way gave to the whole one."""

    def __post_init__(self) -> None:
        make: Callable[[bool], Mock] = lambda fast: build(  # noqa: E731
            Settings(
                clock="manual", seed=self.seed, scenario=str(self.scenario), fast_path=fast, session_limit=7
            )
        )
        self.fast, self.whole = make(True), make(False)
        way = self.fast._vendor
        assert isinstance(way, FastPath)
        further = way._whole

        async def counted(*asked: Any) -> None:
            self.handed_on += 1
            await further(*asked)

        way._whole = counted

    @property
    def mocks(self) -> tuple[Mock, Mock]:
        return self.fast, self.whole

    async def compare(self, number: int, request: Request, meanwhile: Happening | None = None) -> None:
        """`meanwhile` is what happens once the head of the request has come and before its payload has."""
        told = [await self._ask(mock, request, meanwhile) for mock in self.mocks]
        if told[0] != told[1]:
            raise Difference(number=number, what="the answer", request=request, fast=told[0], whole=told[1])
        self.statuses[told[0].messages[0].get("status", 0) if told[0].messages else 0] += 1
        self._compare_states(number, request, only_last=bool(number % 250))

    def _compare_states(self, number: int, request: Request, *, only_last: bool) -> None:
        fast, whole = (_states(mock, only_last=only_last) for mock in self.mocks)
        for name in fast.keys() | whole.keys():
            if fast.get(name) != whole.get(name):
                raise Difference(
                    number=number, what=name, request=request, fast=fast.get(name), whole=whole.get(name)
                )

    async def _ask(self, mock: Mock, request: Request, meanwhile: Happening | None) -> Told:
        messages: list[Mapping[str, Any]] = []
        waiting = request.messages()
        happenings = [meanwhile] if meanwhile is not None else []

        async def receive() -> Message:
            while happenings:
                Context().run(happenings.pop(), mock)  # nothing that this request does
            if waiting:
                return waiting.pop(0)
            if request.cut:
                return {"type": "http.disconnect"}
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            messages.append({**message, "headers": [tuple(each) for each in message.get("headers", ())]})

        asked = asyncio.ensure_future(mock(request.scope(), receive, send))
        while not asked.done():
            for _ in range(40):
                await asyncio.sleep(0)
                if asked.done():
                    break
            else:
                for session in mock.sessions:
                    if session.waiting and (moment := session.next_moment) is not None:
                        session.move_to(moment)
        error = None
        try:
            await asked
        except Exception as fault:  # noqa: BLE001  # whatever it is, both ways have to have it
            error = f"{type(fault).__name__}: {fault}"
        await asyncio.sleep(0)  # what it cancelled has to come to its end
        return Told(messages=tuple(messages), error=error)


def _states(mock: Mock, *, only_last: bool) -> dict[str, Any]:
    states: dict[str, Any] = {
        "sessions": [session.name for session in mock.sessions],
        "evictions": [(each.session, each.reason) for each in mock.sessions.evictions],
    }
    for session in mock.sessions:
        journal = session.journal
        kept = list(journal.entries)[-2:] if only_last else list(journal.entries)
        entries = [replace(each, life=None) if isinstance(each, Exchange) else each for each in kept]
        name = session.name
        states[f"world of {name}"] = session.world
        states[f"version of {name}"] = (session.version, session.clock.now(), session.waiting)
        states[f"journal of {name}"] = (entries, len(journal.entries), journal.bytes_kept, journal.evicted)
        states[f"faults of {name}"] = [
            (each.id, each.seen, each.struck) for each in session.faults.armed.values()
        ]
        if entries and entries[-1].number:
            number = entries[-1].number
            states[f"world kept by {name}"] = journal.world_of(number)
    return states


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--requests", type=int, default=50_000)
    options.add_argument("--seed", type=int, default=1)
    wanted = options.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    try:
        pair = asyncio.run(run(wanted.requests, wanted.seed, progress=sys.stderr.isatty()))
    except Difference as difference:
        print(difference)
        return 1
    fast = wanted.requests - pair.handed_on
    counted = ", ".join(f"{status or 'none'}: {count}" for status, count in sorted(pair.statuses.items()))
    print(f"{wanted.requests} requests, seed {wanted.seed}, {time.monotonic() - began:.0f} s: no difference")
    print(f"{fast} of them answered by the fast way; statuses {counted}")
    return 0


async def run(requests: int, seed: int, *, progress: bool = False) -> Pair:
    """Raise Difference at the first one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "two-ways.yaml"
        file.write_text(SCENARIO, encoding="utf-8")
        pair = Pair(scenario=file, seed=seed)
        draw, meanwhile = Draw(Random(seed)), Draw(Random(f"{seed}/meanwhile"))
        for mock in pair.mocks:
            mock.sessions.create("two", Setup(clock="manual", start=1340802530.75))
        for number in range(1, requests + 1):
            if (happening := draw.happening()) is not None:
                for mock in pair.mocks:
                    happening(mock)
            session = pair.whole.sessions.find("default")
            draw.ends = session.clock.now() if session else draw.ends
            often = meanwhile.random.random() < 0.2
            await pair.compare(number, draw.request(), meanwhile.happening() if often else None)
            if progress and number % 1000 == 0:
                print(f"\r{number} requests", end="", file=sys.stderr)
    return pair


if __name__ == "__main__":
    sys.exit(main())
