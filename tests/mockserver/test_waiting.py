"""Time that passes in a session: jumps, pauses, and a store that others write to as well."""

import asyncio

import pytest

from mockserver.clock import Clock
from mockserver.scenarios.scenario import load_scenario
from mockserver.sessions import journey
from mockserver.sessions.session import Session
from mockserver.sessions.waiting import pause
from mockserver.simulator.commands import Address, Stage, UnPark
from mockserver.simulator.events import CallEnded, ComebackAnswered, RetrievalGivenUp
from mockserver.store import MemoryStore

CALL = "b817d2618fe6f1804333"


def make_session(*, store=None, rate=0.0, start=1_000.0):
    return Session(
        "mine",
        scenario=load_scenario("documented"),
        clock=Clock(rate=rate, start=start),
        store=store or MemoryStore(),
    )


def stage(session, call_id, seconds):
    session.execute(
        Stage(call_id=call_id, user="12", extension="0003*210", parked=True, max_in_parking=seconds)
    )


def unpark(to):
    address = Address(viewer="12", user="@me", extension="@self", call_id=CALL)
    return UnPark(address=address, view_id="01", send_call_to=to)


def move_to_next(session):
    return asyncio.run(journey.to_next(session))


def move_until(session, kind):
    return asyncio.run(journey.until(session, kind))


def kinds(events):
    return [type(event).__name__ for event in events]


def test_the_clock_moves_to_the_next_event_and_stays_if_there_is_none():
    session = make_session()
    stage(session, "aa", 30)
    stage(session, "bb", 20)
    assert session.next_moment == 1_020.0
    assert [event.call_id for event in move_to_next(session)] == ["bb", "bb"]
    assert [event.call_id for event in move_to_next(session)] == ["aa", "aa"]
    assert (move_to_next(session), session.clock.now()) == ((), 1_030.0)


def test_the_clock_moves_until_an_event_of_a_kind():
    session = make_session()
    stage(session, "aa", 30)
    session.execute(unpark("0003*810"))
    assert kinds(move_until(session, ComebackAnswered)) == [
        "CallRetrieved",
        "ComebackStarted",
        "ComebackAnswered",
    ]
    assert session.clock.now() == 1_030.0


def test_an_event_that_is_not_coming_moves_nothing():
    session = make_session()
    stage(session, "aa", 30)
    with pytest.raises(journey.NothingComingError, match="CallEnded"):
        move_until(session, CallEnded)
    assert (session.clock.now(), session.next_moment) == (1_000.0, 1_030.0)


@pytest.mark.parametrize("seconds", [0.1, 0.7, 1 / 3])
def test_many_small_steps_lead_where_one_leads(seconds):
    session = make_session(start=1_340_802_535.0)
    session.execute(unpark("0003*408"))
    steps = round(25 / seconds)
    fired = [event for _ in range(steps) for event in session.move_by(25 / steps)]
    assert kinds(fired) == [RetrievalGivenUp.__name__]


def test_a_stopped_clock_runs_on_where_it_stopped_and_stops_where_it_is():
    session = make_session()
    session.run_clock_at(1.0)
    session.move_by(60)
    session.run_clock_at(0.0)
    stopped = session.clock.now()
    assert stopped >= 1_060.0
    assert session.world.now == session.clock.now() == stopped


def test_a_reset_sets_the_clock_back_too():
    session = make_session()
    session.move_by(60)
    session.run_clock_at(5.0)
    session.reset()
    assert (session.clock.now(), session.clock.mode) == (1_000.0, "manual")


def test_who_opens_a_session_that_others_have_used_finds_it_as_it_is():
    """World and clock are the fold of the events in the store."""
    store = MemoryStore()
    here = make_session(store=store)
    stage(here, "aa", 30)
    here.move_by(10)
    there = make_session(store=store, start=5_000.0)
    assert there.world == here.world
    assert there.clock.now() == here.clock.now() == 1_010.0
    assert kinds(move_to_next(there)) == ["ComebackStarted", "ComebackAnswered"]
    stage(here, "bb", 30)
    assert here.world.calls["aa"] == there.world.calls["aa"]
    assert here.clock.now() == 1_030.0


def test_a_pause_is_over_when_the_sessions_clock_says_so():
    async def story():
        session = make_session()
        paused = asyncio.create_task(pause(session, 2.0))
        while session.waiting == 0:
            await asyncio.sleep(0)
        assert session.next_moment == 1_002.0
        session.move_by(1.5)
        await asyncio.sleep(0)
        assert not paused.done()
        assert await journey.to_next(session) == ()
        await asyncio.wait_for(paused, 30)
        return session.waiting, session.clock.now(), session.next_moment

    assert asyncio.run(story()) == (0, 1_002.0, None)


@pytest.mark.parametrize("end", ["reset", "close"])
def test_a_pause_ends_with_its_session(end):
    async def story():
        session = make_session()
        paused = asyncio.create_task(pause(session, 2.0))
        while session.waiting == 0:
            await asyncio.sleep(0)
        getattr(session, end)()
        await asyncio.wait_for(paused, 30)

    asyncio.run(story())


def test_a_pause_on_a_fast_clock_is_short():
    async def story():
        session = make_session(rate=100_000.0)
        await asyncio.wait_for(pause(session, 3_600.0), 30)
        return session.clock.now() >= 1_000.0 + 3_600.0 - 0.001

    assert asyncio.run(story())


def test_a_closed_session_still_answers_who_holds_it():
    store = MemoryStore()
    session = make_session(store=store)
    session.close()
    session.execute(unpark("0003*024"))
    assert session.world.calls[CALL].phase == "on call"
    assert store.read("mine", after=0) == []
