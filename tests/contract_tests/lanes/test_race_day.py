"""The race against the time in the lot waits while other searches go on, where both let each other be."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from contract_tests.lanes.expiry import EXPIRY_CASE
from contract_tests.lanes.player import TOGETHER
from contract_tests.lanes.pursuit import DRAWN, FUZZED
from contract_tests.lanes.races import ONE_WINNER, RACES
from contract_tests.verdict import Verdict
from contract_tests.world import KnownCall
from mockserver.defects import DEFECTS
from tests.servers import RIGHT

FIRST_RACE = f"{ONE_WINNER}/{next(iter(RACES))}"


def expiry_row(seen):
    (row,) = [row for row in seen.rows if row.case == EXPIRY_CASE]
    return row


def between(exchanges):
    """The cases of what was sent between the first and the last of that race."""
    cases = [exchange.case for exchange in exchanges]
    first, last = cases.index(EXPIRY_CASE), len(cases) - 1 - cases[::-1].index(EXPIRY_CASE)
    return set(cases[first:last]) - {EXPIRY_CASE, ""}


def asked_of_the_rung(exchanges, action):
    asked = [
        json.loads(one.request.body)
        for one in exchanges
        if one.role in ("set-up", "tear-down") and one.case == ""
    ]
    return [one["params"] for one in asked if one["action"] == action]


def test_other_searches_go_on_until_its_moment_has_come(mock, explore):
    with mock() as url:
        seen = explore(url, limit=0.6)
    assert expiry_row(seen).verdict is Verdict.PASS
    assert FIRST_RACE in between(seen.exchanges)


def test_it_is_alone_with_calls_that_others_might_take_down(explore):
    with RIGHT["minimal"]() as server:
        seen = explore(server.url, server, sequences=1, generated=5)
    assert between(seen.exchanges) == set()


def test_it_is_over_before_the_engine_thinks(mock, explore):
    with mock() as url:
        seen = explore(url, generated=5, sequences=1, engine=True)
    assert FUZZED.case not in between(seen.exchanges)


def test_a_round_whose_moment_went_by_has_all_of_them_run_again_by_themselves(mock, lane_at):
    """A target may be slow all of a sudden, when there is no waiting for the moment any more."""
    late = []
    with mock() as url:
        lane = lane_at(
            url, generated=5, sequences=1, limit=1.0, started=lambda case, *_: late.append(case == FIRST_RACE)
        )
        real = lane.target.now
        lane.target.now = lambda: real() + 60.0 * any(late)
        exchanges = []
        lane.target.watch = exchanges.append
        rows = {row.case: row for row in lane.run()}
    assert rows[EXPIRY_CASE].verdict is Verdict.PASS
    assert rows[EXPIRY_CASE].actual.startswith("held in 4 rounds")
    assert sum("maxInParking" in params for params in asked_of_the_rung(exchanges, "setup")) == 2


def test_it_is_given_up_once_other_races_say_enough(mock, explore):
    with mock(defect=DEFECTS["race-both-told-200"]) as url:
        seen = explore(url, generated=5, sequences=1, limit=5.0)
    row = expiry_row(seen)
    assert row.verdict is Verdict.INCONCLUSIVE
    assert row.actual == "not tried: 2 races show already that the clause is broken"
    assert {one.request.method for one in seen.exchanges if one.case == EXPIRY_CASE} == {"PUT"}


@pytest.mark.parametrize("rounds", [0, 4])
def test_no_call_is_left_behind(mock, explore, rounds):
    with mock() as url:
        seen = explore(url, generated=40, sequences=5, rounds=rounds)
    parked = {
        one["phoneCallId"]
        for exchange in seen.exchanges
        if exchange.role == "set-up" and exchange.case == ""
        for one in json.loads(exchange.response.body)["calls"]
    }
    ended = [params["calls"] for params in asked_of_the_rung(seen.exchanges, "teardown")]
    assert parked <= {one["phoneCallId"] for calls in ended for one in calls}
    assert len(ended) <= len(parked) // TOGETHER + 4


def test_the_calls_of_a_race_are_parked_together_where_it_makes_no_difference(mock, explore):
    with mock() as url:
        seen = explore(url, generated=0, sequences=0, rounds=4)
    counts = Counter(params["count"] for params in asked_of_the_rung(seen.exchanges, "setup"))
    to_and_fro, steady, against_the_clock = 1, 1, 4 + 1
    assert counts == {4: len(RACES), against_the_clock: 1, 1: to_and_fro + steady}


@pytest.mark.parametrize(("keeps_apart", "asked"), [(False, [1, 1, 1]), (True, [3, 1])])
def test_who_parks_ahead_gives_back_what_was_not_needed(mock, lane_at, call, keeps_apart, asked):
    with mock() as url:
        rung = Hook(keeps_apart=keeps_apart)
        table = replace(lane_at(url)._table, rung=rung)
    with table.parked_ahead(3):
        taken = [table.park(), table.park()]
    taken.append(table.park())
    table.clear_up()
    assert [each.id for each in taken] == ([each.id for each in rung.parked_calls] if not keeps_apart else [
        rung.parked_calls[place].id for place in (2, 1, 3)
    ])  # fmt: skip
    assert rung.asked == asked
    assert [each.id for calls in rung.ended for each in calls] == (
        [rung.parked_calls[0].id] if keeps_apart else []
    )
    assert table.calls_used == 3


class Hook:
    """A rung that notes what it is asked for, and what to end."""

    name, is_scarce = "hook", False

    def __init__(self, *, keeps_apart):
        self.keeps_apart, self.asked, self.parked_calls, self.ended = keeps_apart, [], [], []

    def parked(self, count, extension=None):
        self.asked.append(count)
        made = [
            KnownCall(id=f"{len(self.parked_calls) + more:020x}", user="12", extension="0003*210", view="01")
            for more in range(count)
        ]
        self.parked_calls += made
        return made

    def parked_for(self, seconds, count):
        raise AssertionError("nothing is parked here")

    def release(self, calls):
        self.ended.append(list(calls))


@pytest.mark.parametrize(("keeps_apart", "ended"), [(False, [1] * 30), (True, [TOGETHER])])
def test_calls_are_ended_together_where_it_makes_no_difference(mock, lane_at, call, keeps_apart, ended):
    with mock() as url:
        rung = Hook(keeps_apart=keeps_apart)
        table = replace(lane_at(url)._table, rung=rung)
    for _ in range(30):
        table.release([call])
    assert [len(calls) for calls in rung.ended] == ended
    table.clear_up()
    table.clear_up()
    assert sum(len(calls) for calls in rung.ended) == 30


def test_nothing_is_sent_to_a_target_that_went_away_meanwhile(mock, lane_at):
    with mock() as url:
        exchanges = []

        def started(case, clause, title):
            if case == FIRST_RACE:
                lane._table.went_away = "the target hung up"

        lane = lane_at(url, limit=1.0, started=started)
        lane.target.watch = exchanges.append
        rows = {row.case: row for row in lane.run()}
    assert rows[EXPIRY_CASE].verdict is Verdict.INCONCLUSIVE
    assert rows[EXPIRY_CASE].actual == "not tried: the target hung up"
    assert DRAWN.case not in {one.case for one in exchanges}
