"""As many connections as the system lets a process have, also where it says that there is no limit and has one."""

import resource
import sys

import pytest

from mockserver.connection.client_limits import ClientLimits
from mockserver.connection.descriptors import take_all_descriptors, within_descriptors

NONE = resource.RLIM_INFINITY
pytestmark = pytest.mark.usefixtures("system")


@pytest.fixture
def system(monkeypatch):
    """A system that really has a limit of `most`, whatever it says."""

    class System:
        soft, hard, most = 256, NONE, 10_240

        def get(self, _):
            return self.soft, self.hard

        def set(self, _, limits):
            soft, hard = limits
            if soft == NONE or soft > self.most:
                raise ValueError("current limit exceeds maximum limit")
            self.soft, self.hard = soft, hard

    system = System()
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(resource, "getrlimit", system.get)
    monkeypatch.setattr(resource, "setrlimit", system.set)
    return system


@pytest.mark.parametrize(
    ("soft", "hard", "most", "taken"),
    [
        (256, NONE, 10_240, 10_240),
        (256, NONE, 500_000, 65_536),
        (100_000, NONE, 100_000, 100_000),
        (256, 4_096, 4_096, 4_096),
        (4_096, 4_096, 4_096, 4_096),
        (256, 4_096, 1_000, 256),
    ],
)
def test_what_there_is_is_taken(system, soft, hard, most, taken):
    system.soft, system.hard, system.most = soft, hard, most
    take_all_descriptors()
    assert (system.soft, system.hard) == (taken, hard)
    assert within_descriptors(ClientLimits()).max_connections == min(10_000, taken - 64)


def test_where_there_is_no_limit_none_is_set(system):
    system.soft = NONE
    take_all_descriptors()
    assert system.soft == NONE
    assert within_descriptors(ClientLimits()).max_connections == 10_000
