"""The proof itself: what the checker could tell apart yesterday it can tell apart today.

A third of the defects and variants, spread over all classes, so that the tests stay quick; everything with
CALLPARK_LONG=1. Neither seconds nor what the lane explore finds within some are judged here: a busy machine is no
fault of the checker.
"""

import os
from dataclasses import replace

import pytest

from callpark.proof.agenda import QUICK
from callpark.proof.proving import prove

SHARE = 1 if os.environ.get("CALLPARK_LONG") else 3

PROMISES = (
    "right clause named first",
    "clauses named per defect",
    "variants alone accused",
    "must clauses passed by empty servers",
    "runs with the same digest",
)


@pytest.fixture(scope="module")
def figures():
    proof = prove(
        replace(QUICK, every=SHARE, catching=QUICK.catching if SHARE == 1 else 0),
        jobs=os.cpu_count() or 1,
        watch=lambda done, total, title: None,
    )
    return {figure.name: figure for figure in proof.figures}


@pytest.mark.parametrize("name", PROMISES)
def test_a_promise_holds(figures, name):
    assert figures[name].ok, (figures[name].measured, figures[name].misses)


def test_every_defect_that_the_fixed_table_can_see_is_caught_by_it(figures):
    assert [miss for miss in figures["defects caught"].misses if "(lane explore" not in miss] == []


def test_a_run_stays_small(figures):
    assert figures["requests of the lane conform"].ok
