"""The requests that the engine made beforehand are those that it would make now, and are the same for a seed."""

import json
import subprocess
import sys

import pytest

from callpark_spec import openapi_document
from contract_tests.draft import Setting
from contract_tests.lanes import corpus as module
from contract_tests.lanes import coverage
from contract_tests.lanes.corpus import (
    EXAMPLES,
    NO_CALL,
    NOBODY,
    Corpus,
    CoverageRequest,
    as_text,
    corpus,
    covered,
    made,
    origin,
    said,
    stand_in,
)
from contract_tests.lanes.coverage import coverage_cases, placed
from contract_tests.lanes.explore import FUZZED, GENERATED
from contract_tests.lanes.steps import Change, Step, request_of
from contract_tests.profile import mock_profile
from contract_tests.world import KnownCall, World

AGAIN = "make corpus"


def test_it_is_of_this_document_and_of_these_engines():
    assert corpus().origin == origin(), AGAIN


def test_another_document_is_told_from_this_one(monkeypatch):
    document = openapi_document()
    document["info"]["title"] += "!"
    monkeypatch.setattr(module, "openapi_document", lambda: document)

    assert origin() != corpus().origin


def test_the_engine_would_make_it_now():
    assert made(3, mock_profile("").world()) == corpus().runs[3], AGAIN


def test_the_coverage_phase_would_make_it_now():
    assert covered(NOBODY, NO_CALL) == corpus().coverage, AGAIN


WORLDS = {
    "the mock's": mock_profile("").world(),
    "another": World(user="77", extension="0009*1", retriever="0009*2"),
    "with names": World(user="u.2_x-1", extension="123", retriever="45678901234"),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_a_world_takes_its_place_in_what_the_coverage_phase_made(world):
    """Byte for byte what it would make for this very world."""
    call = stand_in(world)

    assert [placed(one.request, world, call) for one in corpus().coverage] == [
        one.request for one in covered(world, call)
    ]


def test_a_coverage_case_is_placed_on_the_call_that_it_is_given():
    world = WORLDS["another"]
    call = KnownCall(id="abcdef012345", user="77", extension="0009*1", view="7", views=("7",))
    sent = [case.request(Setting(world=world, call=call)) for case in coverage_cases(world)]

    assert not any(name in repr(sent) for name in (NOBODY.user, NOBODY.extension, NOBODY.retriever))
    assert NO_CALL.id not in repr(sent)
    assert sum(b'"phoneCallViewId": "7"' in (one.body or b"") for one in sent) > 60
    assert sum("/77/0009%2A1/abcdef012345" in one.target for one in sent) > 60


def test_with_the_engine_the_coverage_cases_are_made_now_and_are_the_same(monkeypatch):
    call = stand_in(WORLDS["another"])
    setting = Setting(world=WORLDS["another"], call=call)
    beforehand, now = (
        [
            (case.id, case.title, case.request(setting))
            for case in coverage_cases(WORLDS["another"], engine=engine)
        ]
        for engine in (False, True)
    )

    assert beforehand == now
    monkeypatch.setattr(coverage, "covered", lambda world, call: corpus().coverage[:1])
    assert len(coverage_cases(WORLDS["another"], engine=True)) == 1


def test_nobody_is_named_but_where_a_world_takes_his_place():
    """No name is part of a longer one, so that putting another in its place leaves the rest as it was."""
    for one in corpus().coverage:
        body = (one.request.body or b"").decode("latin-1")
        for name in (NOBODY.user, NOBODY.extension, NO_CALL.id):
            assert one.request.target.split("/").count(name) == one.request.target.count(name)
            assert name not in body
        for name in (NOBODY.retriever, NO_CALL.view):
            assert name not in one.request.target
            assert body.count(f'"{name}"') == body.count(name)


def test_it_is_written_as_it_is_read():
    text = as_text(corpus())
    value = json.loads(text)

    assert text.isascii()
    assert value["origin"] == corpus().origin
    assert [
        tuple(Step.from_json({"does": "unpark", "changes": one}).changes for one in run)
        for run in value["runs"]
    ] == list(corpus().runs)
    assert [CoverageRequest.from_json(one) for one in value["coverage"]] == list(corpus().coverage)


@pytest.mark.parametrize("count", [12, EXAMPLES, GENERATED])
@pytest.mark.parametrize("seed", [0, 9, 10, 4711, -1])
def test_the_same_seed_has_the_same_requests_each_once(seed, count):
    requests = corpus().requests(seed, count)

    assert requests == corpus().requests(seed, count)
    assert requests != corpus().requests(seed + 1, count)
    assert len({said(changes) for changes in requests}) == len(requests) == count


def test_a_seed_has_its_own_requests_first_and_never_more_than_there_are():
    every = {said(changes) for run in corpus().runs for changes in run}

    assert corpus().requests(9, 50) == corpus().runs[9][:50]
    assert {said(changes) for changes in corpus().requests(4, 10_000)} == every
    assert {said(changes) for changes in corpus().requests(4711, 10_000)} == every


def test_a_seed_beyond_those_draws_from_all():
    one, other = (Change(part="callerId", value=text) for text in ("a", "b"))
    small = Corpus(origin={}, runs=(((one,),), ((other,), (one,))))

    assert sorted(map(said, small.requests(99, 7))) == [said((one,)), said((other,))]


def test_it_holds_on_any_world():
    """Nothing in it is of the world that it was made for."""
    world = World(user="77", extension="0009*1", retriever="0009*2")
    call = stand_in(world)
    of_the_mock = mock_profile("").world()
    requests = [
        request_of(Step(does="unpark", changes=changes), [call], world)
        for run in corpus().runs
        for changes in run
    ]

    assert None not in requests
    assert sum("/77/" in request.target or "/0009*1/" in request.target for request in requests) > 300
    assert not any(of_the_mock.retriever.encode() in (request.body or b"") for request in requests)


@pytest.mark.parametrize("engine", [False, True])
def test_it_is_sent_in_place_of_what_the_engine_would_make(mock, explore, engine):
    with mock() as url:
        seen = explore(url, engine=engine, seed=5, sequences=0, rounds=0, generated=12)
    sent = [
        exchange.request.body
        for exchange in seen.exchanges
        if exchange.case == FUZZED.case and exchange.request.method == "PUT"
    ]
    call = stand_in(mock_profile("").world())
    beforehand = [
        request_of(Step(does="unpark", changes=changes), [call], mock_profile("").world()).body
        for changes in corpus().requests(5, 12)
    ]
    (row,) = [row for row in seen.rows if row.case == FUZZED.case]
    assert row.verdict == "pass"
    assert 0 < len(sent) <= 12
    assert (sent == beforehand) is not engine


def test_what_is_sent_from_it_needs_no_engine():
    code = (
        "import sys, contract_tests.lanes.explore\n"
        "from contract_tests.lanes.corpus import corpus\n"
        "from contract_tests.profile import Profile\n"
        "from contract_tests.selection import lane_cases\n"
        "assert len(lane_cases('all', Profile().world())) > len(corpus().coverage) > 80\n"
        "print('schemathesis' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("False\n", "")
