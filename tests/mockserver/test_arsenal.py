"""Which requests a wire fault strikes: matching, counting, drawing, ending."""

import msgspec
import pytest

from mockserver.request_pattern import RequestFacts
from mockserver.wire_faults.arsenal import MOST, Arsenal, TooManyFaultsError
from mockserver.wire_faults.fault import DelayError, Fault, WireFault, delay_named, delaying

UNPARK = RequestFacts(
    method="PUT",
    path="/uapi/phoneCalls/12/0003*210/b81",
    query=b"a=1&b=",
    headers=((b"x-app", b"lobby"),),
    body=b'{"action": "UnPark", "n": 1, "l": [1, {"m": true}]}',
    operation="update_phone_call",
)
LIST = RequestFacts(method="GET", path="/uapi/phoneCalls/12/@self", operation="list_phone_calls")


def fault(**settings):
    return msgspec.convert({"fault": "EMPTY_RESPONSE", **settings}, WireFault)


def strikes(arsenal, requests, *, now=0.0):
    return [arsenal.strike(each, now=now) is not None for each in requests]


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ({}, True),
        ({"method": "PUT", "action": "UnPark", "operation": "update_phone_call"}, True),
        ({"method": "put"}, False),
        ({"action": "Park"}, False),
        ({"operation": "list_phone_calls"}, False),
        ({"urlPath": "/uapi/phoneCalls/12/0003*210/b81"}, True),
        ({"urlPath": "/uapi/phoneCalls/12/0003210/b81"}, False),
        ({"urlPathPattern": r"/uapi/phoneCalls/1\d/.*"}, True),
        ({"urlPathPattern": r"/uapi"}, False),
        ({"queryParameters": {"a": "1", "b": ""}}, True),
        ({"queryParameters": {"c": ""}}, False),
        ({"headers": {"X-App": "lobby"}}, True),
        ({"headers": {"X-App": "Lobby"}}, False),
        ({"body": {"n": 1}}, True),
        ({"body": {"n": True}}, False),
        ({"body": {"l": [1, {}]}}, True),
        ({"body": {"l": [1]}}, False),
        ({"body": {"l": [True, {"m": True}]}}, False),
        ({"body": None}, False),
    ],
)
def test_every_member_of_a_pattern_must_hold(pattern, fits):
    arsenal = Arsenal(seed="s")
    arsenal.set(fault(request=pattern), now=0)
    assert strikes(arsenal, [UNPARK]) == [fits]


@pytest.mark.parametrize(
    ("settings", "struck"),
    [
        ({}, "XXXX"),
        ({"times": 2}, "XX--"),
        ({"nth": 3}, "--X-"),
        ({"nth": 2, "times": 2}, "-XX-"),
        ({"nth": 4, "times": 9}, "---X"),
        ({"probability": 0}, "----"),
        ({"probability": 1, "times": 3}, "XXX-"),
    ],
)
def test_when_and_how_often(settings, struck):
    arsenal = Arsenal(seed="s")
    arsenal.set(fault(**settings), now=0)
    assert "".join("X" if hit else "-" for hit in strikes(arsenal, [UNPARK] * 4)) == struck


def test_only_requests_that_fit_are_counted():
    arsenal = Arsenal(seed="s")
    arsenal.set(fault(nth=2, request={"method": "PUT"}), now=0)
    assert strikes(arsenal, [UNPARK, LIST, LIST, UNPARK]) == [False, False, False, True]


def test_chance_is_the_seeds():
    def run(seed):
        arsenal = Arsenal(seed=seed)
        arsenal.set(fault(probability=0.3), now=0)
        return strikes(arsenal, [UNPARK] * 400)

    assert run("one") == run("one")
    assert run("one") != run("two")
    assert 80 < sum(run("one")) < 160


def test_a_fault_ends_with_its_time_to_live():
    arsenal = Arsenal(seed="s")
    armed = arsenal.set(fault(timeToLive=10), now=100)
    assert armed.until == 110
    assert [arsenal.strike(UNPARK, now=now) is not None for now in (100, 109.9, 110)] == [True, True, False]
    assert arsenal.live(110) == ()
    assert not arsenal


def test_the_first_fault_strikes_and_every_fault_counts():
    arsenal = Arsenal(seed="s")
    arsenal.set(fault(nth=2), now=0)
    arsenal.set(fault(fault="MALFORMED_JSON", nth=2, times=2), now=0)
    assert arsenal.strike(UNPARK, now=0) is None
    assert [arsenal.strike(UNPARK, now=0).fault.fault for _ in range(2)] == [
        Fault.EMPTY_RESPONSE,
        Fault.MALFORMED_JSON,
    ]
    assert [armed.struck for armed in arsenal.live(0)] == [1, 1]


def test_delays_add_up_and_come_with_a_fault():
    arsenal = Arsenal(seed="s", always=(delaying(delay_named("200")),))
    arsenal.set(msgspec.convert({"fixedDelayMilliseconds": 300, "strikes": "after"}, WireFault), now=0)
    arsenal.set(fault(fixedDelayMilliseconds=1000), now=0)
    strike = arsenal.strike(UNPARK, now=0)
    assert (strike.before, strike.after, strike.fault.fault) == (1.2, 0.3, Fault.EMPTY_RESPONSE)
    assert strike.labels == ("fault-1: DELAY", "fault-2: DELAY", "fault-3: EMPTY_RESPONSE")


def test_what_is_always_there_survives_a_clear():
    arsenal = Arsenal(seed="s", always=(delaying(delay_named("200")),))
    arsenal.set(fault(), now=0)
    arsenal.clear()
    assert [armed.id for armed in arsenal.live(0)] == ["fault-1"]
    assert arsenal.strike(UNPARK, now=0).fault is None


@pytest.mark.parametrize(
    ("text", "least", "most", "median"),
    [("200", 0.2, 0.2, 0.2), ("uniform:100,300", 0.1, 0.3, 0.2), ("lognormal:200,0.4", 0.0, 10, 0.2)],
)
def test_delays_are_distributed_as_they_say(text, least, most, median):
    arsenal = Arsenal(seed="s", always=(delaying(delay_named(text)),))
    drawn = sorted(arsenal.strike(LIST, now=0).before for _ in range(500))
    assert least <= drawn[0]
    assert drawn[-1] <= most
    assert drawn[250] == pytest.approx(median, rel=0.15)
    again = Arsenal(seed="s", always=(delaying(delay_named(text)),))
    assert sorted(again.strike(LIST, now=0).before for _ in range(500)) == drawn


def test_the_long_tail_can_be_cut():
    arsenal = Arsenal(seed="s")
    tail = {"type": "lognormal", "median": 200, "sigma": 2, "maxValue": 250}
    arsenal.set(msgspec.convert({"delayDistribution": tail}, WireFault), now=0)
    assert max(arsenal.strike(LIST, now=0).before for _ in range(200)) == 0.25


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be used"),
        ("slow", "cannot be used"),
        ("-1", "cannot be used"),
        ("gauss:1,2", "no known kind"),
        ("uniform:1", "needs 2 numbers"),
        ("uniform:3,1", "lies above"),
        ("lognormal:0,1", "cannot be used"),
        ("nan", "cannot be used"),
    ],
)
def test_a_delay_that_makes_no_sense_says_what_would(text, words):
    with pytest.raises(DelayError, match=words) as raised:
        delay_named(text)
    assert "allowed: milliseconds such as 200" in str(raised.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fault": None}, "nothing is to happen"),
        (
            {"fixedDelayMilliseconds": 1, "delayDistribution": {"type": "fixed", "milliseconds": 1}},
            "not both",
        ),
        ({"nth": 1, "probability": 0.5}, "not both"),
        ({"retryAfter": 5}, "retryAfter goes with"),
        ({"fault": "SERVICE_UNAVAILABLE", "strikes": "after"}, "before the call takes effect"),
        ({"fault": "MALFORMED_JSON", "strikes": "before"}, "after the effect"),
        ({"chunkedDribbleDelay": {"numberOfChunks": 2, "totalDuration": 1}}, "does not go with"),
        ({"request": {"urlPathPattern": "("}}, "no regular expression"),
        ({"fault": "NOTHING"}, "Invalid enum"),
        ({"fualt": "EMPTY_RESPONSE"}, "unknown field `fualt`"),
    ],
)
def test_settings_that_contradict_each_other_are_refused_with_a_reason(settings, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        fault(**settings)


def test_there_is_an_end_to_what_is_kept():
    arsenal = Arsenal(seed="s")
    for _ in range(MOST):
        arsenal.set(fault(), now=0)
    with pytest.raises(TooManyFaultsError, match="at most 100"):
        arsenal.set(fault(), now=0)
