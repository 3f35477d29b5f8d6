"""What time and sessions of the mock cost: `python bench/worlds.py [--rounds N] [--publish]`.

Each figure is the best of its rounds, in milliseconds of this process's own processor time, because a busy machine
makes everything slower and nothing faster.  Below them stand the curves: microseconds for a call that is retrieved and
parked again, against what may grow.  `--publish` writes both into the page on performance.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Final

import httpx
from publishing import put_between

from mockserver.app import Mock, build
from mockserver.scenarios.scenario import load_scenario
from mockserver.serving.in_process import InProcess
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import Setup
from mockserver.settings import Settings
from mockserver.simulator.commands import Address, Park, Stage, UnPark
from mockserver.simulator.outcomes import Parked, Retrieved

BEGIN: Final = "<!-- worlds: begin -->"
END: Final = "<!-- worlds: end -->"
ROOMY: Final = 1 << 34
"""Bytes that sessions may take: none of those that are measured gives way to the next."""
TIGHT: Final = 1 << 16
"""Bytes for each of a crowd of sessions, which takes a quarter of them when it is new."""
DAY = 86_400
CALLS = 480

MANY: Final = 10_000
GROWING: Final = (10, 100, 1_000, 10_000)
PHONES: Final = """
organizations:
  - id: "3"
    name: Default Organization
    slots: 10000
    users:
      - id: "12"
        extensions: [{number: 0003*210}, {number: 0003*024}]
"""

_names = (f"bench-{number}" for number in count(1))


def a_day_of_parking(mock: Mock) -> Callable[[], object]:
    """Every three minutes a call's time in the lot is over; it comes back to its parker, who answers."""
    session = mock.sessions.create(next(_names), Setup(clock="manual"))
    for number in range(1, CALLS + 1):
        limit = number * DAY / CALLS
        session.execute(
            Stage(call_id=f"aa{number}", user="12", extension="0003*210", parked=True, max_in_parking=limit)
        )

    def run() -> None:
        assert len(session.move_by(DAY)) == 2 * CALLS

    return run


def a_day_of_parking_many(mock: Mock) -> Callable[[], object]:
    session = crowded(mock, MANY, last=DAY)

    def run() -> None:
        assert len(session.move_by(DAY)) == 2 * MANY

    return run


def crowded(mock: Mock, calls: int, *, last: float | None = None, talking: int = 0) -> Session:
    """A session with so many parked calls, and so many more whose parties talk.

    With `last`, the time of the last is over after so many seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "phones.yaml"
        file.write_text(PHONES, encoding="utf-8")
        scenario = load_scenario(str(file))
    session = mock.sessions.create(next(_names), Setup(clock="manual", scenario=scenario))
    for number in range(1, calls + 1):
        limit = None if last is None else number * last / calls
        session.execute(
            Stage(call_id=f"aa{number}", user="12", extension="0003*210", parked=True, max_in_parking=limit)
        )
    for number in range(talking):
        session.execute(Stage(call_id=f"bb{number}", user="12", extension="0003*210", parked=False))
    return session


def turn(session: Session, call_id: str = "aa1") -> None:
    """A parked call is retrieved, and parked again."""
    address = Address(viewer="12", user="12", extension="0003*210", call_id=call_id)
    retrieved = session.execute(UnPark(address=address, view_id="01", send_call_to="0003*024"))
    parked = session.execute(Park(address=address, view_id="01"))
    assert (type(retrieved), type(parked)) == (Retrieved, Parked)


def against_calls(mock: Mock, calls: int) -> Callable[[], object]:
    session = crowded(mock, 10, talking=calls - 10)
    return lambda: turn(session)


def against_slots(mock: Mock, slots: int) -> Callable[[], object]:
    session = crowded(mock, slots)
    return lambda: turn(session)


def against_sessions(_mock: Mock, sessions: int) -> Callable[[], object]:
    crowd = build(Settings(clock="manual", session_limit=sessions + 1, most_bytes=ROOMY))
    for number in range(sessions):
        crowd.sessions.open(f"other-{number}")
    session = crowded(crowd, 10)
    return lambda: (crowd.sessions.open(session.name), turn(session))


def against_journal(mock: Mock, entries: int) -> Callable[[], object]:
    session = crowded(mock, 10)
    for _ in range(entries // 2):
        turn(session)
    return lambda: turn(session)


CURVES: Final = {
    "calls known": against_calls,
    "slots taken in one lot": against_slots,
    "sessions open": against_sessions,
    "entries in the journal": against_journal,
}


def a_day_in_the_busy_lobby(mock: Mock) -> Callable[[], object]:
    setup = Setup(clock="manual", scenario=load_scenario("busy-lobby"))
    session = mock.sessions.create(next(_names), setup)
    return lambda: session.move_by(DAY)


def a_fresh_session(mock: Mock) -> Callable[[], object]:
    name = next(_names)
    return lambda: mock.sessions.open(name)


def five_hundred_calls(mock: Mock) -> Callable[[], object]:
    setup = Setup(clock="manual", scenario=load_scenario("five-hundred"))
    return lambda: mock.sessions.create(next(_names), setup)


def a_test_of_its_own(mock: Mock) -> Callable[[], object]:
    """What the fixture `callpark_mock` does before and after each test, in process."""
    client = httpx.Client(transport=InProcess(mock), base_url="http://127.0.0.1")
    name = next(_names)
    client.get("/_mock/health").raise_for_status()

    def run() -> None:
        client.post("/_mock/sessions", json={"session": name}).raise_for_status()
        client.delete(f"/_mock/sessions/{name}").raise_for_status()

    return run


def a_crowd(most_bytes: int) -> Callable[[], object]:
    """Ten turns in each of a thousand sessions, after as many as fill `TIGHT` bytes for each of them."""
    crowd = build(Settings(clock="manual", session_limit=MANY, most_bytes=most_bytes)).sessions

    def run() -> None:
        for _ in range(10):
            for number in range(MANY // 10):
                turn(crowd.open(f"one-{number}"), "b817d2618fe6f1804333")

    while crowd.bytes_kept < TIGHT * MANY // 10 * 7 // 8:
        run()
    return run


def a_crowd_with_room(_mock: Mock) -> Callable[[], object]:
    return a_crowd(ROOMY)


def a_crowd_at_its_limit(_mock: Mock) -> Callable[[], object]:
    return a_crowd(TIGHT * MANY // 10)


FIGURES = {
    f"a day of parking: {CALLS} calls come back, one after the other": a_day_of_parking,
    f"a day of parking: {MANY} calls": a_day_of_parking_many,
    "a day in the busy lobby": a_day_in_the_busy_lobby,
    "a fresh session in the documented scenario": a_fresh_session,
    "a session for a test, made and dropped through the control plane": a_test_of_its_own,
    "a fresh session with five hundred parked calls": five_hundred_calls,
    f"a call retrieved and parked again {MANY} times, by turns in {MANY // 10} sessions": a_crowd_with_room,
    "the same where they are at `--memory-limit`": a_crowd_at_its_limit,
}


def best(prepare: Callable[[Mock], Callable[[], object]], mock: Mock, rounds: int) -> float:
    """Milliseconds of the fastest of `rounds` runs, each prepared anew."""
    taken = []
    for _ in range(rounds):
        run = prepare(mock)
        began = time.process_time()
        run()
        taken.append(time.process_time() - began)
    return min(taken) * 1_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--publish", action="store_true", help="write the figures into the documentation")
    wanted = parser.parse_args()
    mock = build(Settings(clock="manual", most_bytes=ROOMY))
    figures = {}
    for name, prepare in FIGURES.items():
        figures[name] = best(prepare, mock, wanted.rounds)
        print(f"{figures[name]:9.3f} ms  {name}")
    print(f"\n{'µs for a turn, against':24}" + "".join(f"{number:>9,}" for number in GROWING))
    curves = {}
    for name, grown in CURVES.items():
        curves[name] = [curve(grown, mock, number) for number in GROWING]
        print(f"{name:24}" + "".join(f"{each:9.1f}" for each in curves[name]))
    if wanted.publish:
        put_between(BEGIN, END, "\n".join(tables(figures, curves)))
    return 0


def tables(figures: Mapping[str, float], curves: Mapping[str, Sequence[float]]) -> Iterator[str]:
    yield (
        "| µs to retrieve a call and park it again, against | "
        + " | ".join(f"{each:,}" for each in GROWING)
        + " |"
    )
    yield "| --- |" + " ---: |" * len(GROWING)
    for name, told in curves.items():
        yield f"| {name} | " + " | ".join(f"{each:.0f}" for each in told) + " |"
    yield ""
    yield "|  | ms |"
    yield "| --- | ---: |"
    for name, milliseconds in figures.items():
        yield f"| {name} | {milliseconds:.1f} |"


def curve(grown: Callable[[Mock, int], Callable[[], object]], mock: Mock, number: int) -> float:
    """Microseconds of the fastest of forty runs of five."""
    run = grown(mock, number)
    taken = []
    for _ in range(40):
        began = time.perf_counter()
        for _ in range(5):
            run()
        taken.append((time.perf_counter() - began) / 5)
    return min(taken) * 1e6


if __name__ == "__main__":
    sys.exit(main())
