"""What time and sessions of the mock cost: `python bench/worlds.py [--rounds N]`.

Each figure is the best of its rounds, in milliseconds of this process's own processor time, because a busy machine
makes everything slower and nothing faster.
"""

import argparse
import sys
import time
from collections.abc import Callable
from itertools import count

import httpx

from mockserver.app import Mock, build
from mockserver.in_process import InProcess
from mockserver.scenario import load_scenario
from mockserver.sessions import Setup
from mockserver.settings import Settings
from mockserver.simulator.commands import Stage

DAY = 86_400
CALLS = 480

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


FIGURES = {
    f"a day of parking: {CALLS} calls come back, one after the other": a_day_of_parking,
    "a day in the busy lobby": a_day_in_the_busy_lobby,
    "a fresh session in the documented scenario": a_fresh_session,
    "a session for a test, made and dropped through the control plane": a_test_of_its_own,
    "a fresh session with five hundred parked calls": five_hundred_calls,
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
    rounds = parser.parse_args().rounds
    mock = build(Settings(clock="manual"))
    for name, prepare in FIGURES.items():
        print(f"{best(prepare, mock, rounds):9.3f} ms  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
