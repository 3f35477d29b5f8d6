"""Kill the mock again and again while it is busy, and compare what its store has with what it had answered.

    python bench/crash.py [--kills 300] [--clients 4] [--seed 0] [--redis | --sabotage late|half]

Each client has a session of its own and sends one request after the other, so that at any moment all of its requests
but the last have been answered. After a kill its session has to stand where those answers left it, or one whole step
further if the last request was under way. The server is a child of this process, forked because that is quicker than
300 starts, and ended by SIGKILL at a random moment, every tenth time while it starts. Exit status 1 if anything that
was answered is lost, anything that was refused happened, or anything happened by half. With --sabotage the store is a
wrong one, which has to be found out: it answers before it writes, or writes events one by one. With --redis sessions
are on a Redis server of this run's own, which lives on, instead of in a file.
"""

import argparse
import http.client
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared import redis_server

from callpark.command_line import main as callpark
from mockserver.store.sqlite_file import SqliteStore

for name in ("mockserver.app", "mockserver.serving.server", "mockserver.store.redis_server"):
    import_module(name)  # what every child needs

STEP = 1.5
VARIANT = "unanswered-ends-call"
NEVER_MET = {"request": {"urlPath": "/nowhere"}, "fault": "SERVICE_UNAVAILABLE"}
UNPARK = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
MINE = "/uapi/phoneCalls/@me/@self"


class Gone(Exception):
    """No answer came: the request may have had its effect or not."""


@dataclass(frozen=True)
class Call:
    phase: str
    slot: int | None
    due: float | None


@dataclass(frozen=True)
class Picture:
    """A session as the control plane shows it."""

    calls: dict[str, Call]
    now: float
    variants: tuple[str, ...]
    faults: int

    def without(self, call: str) -> "Picture":
        return replace(self, calls={each: about for each, about in self.calls.items() if each != call})


@dataclass(frozen=True)
class Step:
    """A request, the status it is due, and whether it has happened between two pictures."""

    kind: str
    status: int
    method: str
    path: str
    body: Any
    has_happened: Callable[[Picture, Picture], bool]
    empties_journal: bool = False

    @property
    def is_put(self) -> bool:
        return self.method == "PUT" and self.path.startswith("/uapi")


@dataclass
class Tally:
    answered: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    happened: int = 0
    not_happened: int = 0
    wrong: list[str] = field(default_factory=list)


def steps(seen: Picture, beginning: Picture, draw: random.Random) -> Step:
    """One that makes sense in a session that looks like this."""
    parked = [call for call, about in seen.calls.items() if about.phase == "parked"]
    kinds = ["park"] * 4 + ["park three", "park for a while"] + ["refused"] * 3 + ["advance"] * 2
    kinds += ["arm", "switch", "clear the journal"] + ["retrieve"] * 4 * bool(parked)
    kinds += ["hang up"] * (3 if len(seen.calls) < 40 else 30) * bool(seen.calls) + ["reset"] * draw.choice(
        (0, 0, 1)
    )
    match kind := draw.choice(kinds):
        case "park" | "park three" | "park for a while":
            count = 3 if kind == "park three" else 1
            params = {"count": count, **({"maxInParking": 4 * STEP} if kind == "park for a while" else {})}
            body = {"action": "setup", "state": "parked", "params": params}
            return Step(kind, 200, "POST", "/_mock/states", body, lambda was, now: _more(was, now, count))
        case "retrieve":
            call = draw.choice(parked)
            after = replace(seen, calls={**seen.calls, call: Call("on call", None, None)})
            return Step(kind, 200, "PUT", f"{MINE}/{call}", UNPARK, lambda _was, now: now == after)
        case "refused":
            call = draw.choice([*seen.calls, "b817d2618fe6f1804333"])
            body = {**UNPARK, "sendCallTo": "0003*999"}
            return Step(kind, 400, "PUT", f"{MINE}/{call}", body, lambda was, now: was == now)
        case "hang up":
            call = draw.choice([*seen.calls])
            return Step(
                kind, 200, "DELETE", f"{MINE}/{call}", None, lambda was, now: now == was.without(call)
            )
        case "advance":
            return Step(kind, 200, "POST", "/_mock/clock/advance", {"seconds": STEP}, _advanced)
        case "arm":
            if seen.faults > 90:
                return Step(
                    kind, 200, "DELETE", "/_mock/faults", None, lambda was, now: now == replace(was, faults=0)
                )
            return Step(
                kind, 200, "POST", "/_mock/faults", NEVER_MET,
                lambda was, now: now == replace(was, faults=was.faults + 1),
            )  # fmt: skip
        case "switch":
            variants = () if seen.variants else (VARIANT,)
            body = {"variants": variants}
            return Step(
                kind,
                200,
                "PUT",
                "/_mock/behaviour",
                body,
                lambda was, now: now == replace(was, variants=variants),
            )
        case "reset":
            return Step(kind, 200, "POST", "/_mock/reset", {}, lambda _was, now: now == beginning, True)
        case _:
            return Step(kind, 200, "DELETE", "/_mock/journal", None, lambda was, now: was == now, True)


def _more(was: Picture, now: Picture, count: int) -> bool:
    more = [about for call, about in now.calls.items() if call not in was.calls]
    kept = {call: about for call, about in now.calls.items() if call in was.calls}
    return (
        len(more) == count
        and replace(now, calls=kept) == was
        and all(each.phase == "parked" for each in more)
    )


def _advanced(was: Picture, now: Picture) -> bool:
    """The parking time of some calls was over on the way: they came back, and were answered at once."""
    until = was.now + STEP
    calls = {
        call: Call("on call", None, None) if about.due is not None and about.due <= until + 0.001 else about
        for call, about in was.calls.items()
    }
    return now == replace(was, now=now.now, calls=calls) and abs(now.now - until) < 0.001


class Client:
    def __init__(self, number: int, seed: int, tally: Tally) -> None:
        self.session = f"crash-{number}"
        self.tally = tally
        self.draw = random.Random(f"{seed}/{number}")
        self.picture: Picture | None = None
        self.under_way: Step | None = None
        self.puts = 0

    def connect(self, url: str) -> None:
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)

    def load(self) -> None:
        """One request after the other until the server is gone."""
        try:
            while True:
                self.go(steps(self.picture, self.beginning, self.draw))
        except Gone:
            pass

    def go(self, step: Step) -> None:
        self.under_way = step
        status, content = self.ask(step.method, step.path, step.body)
        if status != step.status:
            self.tally.wrong.append(f"{self.session}: {step.kind} is answered {status} {content}")
        self.tally.answered[step.kind] += 1
        self.puts = 0 if step.empties_journal else self.puts + step.is_put
        before, self.picture, self.under_way = self.picture, None, None
        self.answered = (before, step)
        self.picture = self.look()
        if not step.has_happened(before, self.picture):
            self.tally.wrong.append(
                f"{self.session}: after {step.kind} there is {self.picture}, before {before}"
            )

    def verify(self) -> None:
        """After a kill: where the answers left it, or one step further."""
        seen = self.look()
        if (
            self.under_way is None and self.picture is None
        ):  # killed on the first look, or on the one after an answer
            if hasattr(self, "answered") and not self.answered[1].has_happened(self.answered[0], seen):
                self._lost(seen, *self.answered)
        elif self.under_way is None or self.under_way.kind == "refused":
            if seen != self.picture:
                self._lost(seen, self.picture, self.under_way)
        else:
            has_happened = self.under_way.has_happened(self.picture, seen)
            self.tally.happened += has_happened
            self.tally.not_happened += not has_happened
            if not has_happened and seen != self.picture:
                self._lost(seen, self.picture, self.under_way)
        self.check_journal()
        if not hasattr(self, "beginning"):
            self.beginning = seen
        self.picture, self.under_way = seen, None

    def check_journal(self) -> None:
        """Every exchange that was answered is in it; one that was not may be."""
        _, counted = self.ask("POST", "/_mock/journal/count", {"request": {"method": "PUT"}})
        if self.under_way and self.under_way.empties_journal:
            self.ask("DELETE", "/_mock/journal")
            self.puts = 0
            return
        more = bool(self.under_way and self.under_way.is_put)
        if not (counted["atLeast"] <= self.puts + more and self.puts <= counted["atMost"]):
            self.tally.wrong.append(
                f"{self.session}: the journal counts {counted}, answered were {self.puts} PUTs"
            )
        self.puts += more and counted["count"] == self.puts + 1

    def _lost(self, seen: Picture, before: Picture | None, step: Step | None) -> None:
        kind = step.kind if step else "nothing"
        self.tally.wrong.append(f"{self.session}: {kind} under way; there is {seen}, before {before}")

    def look(self) -> Picture:
        _, state = self.ask("GET", "/_mock/state")
        _, faults = self.ask("GET", "/_mock/faults")
        slots = {call: int(slot) for slot, call in state["lots"]["3"]["taken"].items()}
        calls = {}
        for call in state["calls"]:
            pending = call["pending"] or {}
            calls[call["id"]] = Call(call["phase"], slots.pop(call["id"], None), pending.get("due"))
        if slots or any((each.slot is None) == (each.phase == "parked") for each in calls.values()):
            self.tally.wrong.append(f"{self.session}: calls and slots disagree: {calls}, {slots}")
        variants = tuple(state["behaviour"]["variants"])
        return Picture(calls, state["clock"]["now"], variants, len(faults["faults"]))

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer mock.{self.session}.12", "X-Callpark-Session": self.session}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            self.connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = self.connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            raise Gone from None
        return response.status, json.loads(content) if content else None


def sabotage(how: str, kind: type[Any] = SqliteStore) -> None:
    """What a store must not do, done by every store of this kind that is opened from now on."""
    right, waiting, steps = kind.append, [], [0]

    def late(store: Any, session: str, *, expected_version: int, events: Any) -> int:
        waiting.append((session, expected_version, events))
        if len(waiting) > 10:
            for name, version, those in waiting:
                right(store, name, expected_version=version, events=those)
            waiting.clear()
        return expected_version + len(events)

    def half(store: Any, session: str, *, expected_version: int, events: Any) -> int:
        steps[0] += len(events) == 2
        if steps[0] == 10:
            right(store, session, expected_version=expected_version, events=events[:1])
            os.kill(os.getpid(), signal.SIGKILL)
        return right(store, session, expected_version=expected_version, events=events)

    kind.append = late if how == "late" else half


def started(arguments: list[str]) -> int:
    """The process id of a `callpark` that runs with these arguments."""
    child = os.fork()
    if child:
        return child
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        sys.argv[1:] = arguments
        callpark()
    finally:
        os._exit(1)


def killed(pid: int) -> None:
    """Also one that is dead already."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def serving(pid: int, ready: Path) -> str:
    until = time.monotonic() + 60
    while not (ready.exists() and (url := ready.read_text(encoding="utf-8").strip())):
        if os.waitpid(pid, os.WNOHANG)[0] or time.monotonic() > until:
            raise SystemExit(
                "crash: the mock does not serve from what the kill before left; run it by hand to see why"
            )
        time.sleep(0.005)
    return url


def run(kills: int, clients: int, seed: int, folder: Path, store: str) -> tuple[Tally, list[float]]:
    tally, draw = Tally(), random.Random(seed)
    everybody = [Client(number, seed, tally) for number in range(clients)]
    serve = ["mock", "--port", "0", "--clock", "manual", "--store", store]
    seconds: list[float] = []
    for kill in range(kills + 1):
        ready = folder / f"ready-{kill}"
        began = time.monotonic()
        pid = started([*serve, "--ready-file", str(ready)])
        if kill % 10 == 9:
            time.sleep(draw.uniform(0, 0.5))
            killed(pid)
            continue
        url = serving(pid, ready)
        seconds.append(time.monotonic() - began)
        for client in everybody:
            client.connect(url)
            client.verify()
        if kill == kills:
            killed(pid)
            break
        threads = [threading.Thread(target=client.load) for client in everybody]
        for thread in threads:
            thread.start()
        time.sleep(draw.uniform(0.02, 0.4))
        killed(pid)
        for thread in threads:
            thread.join()
        if (kill + 1) % 25 == 0:
            print(
                f"{kill + 1} kills, {tally.answered.total()} answers, {len(tally.wrong)} wrong",
                file=sys.stderr,
            )
    return tally, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--redis", action="store_true")
    parser.add_argument("--sabotage", choices=("late", "half"))
    asked = parser.parse_args()
    if asked.sabotage:
        sabotage(asked.sabotage)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callpark-crash-")))
        store = stack.enter_context(redis_server())[0] if asked.redis else str(folder / "world.db")
        tally, seconds = run(asked.kills, asked.clients, asked.seed, folder, store)
    refused = tally.answered["refused"]
    print(f"kills                        {asked.kills}")
    print(f"changes acknowledged         {tally.answered.total() - refused}")
    print(f"requests refused             {refused}")
    print(f"under way at a kill          {tally.happened} happened whole, {tally.not_happened} not at all")
    print(f"lost, phantom or half        {len(tally.wrong)}")
    print(
        f"seconds until it serves      {statistics.median(seconds):.2f} (median), {max(seconds):.2f} at most"
    )
    for wrong in tally.wrong[:10]:
        print(f"  {wrong}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
