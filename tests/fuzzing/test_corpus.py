"""The inputs that the fuzzer begins with and those that it has found, replayed without it."""

from pathlib import Path

import pytest

from tests.fuzzing.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
INPUTS = sorted(each for each in CORPUS.glob("*/*") if each.is_file())


def test_every_target_has_something_to_begin_with():
    assert {each.parent.name for each in INPUTS} == TARGETS.keys()


@pytest.mark.parametrize("file", INPUTS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_was_found_stays_mended(file):
    TARGETS[file.parent.name](file.read_bytes())
