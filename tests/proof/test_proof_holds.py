"""The proof itself, small: what the checker could tell apart yesterday it can tell apart today."""

import os
from dataclasses import replace

import pytest

from callpark.proof.agenda import QUICK
from callpark.proof.proving import prove

# Every third defect and variant, so that each class is there and the tests stay quick; all of them in the full run.
SHARE = 1 if os.environ.get("CALLPARK_FULL") else 3
MEASURED = {"seconds of the lane conform"}  # a busy machine is no fault of the checker
OF_THE_WHOLE = {"clauses with a defect or a reason"}


@pytest.fixture(scope="module")
def figures():
    proof = prove(
        replace(QUICK, every=SHARE), jobs=os.cpu_count() or 1, watch=lambda done, total, title: None
    )
    return {figure.name: figure for figure in proof.figures}


@pytest.mark.parametrize(
    "name",
    [
        "defects caught",
        "right clause named first",
        "clauses named per defect",
        "variants alone accused",
        "must clauses passed by empty servers",
        "requests of the lane conform",
        "runs with the same digest",
    ],
)
def test_a_promise_holds(figures, name):
    figure = figures[name]
    assert figure.ok, f"{figure.measured}: {figure.misses}"
