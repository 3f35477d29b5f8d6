"""Sessions are universes of their own; stores keep their events under versions."""

import pytest

from mockserver.clock import Clock
from mockserver.scenarios.scenario import load_scenario
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import SessionExistsError, Sessions, Setup, UnknownSessionError
from mockserver.simulator.commands import Address, Stage, UnPark
from mockserver.simulator.outcomes import Created, NothingToDo, Retrieved
from mockserver.store import MemoryStore, TailForgottenError, VersionConflictError

CALL = "b817d2618fe6f1804333"


def make_session(name="mine", setup=None, *, store=None, seed=0, scenario="documented", clock=None):
    clock = clock or Clock(rate=0.0, source=lambda: 1_000.0)
    return Session(
        name,
        scenario=load_scenario(scenario),
        clock=clock,
        store=store or MemoryStore(),
        seed=seed,
    )


def unpark(call_id=CALL):
    address = Address(viewer="12", user="@me", extension="@self", call_id=call_id)
    return UnPark(address=address, view_id="01", send_call_to="024")


def test_the_same_seed_and_name_give_the_same_ids():
    first, again = make_session(), make_session()
    ids = [first.new_call_id() for _ in range(3)]
    assert ids == [again.new_call_id() for _ in range(3)]
    assert all(len(each) == 20 and int(each, 16) >= 0 for each in ids)
    assert make_session(seed=1).new_call_id() not in ids
    assert make_session("other").new_call_id() not in ids


def test_a_reset_session_begins_again_with_the_same_ids():
    session = make_session()
    before = session.new_call_id()
    session.execute(unpark())
    session.reset()
    assert session.new_call_id() == before
    assert isinstance(session.execute(unpark()), Retrieved)


def test_a_session_that_lost_a_race_reads_on_and_decides_again():
    """Two workers hold the same session: the second retrieval finds that the first has happened."""
    store = MemoryStore()
    here = make_session(store=store, scenario="empty")
    there = make_session(store=store, scenario="empty")
    here.execute(Stage(call_id="aa", user="12", extension="0003*210", parked=True))
    there.execute(Stage(call_id="bb", user="12", extension="0003*210", parked=True))
    assert there.world.lots["3"].taken == {1: "aa", 2: "bb"}
    assert isinstance(there.execute(unpark("aa")), Retrieved)
    assert isinstance(
        here.execute(Stage(call_id="cc", user="12", extension="0003*210", parked=True)), Created
    )
    assert here.execute(unpark("aa")) == NothingToDo()
    assert here.world.lots["3"].taken == {1: "cc", 2: "bb"}


def test_a_store_appends_only_under_the_expected_version():
    store = MemoryStore()
    assert store.append("mine", expected_version=0, events=["a", "b"]) == 2
    with pytest.raises(VersionConflictError, match="is at version 2, not 1"):
        store.append("mine", expected_version=1, events=["c"])
    assert store.read("mine", after=1) == ["b"]
    assert store.read("mine", after=2) == store.read("other", after=0) == []


def test_a_store_forgets_the_oldest_events_and_says_so():
    store = MemoryStore(tail=2)
    store.append("mine", expected_version=0, events=["a", "b", "c"])
    assert store.read("mine", after=1) == ["b", "c"]
    with pytest.raises(TailForgottenError):
        store.read("mine", after=0)


class Source:
    moment = 0.0

    def __call__(self):
        return self.moment


def test_a_timer_that_means_nothing_is_forgotten_when_its_moment_has_come():
    """It would be looked through at every request from then on."""
    source = Source()
    session = make_session(clock=Clock(source=source))
    for call_id in ("first", "second"):
        stage = Stage(call_id=call_id, user="12", extension="0003*210", parked=True, max_in_parking=60.0)
        session.execute(stage)
    for call_id in ("second", "first"):
        session.execute(unpark(call_id))
    assert len(session.world.timers) == 1
    source.moment = 61.0
    assert session.elapse() == ()
    assert (session.world.timers, session.world.now) == ((), 61.0)


def test_the_longest_idle_session_gives_way_and_is_told(caplog):
    sessions = Sessions(make_session, limit=2)
    first = sessions.open("first")
    sessions.open("second")
    assert sessions.open("first") is first
    sessions.open("third")
    assert len(sessions) == 2
    assert sessions.open("first") is first
    assert [(each.session, each.reason) for each in sessions.evictions] == [
        ("second", "more than 2 sessions")
    ]
    assert "session second is forgotten: more than 2 sessions" in caplog.text


def test_a_flood_of_sessions_is_no_flood_of_lines(caplog):
    source = Source()
    sessions = Sessions(make_session, limit=1, source=source)
    for number in range(100):
        sessions.open(f"s-{number}")
    assert len(caplog.records) == 1
    source.moment = 1.0
    sessions.open("last")
    assert "session s-99 is forgotten" in caplog.records[1].message
    assert "(and 98 others were since the last such line)" in caplog.records[1].message
    assert len(sessions.evictions) == 100


def test_a_session_that_nobody_uses_any_more_gives_way():
    source = Source()
    sessions = Sessions(make_session, max_idle=60, source=source)
    sessions.open("first")
    source.moment = 30
    sessions.open("second")
    source.moment = 61
    assert sessions.find("first") is not None
    sessions.open("second")
    assert sessions.find("first") is None
    (gone,) = sessions.evictions
    assert (gone.session, gone.at, gone.reason) == ("first", 61, "not used for more than 60 s")
    assert sessions.idle_seconds("second") == 0


def test_strict_sessions_are_made_on_request_only():
    sessions = Sessions(make_session, strict=True)
    assert sessions.open("default").name == "default"
    with pytest.raises(UnknownSessionError, match="no session 'mine'"):
        sessions.open("mine")
    made = sessions.create("mine", Setup())
    assert sessions.open("mine") is made
    with pytest.raises(SessionExistsError):
        sessions.create("mine", Setup())
    sessions.drop("mine")
    with pytest.raises(UnknownSessionError):
        sessions.open("mine")


def test_a_session_that_gave_way_begins_again(make_api):
    api = make_api(session_limit=1)
    api.unpark()
    api.listed()
    api("GET", "/uapi/phoneCalls/@me/@self", token="mock.other.12")
    assert api.unpark().status_code == 200
