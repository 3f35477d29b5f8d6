"""What is stored can be read again, by this version and by those that come."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.behaviour import BehaviourSet
from mockserver.clock import ClockSet
from mockserver.journal.entry import Body, Exchange, Happening, Reply
from mockserver.scenarios.scenario import bundled_names, bundled_scenario
from mockserver.simulator.directory import Answering, Pickup
from mockserver.simulator.door import decide
from mockserver.simulator.events import (
    AnsweringSet,
    CallAnswered,
    CallEnded,
    CallParked,
    CallPlaced,
    CallRetrieved,
    ComebackAnswered,
    ComebackStarted,
    EndReason,
    RetrievalGivenUp,
    RetrievalStarted,
)
from mockserver.simulator.evolve import fold
from mockserver.simulator.phone_call import PhoneCall, View
from mockserver.simulator.world import World
from mockserver.store.beginning import Begun
from mockserver.store.coding import (
    UnreadableError,
    entry_as_bytes,
    entry_from,
    event_as_bytes,
    event_from,
    standing_as_bytes,
    standing_from,
)
from mockserver.store.seam import Standing
from mockserver.store.snapshot import WorldSet
from mockserver.wire_faults.arsenal import Arsenal, FaultsSet
from mockserver.wire_faults.fault import WireFault, delay_named, delaying

GOLDEN = Path(__file__).parent / "golden" / "format-1.ndjson"
MOMENTS = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
CALLS = st.builds(
    PhoneCall,
    id=TEXT,
    published=MOMENTS,
    views=st.tuples(st.builds(View, id=TEXT, caller_id=st.none() | TEXT, ringing=st.none() | MOMENTS)),
)
EVENTS = st.one_of(
    st.builds(CallPlaced, at=MOMENTS, call_id=TEXT, call=CALLS, due=st.none() | MOMENTS),
    st.builds(CallAnswered, at=MOMENTS, call_id=TEXT),
    st.builds(CallParked, at=MOMENTS, call_id=TEXT, due=st.none() | MOMENTS),
    st.builds(
        RetrievalStarted, at=MOMENTS, caller_id=TEXT, due=st.none() | MOMENTS, time_left=st.none() | MOMENTS
    ),
    st.builds(CallRetrieved, at=MOMENTS),
    st.builds(RetrievalGivenUp, at=MOMENTS, due=st.none() | MOMENTS),
    st.builds(ComebackStarted, at=MOMENTS, due=MOMENTS),
    st.builds(ComebackAnswered, at=MOMENTS),
    st.builds(CallEnded, at=MOMENTS),
    st.builds(AnsweringSet, at=MOMENTS, answering=st.builds(Answering, after=MOMENTS)),
)
HEADERS = st.lists(st.tuples(st.binary(), st.binary()), max_size=3).map(tuple)
BODIES = st.builds(Body, data=st.binary(), size=st.integers(0, 10**9))
REPLIES = st.builds(Reply, status=st.integers(100, 599), headers=HEADERS, body=BODIES)
EXCHANGES = st.builds(
    Exchange,
    method=TEXT,
    target=st.binary(),
    scheme=st.sampled_from(["http", "https"]),
    headers=HEADERS,
    at=st.none() | MOMENTS,
    body=BODIES,
    reply=st.none() | REPLIES,
    lost=st.none() | REPLIES,
    events=st.lists(EVENTS, max_size=3),
    faults=st.lists(TEXT, max_size=2).map(tuple),
)


@given(EVENTS)
def test_an_event_is_read_as_it_was_written(event):
    assert event_from(event_as_bytes(event)) == event


@given(EXCHANGES)
def test_an_exchange_is_read_as_it_was_written(exchange):
    assert entry_from(entry_as_bytes(exchange)) == exchange


@pytest.mark.parametrize("name", bundled_names())
def test_a_beginning_and_a_whole_world_are_read_as_they_were_written(name):
    scenario = bundled_scenario(name)
    begun = Begun(
        at=7.5, scenario=scenario, seed=3, rate=60.0, start=1.25, variants=("next-slot",), defect="x"
    )
    assert event_from(event_as_bytes(begun)) == begun
    world = World(directory=scenario.directory, now=9.0)
    for stage in scenario.stages:
        world = fold(world, decide(world, stage, world.now).events)
    assert event_from(event_as_bytes(WorldSet(at=1.0, world=world))) == WorldSet(at=1.0, world=world)
    standing = Standing(
        version=12,
        begun=begun,
        clock=ClockSet(at=1.5, rate=0.0, since=2.5),
        behaviour=BehaviourSet(at=1.0, variants=("a", "b"), defect=None),
        world=world,
        faults=FaultsSet(at=3.0),
    )
    assert standing_from(standing_as_bytes(standing)) == standing


def test_a_scenario_keeps_the_paths_of_its_files():
    scenario = bundled_scenario("documented")
    begun = Begun(at=0.0, scenario=type(scenario)(**{**_members(scenario), "files": (Path("a/b.yaml"),)}))
    assert event_from(event_as_bytes(begun)) == begun


def _members(scenario):
    return {name: getattr(scenario, name) for name in ("name", "description", "directory", "stages", "files")}


def test_wire_faults_are_read_as_they_were_written_with_where_their_chance_stands():
    arsenal = Arsenal(seed="s", always=(delaying(delay_named("lognormal:200,0.4")),))
    arsenal.set(WireFault(fault="EMPTY_RESPONSE", probability=0.5, time_to_live=3.0), now=1.0)
    armed = arsenal.armed["fault-2"]
    armed.seen += 1
    armed.random.random()
    kept = arsenal.standing(at=2.0)
    assert event_from(event_as_bytes(kept)) == kept
    again = Arsenal(seed="s", always=arsenal.always)
    again.obey(event_from(event_as_bytes(kept)))
    assert again.armed["fault-2"].random.random() == armed.random.random()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'["CallEnded",{}]',
        b'["Nobody",{"at":1}]',
        b'["CallAnswered",{"at":1,"call_id":7}]',
        b"\xff",
    ],
)
def test_what_is_no_event_is_refused(data):
    with pytest.raises(UnreadableError):
        event_from(data)


@pytest.mark.parametrize("data", [b"", b"{}", b'{"kind":"exchange"}', b'{"kind":"other"}', b"\xff"])
def test_what_is_no_entry_or_standing_is_refused(data):
    with pytest.raises(UnreadableError):
        entry_from(data)
    with pytest.raises(UnreadableError):
        standing_from(data)


def test_files_of_this_format_stay_readable():
    """Written once, by the first version that kept anything: whoever has to change these lines needs another FORMAT."""
    lines = GOLDEN.read_bytes().splitlines()
    assert [event_from(line) for line in lines] == GOLDEN_EVENTS
    assert [event_as_bytes(event) for event in GOLDEN_EVENTS] == lines


GOLDEN_EVENTS = [
    ClockSet(at=1340802535.0, rate=60.0, since=1.5),
    BehaviourSet(at=2.0, variants=("next-slot",), defect="unpark/ignores-view"),
    CallAnswered(at=1.0, call_id="aa"),
    CallParked(at=1.0, call_id="aa", view_id="01", slot=3, by="0003*211", due=None),
    RetrievalStarted(
        at=2.0,
        call_id="aa",
        extension="0003*024",
        caller_id="Zoë <1>",
        due=9.5,
        picks_up=True,
        time_left=None,
    ),
    CallRetrieved(at=9.5, call_id="aa"),
    RetrievalGivenUp(at=9.5, call_id="aa", due=12.0),
    ComebackStarted(at=3.0, call_id="aa", due=33.0, picks_up=False),
    ComebackAnswered(at=3.0, call_id="aa"),
    CallEnded(at=4.0, call_id="aa", reason=EndReason.TAKEN_DOWN),
    AnsweringSet(at=5.0, extension="0003*024", answering=Answering(pickup=Pickup.BUSY, after=2.0)),
    FaultsSet(at=6.0, numbers=4, armed=()),
]


def test_a_happening_is_read_as_it_was_written():
    happening = Happening(at=1.0, events=tuple(GOLDEN_EVENTS[2:6]), cause="time", number=4)
    assert entry_from(entry_as_bytes(happening)) == happening
