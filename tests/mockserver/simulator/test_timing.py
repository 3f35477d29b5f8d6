"""Timers: what becomes due, in which order, and what no longer does."""

from mockserver.simulator.commands import End, HangUp
from mockserver.simulator.door import next_due
from mockserver.simulator.lifecycle import Phase
from mockserver.simulator.rules import Rules

CALL = "b817d2618fe6f1804333"


def test_a_call_without_a_time_limit_stays_for_a_day(lab):
    assert lab.wait(86_400) == []
    assert next_due(lab.world) is None


def test_after_its_time_a_parked_call_comes_back_to_the_parker(make_phones):
    lab = make_phones()
    lab.stage("aa", max_in_parking=30)
    assert lab.wait(29.9) == []
    assert lab.wait(0.1) == ["ComebackStarted", "ComebackAnswered"]
    call = lab.world.calls["aa"]
    assert (call.phase, call.parked_view) == (Phase.ON_CALL, None)
    assert [view.extension for view in call.views] == ["0003*210", "0003*211"]


def test_a_comeback_rings_for_thirty_seconds_and_then_ends(make_phones):
    lab = make_phones(parker="never")
    lab.stage("aa", max_in_parking=30)
    assert lab.wait(59.9) == ["ComebackStarted"]
    assert 2 not in lab.world.lots["3"].taken
    assert lab.wait(0.1) == ["CallEnded"]
    assert "aa" not in lab.world.calls


def test_the_parking_time_stands_still_during_a_retrieval(make_phones):
    lab = make_phones()
    lab.stage("aa", max_in_parking=30)
    lab.wait(20)
    lab.unpark("aa", send_call_to="0003*026", wait_for_pickup=25)
    assert lab.wait(25) == ["RetrievalGivenUp"]
    assert lab.wait(9.9) == []
    assert lab.wait(0.1)[0] == "ComebackStarted"


def test_by_rule_the_parking_time_runs_on_during_a_retrieval(make_phones):
    lab = make_phones(rules=Rules(parking_time_runs_while_retrieving=True))
    lab.stage("aa", max_in_parking=30)
    lab.wait(20)
    lab.unpark("aa", send_call_to="0003*026", wait_for_pickup=25)
    assert lab.wait(25) == ["RetrievalGivenUp", "ComebackStarted", "ComebackAnswered"]


def test_a_retrieved_call_does_not_come_back(lab):
    lab.stage("aa", max_in_parking=30)
    lab.unpark("aa")
    assert lab.wait(86_400) == []


def test_nothing_fires_for_a_call_that_has_ended(make_phones):
    lab = make_phones()
    lab.stage("aa", max_in_parking=30)
    lab.stage("bb", max_in_parking=30)
    lab.ask(HangUp(address=lab.address("aa")))
    lab.ask(End(call_id="bb"))
    assert lab.wait(86_400) == []


def test_timers_fire_in_order_of_their_moment_however_far_the_clock_jumps(make_phones):
    lab = make_phones(parker="never")
    lab.stage("aa", max_in_parking=50)
    lab.stage("bb", max_in_parking=10)
    assert lab.wait(86_400) == ["ComebackStarted", "CallEnded", "ComebackStarted", "CallEnded"]
    moments = [(event.at, event.call_id) for event in lab.events[-4:]]
    assert moments == [(1_010, "bb"), (1_040, "bb"), (1_050, "aa"), (1_080, "aa")]


def test_timers_of_one_moment_fire_in_the_order_they_were_set(lab):
    for call_id in ("cc", "aa", "bb"):
        lab.stage(call_id, max_in_parking=30)
    lab.wait(30)
    started = [event.call_id for event in lab.events if type(event).__name__ == "ComebackStarted"]
    assert started == ["cc", "aa", "bb"]


def test_stale_timers_do_not_pile_up(lab):
    for _ in range(500):
        lab.unpark()
        lab.park()
    assert len(lab.world.timers) < 100
    assert next_due(lab.world) == lab.now + 180
