"""Clocks, driven by a source that only the test moves."""

import pytest

from mockserver.clock import Clock, ClockRateError, rate_named, system_time


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
    clock.advance(25)
    assert clock.now() == 1_025.0


def test_a_clock_does_not_go_back():
    with pytest.raises(ValueError, match="cannot go back"):
        Clock().advance(-1)


@pytest.mark.parametrize("name", ["", "fast", "60", "x", "x0", "x-1", "xx2", "xnan", "xinf", "x1000000"])
def test_a_clock_that_is_not_known_is_refused(name):
    with pytest.raises(ClockRateError, match="allowed: real, manual"):
        rate_named(name)


def test_the_systems_time_does_not_go_back():
    moments = [system_time() for _ in range(100)]
    assert moments == sorted(moments)
