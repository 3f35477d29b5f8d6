"""Clocks, driven by a source that only the test moves."""

import pytest

from mockserver.clock import (
    PAGE_MOMENT,
    Clock,
    ClockRateError,
    MomentError,
    moment_named,
    rate_named,
    system_time,
)


class Source:
    def __init__(self):
        self.moment = 1_000.0

    def __call__(self):
        return self.moment


@pytest.mark.parametrize(
    ("name", "after"), [("real", 1_010.0), ("manual", 1_000.0), ("x60", 1_600.0), ("x0.5", 1_005.0)]
)
def test_ten_seconds_pass_at_the_rate_of_the_clock(name, after):
    source = Source()
    clock = Clock.named(name, source=source)
    source.moment += 10
    assert clock.now() == after


@pytest.mark.parametrize("name", ["real", "manual", "x60"])
def test_a_jump_is_seconds_of_the_clock_itself(name):
    clock = Clock.named(name, source=Source())
    clock.obey(clock.moved_to(1_025.0))
    assert clock.now() == 1_025.0


def test_a_clock_does_not_go_back():
    clock = Clock(source=Source())
    clock.obey(clock.moved_to(999.0))
    assert clock.now() == 1_000.0


def test_a_jump_of_no_time_on_a_clock_that_runs_stays_where_the_clock_is_by_then():
    """Between the look at the clock and the jump it has run on."""
    source = Source()
    clock = Clock.named("x60", source=source)
    seen = clock.now()
    source.moment += 1
    clock.obey(clock.moved_to(seen))
    assert clock.now() == 1_060.0


@pytest.mark.parametrize("name", ["", "fast", "60", "x", "x0", "x-1", "xx2", "xnan", "xinf", "x1000000"])
def test_a_clock_that_is_not_known_is_refused(name):
    with pytest.raises(ClockRateError, match="allowed: real, manual"):
        rate_named(name)


def test_the_systems_time_does_not_go_back():
    moments = [system_time() for _ in range(100)]
    assert moments == sorted(moments)


def test_a_clock_that_is_set_to_another_rate_runs_on_from_where_it_is():
    source = Source()
    clock = Clock.named("manual", source=source, start=5.0)
    assert (clock.now(), clock.mode, clock.seconds_until(6.0)) == (5.0, "manual", None)
    clock.obey(clock.running_at(60))
    source.moment += 2
    assert (clock.now(), clock.mode, clock.seconds_until(245.0)) == (125.0, "x60", 2.0)
    clock.obey(clock.running_at(0))
    source.moment += 2
    assert clock.now() == 125.0
    assert clock.seconds_until(None) is None


@pytest.mark.parametrize("name", ["real", "manual", "x60", "x0.5"])
def test_the_mode_is_the_word_that_sets_it(name):
    assert Clock.named(name).mode == name


def test_a_moment_is_a_date_with_its_offset():
    assert moment_named("2012-06-27T16:08:55+03:00") == moment_named("2012-06-27T13:08:55Z") == PAGE_MOMENT


@pytest.mark.parametrize("text", ["", "soon", "2012-06-27T16:08:55", "12"])
def test_a_moment_that_is_none_is_refused(text):
    with pytest.raises(MomentError, match="a date with its offset"):
        moment_named(text)
