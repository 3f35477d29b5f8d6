"""What a request may cost: steps of the interpreter, which are the same on a slow machine and on a busy one."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from mockserver.app import build
from mockserver.settings import Settings
from mockserver.simulator.commands import Stage
from mockserver.way import fast_path
from mockserver.way.fast_path import FastPath

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
UNPARK = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01", "waitForPickup": "20"}
PARK = {"action": "Park", "phoneCallViewId": "01", "maxInParking": "600"}
HEADERS = [(b"host", b"127.0.0.1"), (b"authorization", b"Bearer mock.default.12")]
REFUSED = {**UNPARK, "waitForPickup": 0}

STEPS = {"retrieve and park": 550, "refused": 198, "list of 20": 1_550}
"""Lines of Python run for one request, as they were when this was written, and a third more.

Whoever needs more of them for something good raises the bound, and says so.
"""


class Way:
    """Requests to the fast way of one mock, with twenty calls in its session."""

    def __init__(self) -> None:
        self.mock = build(Settings(clock="manual"))
        session = self.mock.sessions.open("default")
        for number in range(1, 20):
            session.execute(Stage(call_id=f"aa{number}", user="12", extension="0003*210", parked=True))
        assert isinstance(self.mock.fast_path, FastPath)
        self.way = self.mock.fast_path
        self.head = fast_path.head_of({"headers": HEADERS})

    def ask(self, method: str, path: str, body: object, status: int) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        told = self.way.told(
            self.head, method, path.encode(), content, scheme="http", server=("127.0.0.1", 8080)
        )
        assert told is not None
        assert told.status == status

    def retrieve_and_park(self) -> None:
        self.ask("PUT", PATH, UNPARK, 200)
        self.ask("PUT", PATH, PARK, 200)

    def refused(self) -> None:
        self.ask("PUT", PATH, REFUSED, 400)

    def listed(self) -> None:
        self.ask("GET", PATH.rpartition("/")[0], None, 200)


def steps(work: Callable[[], None], *, times: int = 20) -> float:
    """Lines of Python run for one call of `work`; what is done only once has been done before."""
    work()
    count = 0

    def traced(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        for _ in range(times):
            work()
    finally:
        sys.settrace(before)
    return count / times


@pytest.fixture
def way() -> Way:
    return Way()


def measured(way: Way) -> dict[str, float]:
    return {
        "retrieve and park": steps(way.retrieve_and_park) / 2,
        "refused": steps(way.refused),
        "list of 20": steps(way.listed),
    }


def test_a_request_takes_no_more_steps_than_it_did(way):
    found = measured(way)
    assert {name: found[name] <= most for name, most in STEPS.items()} == dict.fromkeys(STEPS, True), found


def test_a_refusal_costs_less_than_what_it_refuses(way):
    found = measured(way)
    assert found["refused"] < 0.8 * found["retrieve and park"]


def test_a_slower_way_is_seen(way, monkeypatch):
    """As if somebody wrote each answer by hand again: a loop of two hundred steps."""
    rendered = fast_path.rendered

    def slow(answer):
        for _ in range(200):
            pass
        return rendered(answer)

    monkeypatch.setattr(fast_path, "rendered", slow)
    assert any(measured(way)[name] > most for name, most in STEPS.items())


def test_the_steps_do_not_grow_with_what_the_session_has_seen(way):
    few = steps(way.retrieve_and_park)
    for _ in range(2_000):
        way.refused()
    assert steps(way.retrieve_and_park) < few * 1.1


def test_the_fast_way_takes_a_small_part_of_the_processor_time_of_the_whole_one():
    """Against itself, in one process and in turns: a machine that is busy makes both slower."""
    ways = {fast: build(Settings(clock="manual", fast_path=fast)) for fast in (True, False)}
    content = json.dumps(REFUSED).encode()
    scope = {
        "type": "http",
        "method": "PUT",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "server": ("127.0.0.1", 8080),
        "headers": [(b"host", b"127.0.0.1"), (b"authorization", b"Bearer mock.default.12")],
    }

    async def spent(mock) -> float:
        async def receive():
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message):
            pass

        await mock(dict(scope), receive, send)
        began = time.process_time()
        for _ in range(20):
            await mock(dict(scope), receive, send)
        return time.process_time() - began

    with asyncio.Runner() as runner:
        rounds = [{fast: runner.run(spent(mock)) for fast, mock in ways.items()} for _ in range(15)]
    best = {fast: min(each[fast] for each in rounds) for fast in ways}
    assert best[True] * 3 < best[False]


LOADED = """
import sys
from {module} import {name}
{name}({arguments})
print(*(each for each in {heavy!r} if each in sys.modules))
"""


@pytest.mark.parametrize(
    ("module", "name", "arguments", "heavy"),
    [
        (
            "mockserver.app",
            "build",
            "",
            ["mockserver.control.application", "mockserver.defects", "schemathesis", "hypothesis"],
        ),
        (
            "callpark.command_line",
            "group",
            "['--help'], standalone_mode=False",
            ["connexion", "uvicorn", "importlib.metadata", "mockserver", "contract_tests"],
        ),
    ],
)
def test_nothing_of_weight_is_loaded_before_it_is_used(module, name, arguments, heavy):
    program = LOADED.format(module=module, name=name, arguments=arguments, heavy=heavy)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ""
