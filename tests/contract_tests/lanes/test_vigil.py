"""What waits for a moment, between the steps of others."""

import pytest

from contract_tests.lanes.vigil import REMEMBERED, Vigil


class Clock:
    def __init__(self):
        self.time, self.slept = 0.0, 0.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds
        self.slept += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def kept(clock):
    """A vigil that notes when it went on, and that it cleared up."""

    def made(*moments, outcome="over"):
        seen = []

        def at_each():
            try:
                for moment in moments:
                    yield moment
                    seen.append(clock.time)
            finally:
                seen.append("cleared up")
            return outcome

        return Vigil(moments=at_each(), now=clock.now, sleep=clock.sleep), seen

    return made


def steps(clock, vigil, count, seconds):
    for _ in range(count):
        vigil.turn()
        clock.time += seconds


def test_others_go_on_until_a_moment_has_come(clock, kept):
    vigil, seen = kept(1.0, 2.0)
    steps(clock, vigil, 9, 0.1)
    assert (seen, clock.slept) == ([], 0.0)
    steps(clock, vigil, 16, 0.1)
    assert seen == [pytest.approx(1.0), pytest.approx(2.0), "cleared up"]
    assert vigil.end() == "over"


def test_a_moment_that_a_step_would_overrun_is_waited_for(clock, kept):
    vigil, seen = kept(1.0)
    steps(clock, vigil, 4, 0.3)
    assert seen[0] == pytest.approx(1.0)
    assert clock.slept == pytest.approx(0.1)


def test_it_is_as_late_as_a_step_that_took_longer_than_any_before(clock, kept):
    vigil, seen = kept(1.0)
    steps(clock, vigil, 5, 0.1)
    steps(clock, vigil, 1, 3.0)
    vigil.turn()
    assert seen[0] == pytest.approx(3.5)


def test_a_long_step_is_forgotten_after_many_short_ones(clock, kept):
    vigil, seen = kept(20.0)
    steps(clock, vigil, 1, 5.0)
    steps(clock, vigil, REMEMBERED + 29, 0.25)
    assert (seen, clock.slept) == ([20.0, "cleared up"], 0.0)


def test_what_it_does_itself_is_no_step_of_others(clock):
    def moments():
        yield 1.0
        vigil.turn()
        clock.time += 7.0  # it takes long itself
        yield 9.0

    vigil = Vigil(moments=moments(), now=clock.now, sleep=clock.sleep)
    steps(clock, vigil, 5, 0.25)
    assert clock.time == 8.25
    steps(clock, vigil, 3, 0.25)
    assert (clock.time, clock.slept) == (9.0, 0.0)


def test_at_the_end_all_that_is_left_is_waited_for(clock, kept):
    vigil, seen = kept(1.0, 2.5)
    assert vigil.end() == "over"
    assert (seen, clock.slept) == ([1.0, 2.5, "cleared up"], 2.5)


def test_who_is_given_up_clears_up_and_never_goes_on(clock, kept):
    vigil, seen = kept(1.0, 2.0)
    steps(clock, vigil, 11, 0.1)
    vigil.give_up()
    steps(clock, vigil, 30, 0.1)
    assert vigil.end() is None
    assert seen == [pytest.approx(1.0), "cleared up"]


def test_nobody_has_to_wait_who_waits_for_nothing(clock, kept):
    vigil, seen = kept()
    vigil.turn()
    vigil.give_up()
    assert (vigil.end(), seen) == ("over", ["cleared up"])
