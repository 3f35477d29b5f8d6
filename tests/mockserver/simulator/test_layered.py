"""Dictionaries in layers are dictionaries, and those of before stay as they were."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.scenarios.scenario import bundled_scenario
from mockserver.simulator import layered
from mockserver.simulator.commands import Stage
from mockserver.simulator.door import decide
from mockserver.simulator.layered import Layered, as_dictionary, changing
from mockserver.simulator.world import World
from mockserver.store.snapshot import possible

KEYS = st.integers(min_value=0, max_value=12)
CHANGES = st.lists(st.lists(st.tuples(KEYS, st.none() | st.integers(min_value=1)), max_size=6), max_size=12)


def changed(entries, changes):
    """The next mapping, and what a dictionary says of the same changes; None takes an entry out."""
    mapping, plain = changing(entries), dict(entries)
    for key, value in changes:
        if value is None:
            assert (mapping.pop(key, None)) == plain.pop(key, None)
        else:
            mapping[key] = plain[key] = value
        assert (len(mapping), key in mapping, mapping.get(key)) == (len(plain), key in plain, plain.get(key))
    return mapping, plain


@given(steps=CHANGES)
def test_they_are_dictionaries_also_in_their_order(steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layered, "FEW", 3)
        entries = {number: number for number in range(1, 6)}
        every = [(entries, dict(entries))]
        for changes in steps:
            entries, plain = changed(entries, changes)
            every.append((entries, plain))
        for mapping, plain in every:
            assert {key: mapping[key] for key in plain} == plain
            assert (mapping, plain) == (plain, mapping)
            assert (list(mapping), list(mapping.values()), list(mapping.items())) == (
                list(plain),
                list(plain.values()),
                list(plain.items()),
            )


def test_what_is_not_there_is_a_key_error():
    entries = changing(dict.fromkeys(range(layered.FEW + 1), "x"))
    assert isinstance(entries, Layered)
    del entries[0]
    for way in (entries.__getitem__, entries.__delitem__):
        with pytest.raises(KeyError):
            way(0)
    assert (repr(entries)[:7], len(entries)) == ("{1: 'x'", layered.FEW)


def test_a_change_copies_few_of_many():
    entries = dict.fromkeys(range(10_000), 0)
    most = 0
    for number in range(1_000):
        entries = changing(entries)
        most = max(most, len(entries._top))
        entries[number] = 1
    assert most <= 101
    assert sum(entries.values()) == 1_000


def test_few_are_a_plain_dictionary():
    assert type(changing(dict.fromkeys(range(layered.FEW), 1))) is dict


def test_what_is_no_such_dictionary_is_not_encoded():
    with pytest.raises(TypeError, match="object is not stored"):
        as_dictionary(object())


def test_a_world_of_many_calls_can_be_taken_out_and_put_back():
    world = World(directory=bundled_scenario("documented").directory)
    for number in range(2 * layered.FEW):
        stage = Stage(call_id=f"aa{number}", user="12", extension="0003*210", parked=number % 2 == 0)
        world = decide(world, stage, 5.0).world
    assert isinstance(world.calls, Layered)
    taken = msgspec.json.encode(world, enc_hook=as_dictionary)
    again = msgspec.json.decode(taken, type=World)
    assert again == world
    assert possible(world) == possible(again)
    assert list(again.calls) == list(world.calls)
