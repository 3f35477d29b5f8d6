"""An answer may take a while to show: 202 now, and the listing changes later, within what the profile allows."""

import json
from dataclasses import replace

import pytest

from contract_tests.cases import CONTROL, all_cases
from contract_tests.exchange import Exchange, Response
from contract_tests.lanes.trial import Trial
from contract_tests.settling import Settling, look_until

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
            settling=Settling(sleep=target.sleep, settle=settle),
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


def test_a_call_that_is_away_after_a_200_may_be_away_in_an_old_listing_only(trial, call):
    target = Slow(0.3, meanwhile=None, status=200)
    evidence = trial(target).of(CONTROL, call)

    assert evidence.seen_after().is_on_call_with("0003*024")


def test_a_call_that_is_lost_is_waited_for_once(trial, call):
    target = Slow(NEVER, meanwhile=None, status=200)
    tried = trial(target)
    tried.of(CONTROL, call)
    tried.of(ME, call)

    assert target.clock == pytest.approx(2.0)


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


LATE_IN_THE_LIST = {
    "not listed": answer(204),
    "on the phone": answer(200, {"id": "b817d2618fe6f1804333", "phoneCallView": [TAKEN]}),
}


class Behind(Slow):
    """A target whose listings know nothing of the lot in the first `lag` seconds."""

    def __init__(self, lag, stale):
        super().__init__(NEVER, status=400)
        self.lag, self.stale = lag, stale

    def listed(self):
        return super().listed() if self.clock >= self.lag else self.stale


@pytest.mark.parametrize("stale", LATE_IN_THE_LIST.values(), ids=LATE_IN_THE_LIST)
@pytest.mark.parametrize("lag", [0.01, 0.5, 1.9])
def test_a_listing_may_be_behind_the_rung(trial, call, lag, stale):
    evidence = trial(Behind(lag, stale)).of(ZERO, call)

    assert evidence.seen_before().parking
    assert evidence.seen_before() == evidence.seen_after()


def test_who_never_shows_the_lot_is_waited_for_once(trial, call):
    target = Behind(NEVER, LATE_IN_THE_LIST["on the phone"])
    tried = trial(target)
    tried.of(ZERO, call)
    tried.of(ZERO, replace(call, id="another"))

    assert target.clock == pytest.approx(2.0)


class Alternating(Slow):
    """A target whose every second listing comes from a copy that does not know the call for the first second."""

    def listed(self):
        return super().listed() if self.listings % 2 or self.clock > 1 else answer(204)


def test_an_old_listing_does_not_say_that_a_refusal_changed_the_call(trial, call):
    evidence = trial(Alternating(NEVER, status=400)).of(ZERO, call)

    assert evidence.seen_before() == evidence.seen_after()


def test_where_nobody_picks_up_the_look_at_which_it_rang_is_what_counts(trial, call):
    ringing = {"id": "02", "extension": "0003*024", "status": 3}

    class Unanswered(Slow):
        def listed(self):
            views = [PARKED, ringing] if self.was_asked and self.clock < 1 else [PARKED]
            return answer(200, {"id": "b817d2618fe6f1804333", "phoneCallView": views})

    evidence = trial(Unanswered(NEVER, status=200)).of(CONTROL, call)

    assert evidence.seen_after().rings_at("0003*024")


@pytest.mark.parametrize("bound", [0.0, 0.01, 0.5, 2.0, 10.0])
def test_pauses_add_up_to_the_bound(bound):
    pauses = []
    seen, waited = look_until(lambda: "nothing", lambda seen: False, pauses.append, bound)

    assert (seen, waited) == ("nothing", pytest.approx(bound))
    assert sum(pauses) == pytest.approx(bound)


def test_each_thing_is_waited_for_by_itself():
    settling = Settling(sleep=lambda seconds: None, settle=1.0)
    settling.look_until("parked", lambda: None, lambda seen: False)

    assert settling.patience("parked") == 0.0
    assert settling.patience("retrieved") == 1.0
