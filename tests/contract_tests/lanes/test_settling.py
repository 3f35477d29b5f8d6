"""An answer may take a while to show: 202 now, and the listing changes later, within what the profile allows."""

import json

import pytest

from contract_tests.cases import CONTROL, all_cases
from contract_tests.exchange import Exchange, Response
from contract_tests.lanes.trial import Trial

BY_ID = {case.id: case for case in all_cases()}
ME, ZERO = BY_ID["uri/user-id/me/me"], BY_ID["failure/timeout/not-positive/zero"]
PARKED = {"id": "01", "extension": "0003*210", "status": 4, "parkedPos": 1}
TAKEN = {"id": "01", "extension": "0003*024", "status": 5}
NEVER = float("inf")


def answer(status, value=None):
    body = b"" if value is None else json.dumps(value).encode()
    return Response(status=status, body=body, body_size=len(body))


class Slow:
    """A target that says 202 and retrieves the call `delay` seconds later; meanwhile listings show it so."""

    def __init__(self, delay, meanwhile=PARKED, status=202):
        self.delay, self.meanwhile, self.status = delay, meanwhile, status
        self.clock, self.due, self.was_asked, self.listings = 0.0, NEVER, False, 0

    def sleep(self, seconds):
        self.clock += seconds

    def exchange(self, request, *, case="", role="request", call=None, witness=None, also=()):
        if request.method == "PUT":
            self.due, self.was_asked = self.clock + self.delay, self.status < 300
            said = answer(self.status, {"id": call.id})
        else:
            self.listings += 1
            said = self.listed()
        return Exchange(
            number=self.listings + 1, case=case, role=role, request=request, response=said, call=call
        )

    def listed(self):
        view = TAKEN if self.clock >= self.due else self.meanwhile if self.was_asked else PARKED
        return (
            answer(404)
            if view is None
            else answer(200, {"id": "b817d2618fe6f1804333", "phoneCallView": [view]})
        )


@pytest.fixture
def trial(world):
    def make(target, settle=2.0):
        return Trial(
            target=target,
            world=world,
            control=CONTROL,
            sleep=target.sleep,
            settle=settle,
            not_offered=frozenset(),
        )

    return make


@pytest.mark.parametrize(
    "meanwhile", [PARKED, TAKEN | {"status": 3}, None], ids=["parked", "ringing", "away"]
)
@pytest.mark.parametrize("delay", [0.0, 0.15, 1.9])
def test_what_comes_within_the_bound_is_seen(trial, call, delay, meanwhile):
    target = Slow(delay, meanwhile)
    evidence = trial(target).of(CONTROL, call)

    assert evidence.seen_after().is_on_call_with("0003*024")
    assert target.clock <= 2.0


@pytest.mark.parametrize("settle", [0.0, 0.3, 2.0, 7.0])
def test_what_does_not_come_is_waited_for_as_long_as_the_profile_says(trial, call, settle):
    target = Slow(NEVER)
    evidence = trial(target, settle).of(CONTROL, call)

    assert evidence.seen_after().parking
    assert target.clock == pytest.approx(settle)


def test_a_refusal_is_not_waited_for(trial, call):
    target = Slow(NEVER, status=400)
    trial(target).of(ZERO, call)

    assert (target.clock, target.listings) == (0.0, 2)


def test_a_call_that_is_away_after_a_200_is_lost_and_not_waited_for(trial, call):
    target = Slow(NEVER, meanwhile=None, status=200)
    trial(target).of(CONTROL, call)

    assert target.clock == 0.0


def test_a_target_that_never_does_it_is_waited_for_once(trial, call):
    target = Slow(NEVER)
    tried = trial(target)
    tried.of(CONTROL, call)
    waited = target.clock
    tried.of(ME, call)

    assert target.clock == waited


def test_one_answer_that_never_shows_does_not_make_the_others_late(trial, call):
    """What took 0.15 seconds before is given time again after another one was waited for in vain."""
    target = Slow(0.15)
    tried = trial(target)
    tried.of(CONTROL, call)
    target.delay = NEVER
    tried.of(ME, call)
    target.delay = 0.15

    assert tried.of(ME, call).seen_after().is_on_call_with("0003*024")
