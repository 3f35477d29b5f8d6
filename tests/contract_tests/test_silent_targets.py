"""When the conform lane asks a target no more, and when it goes on: a lot of calls stands in for target and rung."""

import pytest

from contract_tests.cases import CONTROL, all_cases
from contract_tests.lanes.conform import SILENCES
from contract_tests.lanes.looking import SILENCES as LISTINGS
from contract_tests.state.rung import RungError
from tests.contract_tests.lot import Lot

BY_ID = {case.id: case for case in all_cases()}
ZERO = BY_ID["failure/timeout/not-positive/zero"]
LETTERS = BY_ID["failure/timeout/not-numeric/letters"]
ME = BY_ID["uri/user-id/me/me"]
VIEWER, OWNER = BY_ID["uri/user-id/viewer/viewer"], BY_ID["uri/user-id/owner/owner"]
CHARSET = BY_ID["request/content-type/with-charset"]
TALKING = BY_ID["parking/not-parked/on-the-phone"]
ELSEWHERE = next(case for case in all_cases() if case.elsewhere)
AS_PRINTED_TOO = BY_ID["payload/wait-for-pickup/numeric-string/string"]


def test_a_silent_target_is_given_up(run):
    lot = Lot(answer=lambda identifier, request: "silent")
    _, evidence = run(lot, ZERO, LETTERS, ME, TALKING)

    assert len(lot.sent()) == SILENCES
    assert "without an answer" in evidence[TALKING.id].lacking
    assert evidence[TALKING.id].exchange is None


def test_a_silent_target_is_given_up_where_calls_are_few(run):
    """Variations are packed there, and each pack takes a call along that somebody parked by hand."""
    lot = Lot(answer=lambda identifier, request: "silent")
    lot.is_scarce = True
    lane, evidence = run(lot, ZERO, LETTERS, ME, CHARSET, VIEWER, OWNER, AS_PRINTED_TOO)

    assert set(evidence) == {
        case.id for case in (CONTROL, ZERO, LETTERS, ME, CHARSET, VIEWER, OWNER, AS_PRINTED_TOO)
    }
    assert len(lot.sent()) == SILENCES
    assert "without an answer" in evidence[OWNER.id].lacking
    assert "without an answer" in lane.went_away
    assert lane.calls_used <= SILENCES


@pytest.mark.parametrize("lists", [True, False])
def test_a_target_that_hangs_on_some_requests_is_asked_the_others(run, lists):
    """It has answered others, and listings all the while; where it does not list either, it may have gone."""
    lot = Lot()
    honest, listed = lot.answer, lot.listed
    hangs = [VIEWER.id, OWNER.id]
    lot.answer = lambda identifier, request: "silent" if lot.asked in hangs else honest(identifier, request)
    lot.listed = lambda identifier: listed(identifier) if lists or lot.asked not in hangs else "silent"
    lane, evidence = run(lot, ME, VIEWER, OWNER, CHARSET)

    assert {evidence[name].exchange.timed_out for name in hangs} == {True}
    assert bool(lane.went_away) is not lists
    assert (evidence[CHARSET.id].exchange is not None) is lists


def test_a_case_that_is_not_sent_is_no_answer(run):
    def lot_without_siblings(count, extension=None):
        if extension not in (None, "0003*210"):
            raise RungError("only of this one")
        return [lot._call("0003*210")]

    lot = Lot(answer=lambda identifier, request: "silent")
    lot.parked = lot_without_siblings
    lane, evidence = run(lot, ELSEWHERE, ME)

    assert evidence[ELSEWHERE.id].exchange is None
    assert len(lot.sent()) == SILENCES
    assert lane.went_away


def test_listings_that_are_not_answered_are_asked_for_no_more(run):
    """The answers are judged all the same."""
    lot = Lot()
    lot.listed = lambda identifier: "silent"
    _, evidence = run(lot, ZERO, LETTERS, ME, CHARSET, VIEWER)

    assert len([each for each in lot.exchanges if each.request.method == "GET"]) == LISTINGS
    assert {evidence[case.id].exchange.response.status for case in (ME, CHARSET, VIEWER)} == {200}


@pytest.mark.parametrize(
    "said", ["late", "the target kept answering 429", "the target answered 503 and asked for 60 seconds"]
)
def test_listings_are_asked_for_while_the_target_answers_now_and_then(run, said):
    lot = Lot()
    shown, lot.listed = lot.listed, lambda identifier: lot.said(identifier)
    lot.said = lambda identifier: shown(identifier) if said == "late" and len(lot.exchanges) % 3 else said
    lot.timed_out = True
    _, evidence = run(lot, ZERO, LETTERS, ME, CHARSET, VIEWER)

    assert len([each for each in lot.exchanges if each.request.method == "GET"]) > LISTINGS + 3
    assert evidence[VIEWER.id].after is not None
