"""What every store promises, and how a session stands when it is opened again."""

import signal

import pytest

from mockserver.clock import Clock, ClockSet
from mockserver.scenarios.scenario import load_scenario
from mockserver.sessions.session import Session
from mockserver.simulator.commands import Address, Stage, UnPark
from mockserver.simulator.events import CallAnswered
from mockserver.simulator.outcomes import Retrieved
from mockserver.store import (
    MemoryStore,
    StoreUnavailableError,
    TailForgottenError,
    VersionConflictError,
)
from mockserver.store.redis_server import RedisStore
from mockserver.store.sqlite_file import SqliteStore
from mockserver.wire_faults.fault import WireFault, delay_named, delaying

CALL = "b817d2618fe6f1804333"
EVENTS = [ClockSet(at=float(number), rate=0.0, since=0.0) for number in range(4)]


KEPT = ["sqlite", pytest.param("redis", marks=pytest.mark.redis)]


def make_store(kind, request, **settings):
    if kind == "memory":
        return MemoryStore()
    if kind == "sqlite":
        return SqliteStore(request.getfixturevalue("tmp_path") / "world.db", **settings)
    return RedisStore(request.getfixturevalue("redis_server").url, **settings)


@pytest.fixture(params=["memory", *KEPT])
def store(request):
    store = make_store(request.param, request)
    yield store
    store.close()


def test_a_store_appends_only_under_the_expected_version(store):
    assert store.append("mine", expected_version=0, events=EVENTS[:2]) == 2
    for wrong in (0, 1, 3):
        with pytest.raises(VersionConflictError, match=f"is at version 2, not {wrong}"):
            store.append("mine", expected_version=wrong, events=EVENTS[2:])
    assert list(store.read("mine", after=0)) == EVENTS[:2]
    assert list(store.read("mine", after=1)) == EVENTS[1:2]
    assert list(store.read("mine", after=2)) == list(store.read("other", after=0)) == []


def test_a_forgotten_session_is_at_version_0(store):
    store.append("mine", expected_version=0, events=EVENTS)
    store.append("other", expected_version=0, events=EVENTS)
    store.forget("mine")
    assert list(store.read("mine", after=0)) == []
    assert list(store.read("other", after=0)) == EVENTS
    assert store.append("mine", expected_version=0, events=EVENTS[:1]) == 1


@pytest.fixture(params=KEPT)
def reopened(request):
    """A file or a server; each call closes the store and opens it anew."""
    stores = []

    def reopen(**settings):
        if stores:
            stores.pop().close()
        stores.append(make_store(request.param, request, **settings))
        return stores[-1]

    yield reopen
    stores.pop().close()


class Source:
    """Seconds that only a test moves on."""

    moment = 1_000.0

    def __call__(self):
        return self.moment


def opened(store, *, source=None, rate=0.0, scenario="documented", seed=0, **more):
    clock = Clock(rate=rate, source=source or Source())
    return Session("mine", scenario=load_scenario(scenario), clock=clock, store=store, seed=seed, **more)


def unpark(call_id=CALL):
    return UnPark(
        address=Address(viewer="12", user="@me", extension="@self", call_id=call_id),
        view_id="01",
        send_call_to="024",
    )


def stage(call_id, **more):
    return Stage(call_id=call_id, user="12", extension="0003*210", parked=True, **more)


@pytest.mark.parametrize("every", [1, 3, 1_000])
def test_a_session_that_is_opened_again_is_as_it_was_left(reopened, every):
    session = opened(reopened(standing_every=every))
    session.execute(stage("aa", max_in_parking=30))
    assert isinstance(session.execute(unpark()), Retrieved)
    session.move_by(10)
    session.run_clock_at(60)
    left = (session.world, session.clock.setting, session.version, session.journal.entries)
    again = opened(reopened(standing_every=every), scenario="empty", seed=9)
    assert (again.world, again.clock.setting, again.version) == left[:3]
    assert (again.scenario, again.seed) == (session.scenario, 0)
    assert list(again.journal.entries) == list(left[3]) != []


def test_a_clock_that_runs_goes_on_while_nobody_serves_and_timers_fire_by_it(reopened):
    source = Source()
    session = opened(reopened(), source=source, rate=1.0)
    session.execute(stage("aa", max_in_parking=30))
    source.moment += 29
    again = opened(reopened(), source=source)
    assert [type(event) for event in again.elapse()] == []
    source.moment += 2
    once_more = opened(reopened(), source=source)
    assert [event.call_id for event in once_more.elapse()] == ["aa", "aa"]
    assert once_more.elapse() == ()


def test_a_clock_that_stands_still_stands_where_it_stood(reopened):
    source = Source()
    opened(reopened(), source=source).move_by(5)
    source.moment += 1_000
    assert opened(reopened(), source=source, rate=1.0).clock.now() == 1_005


def test_what_is_forgotten_behind_a_standing_is_not_asked_for_again(reopened, request):
    store = reopened(standing_every=4, **({"tail": 0} if "redis" in request.node.name else {}))
    session = opened(store)
    for _ in range(10):
        session.move_by(1)
    with pytest.raises(TailForgottenError):
        store.read("mine", after=0)
    assert len(store.read("mine", after=store.standing("mine").version)) < 4
    assert opened(store).world == session.world


def test_a_reset_is_one_step_and_empties_the_journal(reopened):
    session = opened(reopened())
    beginning = session.world
    session.execute(unpark())
    session.faults.set(WireFault(fault="EMPTY_RESPONSE"), now=0)
    session.reset()
    again = opened(reopened())
    assert again.world == beginning
    assert list(again.journal.entries) == []
    assert not again.faults
    assert again.version == session.version > 5


def test_ids_that_were_drawn_before_are_not_drawn_again(reopened):
    session = opened(reopened())
    first = session.new_call_id()
    session.execute(stage(first))
    again = opened(reopened())
    assert again.new_call_id() not in (first, session.new_call_id())
    if not again._store.is_shared:
        again.reset()
        assert again.new_call_id() == first


def test_wire_faults_stand_where_they_stood(reopened, make_facts):
    always = (delaying(delay_named("uniform:1,2")),)
    session = opened(reopened(), always=always)
    session.faults.set(WireFault(fault="EMPTY_RESPONSE", nth=3), now=0)
    session.faults.set(WireFault(fault="SERVICE_UNAVAILABLE", probability=0.5), now=0)
    twin = opened(MemoryStore(), always=always)
    twin.faults.set(WireFault(fault="EMPTY_RESPONSE", nth=3), now=0)
    twin.faults.set(WireFault(fault="SERVICE_UNAVAILABLE", probability=0.5), now=0)
    for _ in range(8):
        struck, expected = (each.faults.strike(make_facts(), now=0) for each in (session, twin))
        assert (struck.labels, struck.before) == (expected.labels, expected.before)
        session = opened(reopened(), always=always)
    assert session.faults.take_away("fault-2")
    session = opened(reopened(), always=())
    assert list(session.faults.armed) == ["fault-3"]
    session.faults.clear()
    assert not opened(reopened()).faults


def test_a_fault_that_found_no_body_to_strike_is_not_counted_after_an_opening_either(reopened, make_facts):
    session = opened(reopened())
    session.faults.set(WireFault(fault="MALFORMED_JSON", times=1), now=0)
    session.faults.strike(make_facts(), now=0).without_main()
    assert opened(reopened()).faults.armed["fault-1"].struck == 0


@pytest.fixture
def make_facts():
    from mockserver.request_pattern import RequestFacts

    return lambda: RequestFacts(method="PUT", path="/uapi/phoneCalls/12/0003*210/aa")


def test_a_journal_has_its_limit_in_the_file_too(reopened):
    session = opened(reopened())
    session.journal.limit = 2_000
    for number in range(8):
        session.execute(stage(f"a{number}"))
    left = session.journal
    assert left.evicted.entries > 0
    again = opened(reopened()).journal
    assert list(again.entries) == list(left.entries)
    assert (again.evicted, again.bytes_kept) == (left.evicted, left.bytes_kept)
    again.clear()
    cleared = opened(reopened()).journal
    assert (list(cleared.entries), cleared.evicted) == ([], type(cleared.evicted)())


def test_a_batch_that_cannot_be_appended_whole_is_not_appended_at_all(reopened):
    store = reopened()
    store.append("mine", expected_version=0, events=EVENTS[:1])
    with pytest.raises(TypeError):
        store.append("mine", expected_version=1, events=[EVENTS[1], CallAnswered(at=1.0, call_id=object())])
    assert list(store.read("mine", after=0)) == EVENTS[:1]
    assert store.append("mine", expected_version=1, events=EVENTS[1:]) == 4


def be_patient_for(store, seconds):
    pool = store._redis.connection_pool
    pool.disconnect()
    pool.reset()
    pool.connection_kwargs["socket_timeout"] = seconds


@pytest.mark.redis
def test_a_server_that_hangs_is_left_alone_for_a_while(redis_server):
    source = Source()
    store = RedisStore(redis_server.url, patience=60, source=source)
    session = opened(store)
    redis_server.process.send_signal(signal.SIGSTOP)
    be_patient_for(store, 0.05)
    try:
        with pytest.raises(StoreUnavailableError, match="has not answered within") as writing:
            session.move_by(1)
        assert writing.value.is_open
        with pytest.raises(StoreUnavailableError, match="does not answer"):
            session.catch_up()
    finally:
        redis_server.process.send_signal(signal.SIGCONT)
        be_patient_for(store, 60)
    source.moment += 2
    session.catch_up()
    assert session.clock.now() in (1_000, 1_001)
    store.close()


def test_a_jump_that_a_standing_is_kept_after_is_in_it(reopened):
    session = opened(reopened(standing_every=1))
    session.move_by(10)
    assert opened(reopened(standing_every=1)).clock.now() == session.clock.now() == 1_010
