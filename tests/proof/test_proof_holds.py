"""The proof itself: what the checker could tell apart yesterday it can tell apart today.

A third of the defects and variants, spread over all classes, so that the tests stay quick; everything with
CALLPARK_FULL=1. Neither seconds nor what the lane explore finds within some are judged here: a busy machine is no
fault of the checker.
"""

import os
from dataclasses import replace

import pytest

from callpark.proof.agenda import QUICK
from callpark.proof.proving import prove

SHARE = 1 if os.environ.get("CALLPARK_FULL") else 3

# What does not hold yet. Names are taken off this list and never put on it.
NOT_YET = {
    "right clause named first": {
        "call-and-view-codes-swapped",
        "caller-id-accents-500",
        "default-timeout-zero",
        "retrieved-call-ends",
        "trailing-slash-500",
        "unknown-call-200",
    },
}
PROMISES = (
    "defects caught",
    "right clause named first",
    "clauses named per defect",
    "variants alone accused",
    "must clauses passed by empty servers",
    "runs with the same digest",
)


@pytest.fixture(scope="module")
def figures():
    proof = prove(
        replace(QUICK, every=SHARE), jobs=os.cpu_count() or 1, watch=lambda done, total, title: None
    )
    return {figure.name: figure for figure in proof.figures}


@pytest.mark.parametrize("name", PROMISES)
def test_a_promise_holds_but_for_what_is_known(figures, name):
    figure = figures[name]
    missed = {miss.partition(":")[0] for miss in figure.misses if "(lane explore" not in miss}
    assert figure.ok or figure.misses, figure.measured
    assert missed <= NOT_YET.get(name, set()), figure.misses


def test_a_run_stays_small(figures):
    assert figures["requests of the lane conform"].ok
