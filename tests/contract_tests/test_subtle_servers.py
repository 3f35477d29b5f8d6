"""Mistakes that take a second look are found by the fixed table all the same, each by its clause first."""

from functools import partial

import pytest

from tests.servers.subtle import SUBTLE


def jobs(check):
    return {name: partial(check.server, factory) for name, (factory, *_) in SUBTLE.items()}


@pytest.mark.parametrize("name", SUBTLE)
def test_a_subtle_mistake_is_found_by_its_clause_first(side_by_side, name):
    checked = side_by_side[name]

    assert checked.exit_code == 1
    assert checked.findings("document")[0] == SUBTLE[name][1]
