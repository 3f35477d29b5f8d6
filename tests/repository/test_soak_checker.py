"""What `make soak-checker` does over a million requests, in short; and that it would see what is kept."""

import gc
import importlib
import io
import tracemalloc
from functools import partial
from pathlib import Path

import pytest

from callpark.proof.candidate import Candidate
from callpark.proof.server_process import ServerProcess
from contract_tests.lanes import explore
from contract_tests.record.writer import RecordWriter

ROOT = Path(__file__).parents[2]
ALLOWED = 250
"""Bytes for a request, which bounded caches take while they fill; an exchange that stayed would take two thousand."""


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("soak_checker")


@pytest.fixture(scope="module")
def url():
    """A mock in a process of its own, whose memory is none of ours."""
    server = ServerProcess()
    yield server.serve(Candidate())
    server.stop()


@pytest.fixture
def short(monkeypatch):
    """Few sequences and races: what a check keeps of one, it keeps."""
    few = partial(explore.ExploreLane, sequences=6, generated=30, combinations=(), rounds=1, limit=0.2)
    monkeypatch.setattr(explore, "ExploreLane", few)


def memory():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def growth(bench, url):
    """Bytes for each request, once everything is loaded and each cache has had its first fill."""
    check = partial(_checked, bench, url)
    check(0)
    tracemalloc.start()
    try:
        (before,) = bench.soaked(lambda seed: check(1), 1, memory)
        (after,) = bench.soaked(lambda seed: check(2), 1, memory)
    finally:
        tracemalloc.stop()
    return (after.bytes - before.bytes) / after.requests


def _checked(bench, url, seed):
    return bench.checked(url, seed, io.BytesIO(), lane="explore")


def test_memory_does_not_grow_with_requests(bench, url, short):
    assert growth(bench, url) < ALLOWED


def test_an_exchange_that_stays_is_seen(bench, url, short, monkeypatch):
    kept, write = [], RecordWriter.exchange

    def keeping(self, exchange):
        kept.append(exchange)
        write(self, exchange)

    monkeypatch.setattr(RecordWriter, "exchange", keeping)
    assert growth(bench, url) > ALLOWED


def test_a_check_that_does_not_end_well_ends_the_soak(bench):
    server = ServerProcess()
    try:
        with pytest.raises(bench.soak.SoakError, match="failure/timeout/not-numeric"):
            bench.checked(server.serve(Candidate(defect="word-timeout-accepted")), 0, io.BytesIO())
    finally:
        server.stop()


def test_it_goes_on_until_so_many_requests_were_sent_or_the_time_is_over(bench):
    points = bench.soaked(lambda seed: 10 + seed, 30, lambda: 7)
    assert [(each.requests, each.bytes) for each in points] == [(10, 7), (21, 7), (33, 7)]
    assert len(bench.soaked(lambda seed: 1, 1_000, lambda: 7, seconds=0.0)) == 1
    assert bench.at_a_tenth(bench.soaked(lambda seed: 10, 300, lambda: 7)).requests == 30
