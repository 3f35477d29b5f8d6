"""A whole check of the mock over HTTP, as both sides of the house do it."""

import io
import time

import pytest

import callpark_spec
from contract_tests.approach import approach
from contract_tests.check import Check, Plan
from contract_tests.record.reader import read_record


def check_at(url, *, spoil=lambda target: None, **plan):
    """The record of a check; `spoil` does something to the target before."""
    found = approach(url, run="kit")
    spoil(found.target)
    stream = io.BytesIO()
    check = Check(
        plan=Plan(profile=found.profile, run="kit", **plan),
        target=found.target,
        rung=found.rung,
        catalogue=callpark_spec.load(),
        version="0",
        stream=stream,
        sleep=time.sleep,
    )
    try:
        check.run()
    finally:
        found.target.close()
    return read_record(stream.getvalue())


@pytest.fixture(scope="session")
def checked():
    return check_at
