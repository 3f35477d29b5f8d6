"""Exploring that is shared out: every part of it is some check's, and no part is two checks'."""

import pytest

from contract_tests.lanes.pursuit import COMBINED, DRAWN, FUZZED, RACED, SUMMED_UP, Share

COUNTS = [1, 2, 3, 4, 7, 50, 999]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("pursuit", [COMBINED, FUZZED], ids=str)
@pytest.mark.parametrize("many", [0, 1, 3, 214])
def test_each_thing_is_of_one_share_and_in_its_order(count, pursuit, many):
    shares = [Share(place, count) for place in range(1, count + 1)]
    assert [thing for share in shares for thing in share.of(pursuit, range(many))] == list(range(many))
    assert all(share.has_part_of(pursuit) for share in shares if share.of(pursuit, range(many)))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("pursuit", [COMBINED, RACED, FUZZED, DRAWN], ids=str)
def test_what_is_not_taken_apart_is_of_one_share(count, pursuit):
    assert [Share(place, count).has(pursuit) for place in range(1, count + 1)].count(True) == 1


@pytest.mark.parametrize("count", COUNTS)
def test_the_shares_are_stretches_of_what_one_check_does_in_its_order(count):
    """What one check finds first is found by the first of the shares that find it."""
    done = []
    for place in range(1, count + 1):
        share = Share(place, count)
        done += [COMBINED] * len(share.of(COMBINED, range(214))) + [RACED] * share.has(RACED)
        done += [FUZZED] * len(share.of(FUZZED, range(120))) + [DRAWN] * share.has(DRAWN)
    order = [COMBINED, RACED, FUZZED, DRAWN]
    assert done == sorted(done, key=order.index)


def test_two_shares_are_of_about_the_same_length():
    halves = [Share(1, 2), Share(2, 2)]
    assert [half.has(RACED) for half in halves] == [True, False]
    assert [half.has(DRAWN) for half in halves] == [False, True]
    assert len(halves[0].of(COMBINED, range(214))) == 214


def test_a_search_that_is_summed_up_has_a_row():
    assert len(set(SUMMED_UP)) == len(SUMMED_UP) == 4
