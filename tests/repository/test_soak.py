"""What `make soak` does over a million requests, in short; and that it would see a leak."""

import gc
import importlib.util
import sys
import tracemalloc
from pathlib import Path

import pytest

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.sessions.sessions import Sessions
from mockserver.settings import Settings

SESSIONS = 4
ROUNDS = 4
REQUESTS = 1_200
ALLOWED = 100
"""Bytes for a request: an exchange that stayed would take two thousand."""


@pytest.fixture(scope="module")
def bench():
    file = Path(__file__).parents[2] / "bench" / "soak.py"
    spec = importlib.util.spec_from_file_location("soak", file)
    module = sys.modules["soak"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["soak"]


def memory():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def growth(bench):
    """Bytes for each request, once the sessions that are kept are full."""
    with running(build(Settings(clock="manual", session_limit=SESSIONS))) as url:
        port = int(url.rpartition(":")[2])
        bench.soak(port, REQUESTS, lambda: 0, rounds=ROUNDS)
        tracemalloc.start()
        try:
            before = memory()
            bench.soak(port, 40 * SESSIONS * 4, lambda: 0, rounds=ROUNDS)
            filled = memory()
            bench.soak(port, REQUESTS, lambda: 0, rounds=ROUNDS)
            after = memory()
        finally:
            tracemalloc.stop()
    assert before <= filled
    return (after - filled) / REQUESTS


def test_memory_does_not_grow_with_requests(bench):
    assert growth(bench) < ALLOWED


def test_a_leak_is_seen(bench, monkeypatch):
    kept, drop = [], Sessions.drop

    def leaking(self, name, *gone):
        kept.append(self.find(name))
        drop(self, name, *gone)

    monkeypatch.setattr(Sessions, "drop", leaking)
    assert growth(bench) > ALLOWED


def test_the_growth_of_a_curve_is_that_from_a_tenth_to_the_highest_of_its_last_tenth(bench):
    points = [bench.Point(n, size, 1.0) for n, size in ((5, 1), (10, 100), (50, 300), (95, 120), (100, 110))]
    assert bench.growth(points) == pytest.approx(0.2)
