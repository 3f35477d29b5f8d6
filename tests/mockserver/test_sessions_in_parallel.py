"""A hundred sessions at once differ in no byte from each of them alone, and a seed makes the same run again."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

CALL = "b817d2618fe6f1804333"
SESSIONS = [f"session-{number:03d}" for number in range(100)]
OPERATIONS = 12
PHONES = ["0003*024", "0003*211", "0003*805", "0003*408", "0003*486", "0003*999"]


@dataclass(frozen=True)
class Step:
    method: str
    path: str
    body: object = None


def steps(name):
    """What one session is asked, drawn for it alone."""
    draw = random.Random(name)
    return [_step(draw) for _ in range(OPERATIONS)]


def _step(draw):
    one = f"/uapi/phoneCalls/@me/@self/{CALL}"
    action = {"phoneCallViewId": "01"}
    kinds = [
        lambda: Step("PUT", one, {**action, "action": "UnPark", "sendCallTo": draw.choice(PHONES)}),
        lambda: Step("PUT", one, {**action, "action": "Park", "maxInParking": draw.randint(10, 60)}),
        lambda: Step("GET", f"/uapi/phoneCalls/@me/@self?count={draw.randint(1, 5)}"),
        lambda: Step("DELETE", one),
        lambda: Step(
            "POST",
            "/uapi/phoneCalls/@me/simple",
            {
                "extension": "0003*210",
                "phoneCallView": [{"source": ["0003*210"], "destination": [draw.choice(PHONES)]}],
            },
        ),
        lambda: Step("POST", "/_mock/clock/advance", {"seconds": draw.randint(1, 90)}),
        lambda: Step("POST", "/_mock/clock/advance", {"to": "next"}),
        lambda: Step(
            "POST",
            "/_mock/states",
            {"action": "setup", "state": "parked", "params": {"maxInParking": draw.randint(1, 60)}},
        ),
        lambda: Step("GET", "/_mock/state"),
        lambda: Step("POST", "/_mock/reset"),
    ]
    return draw.choices(kinds, weights=[4, 3, 2, 1, 2, 2, 1, 3, 1, 1])[0]()


def play(client, name):
    """Every answer whole, and the session's journal at the end: status, headers and bytes.

    The name of the host is the same wherever it listens.
    """
    headers = {
        "Authorization": f"Bearer mock.{name}.12",
        "X-Callpark-Session": name,
        "Prefer": "respond-async",
        "Host": "127.0.0.1",
    }
    told = []
    for step in [*steps(name), Step("GET", "/_mock/journal")]:
        answer = client.request(step.method, step.path, json=step.body, headers=headers)
        assert answer.status_code < 500, (step, answer.text)
        told.append((answer.status_code, dict(answer.headers), answer.content))
    return told


def settings(seed=7):
    return Settings(clock="manual", seed=seed)


def alone(seed=7, names=SESSIONS):
    with running(build(settings(seed))) as url, httpx.Client(base_url=url, trust_env=False) as client:
        return {name: play(client, name) for name in names}


@pytest.fixture(scope="module")
def serial():
    return alone()


def test_a_hundred_sessions_in_parallel_differ_in_no_byte_from_serial_runs(serial):
    with (
        running(build(settings())) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
        ThreadPoolExecutor(max_workers=20) as threads,
    ):
        parallel = dict(zip(SESSIONS, threads.map(lambda name: play(client, name), SESSIONS), strict=True))
    differing = [name for name in SESSIONS if parallel[name] != serial[name]]
    assert differing == []


def test_the_steps_are_of_many_kinds_and_mostly_do_something(serial):
    statuses = [status for told in serial.values() for status, _, _ in told]
    assert {200, 202, 204, 400} <= set(statuses)
    assert len({content for told in serial.values() for _, _, content in told}) > len(SESSIONS)


def test_the_same_seed_gives_the_same_run_and_another_one_another(serial):
    assert alone(names=SESSIONS[:20]) == {name: serial[name] for name in SESSIONS[:20]}
    other = alone(seed=8, names=SESSIONS[:20])
    assert other != {name: serial[name] for name in SESSIONS[:20]}
