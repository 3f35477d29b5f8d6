"""What the conform lane does when a target or a rung misbehaves: a lot of calls stands in for both."""

import pytest

from contract_tests.case import Kind
from contract_tests.cases import CONTROL, all_cases
from contract_tests.exchange import Response
from contract_tests.lanes.conform import ATTEMPTS, SILENCES
from contract_tests.lanes.watch import LONG_IN_THE_LOT
from contract_tests.state.rung import RungError
from tests.contract_tests.lot import Lot, json_answer

BY_ID = {case.id: case for case in all_cases()}
ZERO = BY_ID["failure/timeout/not-positive/zero"]
LETTERS = BY_ID["failure/timeout/not-numeric/letters"]
AGAIN = BY_ID["parking/second-retrieval/again"]
ME = BY_ID["uri/user-id/me/me"]
VIEWER, OWNER = BY_ID["uri/user-id/viewer/viewer"], BY_ID["uri/user-id/owner/owner"]
CHARSET = BY_ID["request/content-type/with-charset"]
TALKING = BY_ID["parking/not-parked/on-the-phone"]
ELSEWHERE = next(case for case in all_cases() if case.elsewhere)
AS_PRINTED_TOO = BY_ID["payload/wait-for-pickup/numeric-string/string"]
GREY = BY_ID["payload/grey-values/callerId-null"]


def test_refusals_share_the_call_that_the_control_then_retrieves(run):
    lot = Lot()
    lane, evidence = run(lot, ZERO, LETTERS, AGAIN)

    assert len({one.call.id for one in evidence.values()}) == 1
    assert [each.case for each in lot.sent()] == [ZERO.id, LETTERS.id, CONTROL.id, AGAIN.id]
    assert evidence[AGAIN.id].call.parked is False
    assert lane.calls_used == 1


def test_every_other_retrieval_has_a_call_of_its_own(run):
    lot = Lot()
    lane, evidence = run(lot, ME)

    assert evidence[ME.id].call.id != evidence[CONTROL.id].call.id
    assert lane.calls_used == 2


def test_a_shared_call_that_was_used_up_is_replaced(run):
    lot = Lot(answer=lambda identifier, request: lot.retrieve(identifier))
    _, evidence = run(lot, ZERO, LETTERS)

    assert len({evidence[case.id].call.id for case in (ZERO, LETTERS, CONTROL)}) == 3


def test_a_call_that_an_accepted_request_may_still_take_is_replaced(run):
    lot = Lot(answer=lambda identifier, request: Response(status=202))
    _, evidence = run(lot, ZERO, LETTERS)

    assert evidence[ZERO.id].seen_after().parking
    assert evidence[LETTERS.id].call.id != evidence[ZERO.id].call.id


def test_a_call_is_listed_before_and_after_its_request(run):
    lot = Lot()
    _, evidence = run(lot, ZERO)

    assert evidence[ZERO.id].seen_before().parking
    assert evidence[ZERO.id].seen_after().parking
    assert evidence[CONTROL.id].seen_after().is_on_call_with("0003*024")


def test_the_witness_is_looked_at_around_the_control_only(run):
    _, evidence = run(Lot(), ZERO, ME)

    assert evidence[CONTROL.id].witness_before is not None
    assert evidence[CONTROL.id].witness_after is not None
    assert evidence[ME.id].witness_before is None


class Crowded(Lot):
    """Other parked calls are hung up, either by what one case sends or by nobody, some time after the control."""

    def __init__(self, by="", once=False):
        super().__init__()
        self.by, self.once, self.done = by, once, False

    def exchange(self, request, *, case="", **about):
        made = super().exchange(request, case=case, **about)
        is_asked = case == self.by if self.by else case == ME.id
        if is_asked and request.method == "PUT" and not (self.once and self.done):
            mine, self.done = request.target.rpartition("/")[2], True
            self.calls = {each: parked and each == mine for each, parked in self.calls.items()}
        return made


@pytest.mark.parametrize("case", [LETTERS, ME], ids=lambda case: case.id)
def test_who_touched_the_witness_is_found_among_many(run, case):
    lot = Crowded(by=case.id)
    _, evidence = run(lot, ZERO, LETTERS, GREY, VIEWER, ME, OWNER, opening=(ZERO.id,))

    assert evidence[case.id].leaves_witness is False
    assert [one.case.id for one in evidence.values() if one.leaves_witness is False] == [case.id]
    assert evidence[VIEWER.id].exchange.response.status == 200, (
        "the search must not cost another case its call"
    )
    assert sorted(lot.released) == sorted(lot.calls)


def test_a_witness_that_nobody_can_be_shown_to_have_touched_is_no_evidence(run):
    """Somebody else took it, or the lot called it back."""
    lot = Crowded(once=True)
    _, evidence = run(lot, ZERO, VIEWER, ME, OWNER)

    assert lot.done
    assert all(one.leaves_witness is not False for one in evidence.values())
    assert evidence[ME.id].attempts == 2


def test_a_witness_that_was_long_in_the_lot_is_replaced(run):
    lot = Lot()
    answer = lot.answer

    def slow(identifier, request):
        lot.clock += LONG_IN_THE_LOT
        return answer(identifier, request)

    lot.answer = slow
    run(lot, ZERO, VIEWER, ME, OWNER)
    witnesses = {each.witness.id for each in lot.sent()}

    assert len(witnesses) > 1
    assert all(lot.calls[each] for each in witnesses)


def test_all_calls_are_released_at_the_end(run):
    lot = Lot()
    run(lot, ZERO, ME, TALKING)

    assert sorted(lot.released) == sorted(lot.calls)


def test_a_broken_connection_is_tried_again_on_a_fresh_call(run):
    broken = iter(["reset", "reset"])
    lot = Lot(answer=lambda identifier, request: next(broken, None) or lot.honest(identifier, request))
    _, evidence = run(lot, ZERO)

    assert evidence[ZERO.id].attempts == 3
    assert evidence[ZERO.id].exchange.response.status == 400
    assert len({each.call.id for each in lot.sent() if each.case == ZERO.id}) == 3


def test_a_broken_connection_is_tried_so_often_and_no_more(run):
    lot = Lot(answer=lambda identifier, request: "reset")
    _, evidence = run(lot, ZERO)

    assert evidence[ZERO.id].attempts == ATTEMPTS == 1 + 3
    assert len([each for each in lot.sent() if each.case == ZERO.id]) == 1 + 3


def loses_every_answer_once(lot):
    """Each case's first request is carried out, and nobody hears of it."""
    lost = set()

    def answer(identifier, request):
        said = lot.honest(identifier, request)
        case = lot.asked
        if case in lost or not case:
            return said
        lost.add(case)
        return "reset"

    return answer


@pytest.mark.parametrize("case", [AGAIN, TALKING, ELSEWHERE, ME, ZERO, GREY], ids=lambda case: case.id)
def test_a_lost_answer_is_asked_for_again_on_a_call_in_the_same_state(run, case):
    lot = Lot()
    lot.answer = loses_every_answer_once(lot)
    _, evidence = run(lot, case)
    _, undisturbed = run(Lot(), case)
    seen, wanted = evidence[case.id], undisturbed[case.id]

    assert (seen.attempts, wanted.attempts) == (2, 1)
    assert seen.exchange.response.status == wanted.exchange.response.status
    assert (seen.call.parked, seen.call.extension) == (wanted.call.parked, wanted.call.extension)
    assert len({each.call.id for each in lot.sent() if each.case == case.id}) == 2
    assert sorted(lot.released) == sorted(lot.calls)


def test_where_calls_are_few_one_that_a_lost_request_left_alone_is_used_again(run):
    unheard = iter(["reset"])
    lot = Lot(answer=lambda identifier, request: next(unheard, None) or lot.honest(identifier, request))
    lot.is_scarce = True
    lane, evidence = run(lot, ZERO)

    assert evidence[ZERO.id].attempts == 2
    assert lane.calls_used == 1


def test_where_calls_are_few_the_witness_is_one_of_them(run):
    lot = Lot()
    lot.is_scarce, others = True, [lot._call("0003*210") for _ in range(2)]
    lot.witness = lambda: others[-1]
    lot.parked = lambda count, extension=None: [others.pop(0)]
    _, evidence = run(lot, ZERO, ME)

    assert evidence[ZERO.id].witness == evidence[ME.id].call
    assert evidence[CONTROL.id].leaves_witness
    assert evidence[ME.id].witness is None


def test_where_calls_are_few_a_lost_answer_costs_another_one_as_long_as_there_is_one(run):
    lot = Lot(stock=4)
    lot.is_scarce, lot.answer = True, loses_every_answer_once(lot)
    lane, evidence = run(lot, ME, AS_PRINTED_TOO)

    assert evidence[AS_PRINTED_TOO.id].exchange.response.status == 200
    assert [each.also for each in lot.sent()[:2]] == [(AS_PRINTED_TOO.id,)] * 2
    assert evidence[ME.id].exchange.trouble == "reset"
    assert lane.calls_used == 3


def test_grey_values_that_are_dropped_do_not_end_the_run(run):
    def dropping(identifier, request):
        return "broken off" if b"null" in request.body else lot.honest(identifier, request)

    grey = [case for case in all_cases() if case.id.endswith("-null")]
    lot = Lot(answer=dropping)
    _, evidence = run(lot, *grey, ME)

    assert len(grey) > SILENCES
    assert {evidence[case.id].attempts for case in grey} == {ATTEMPTS}
    assert evidence[ME.id].exchange.response.status == 200


def test_after_the_deadline_nothing_is_sent(run):
    def slow(identifier, request):
        lot.clock += 10
        return lot.honest(identifier, request)

    lot = Lot(answer=slow)
    _, evidence = run(lot, ZERO, LETTERS, ME, deadline=15.0)

    assert [each.case for each in lot.sent()] == [ZERO.id, LETTERS.id]
    assert "time for this run was over" in evidence[ME.id].lacking


def test_after_the_deadline_nothing_is_sent_where_calls_are_few(run):
    def slow(identifier, request):
        lot.clock += 10
        return lot.honest(identifier, request)

    lot = Lot(answer=slow)
    lot.is_scarce = True
    _, evidence = run(lot, ZERO, ME, CHARSET, VIEWER, deadline=15.0)

    assert [each.case for each in lot.sent()] == [ZERO.id, CONTROL.id]
    assert "time for this run was over" in evidence[VIEWER.id].lacking


def test_without_a_single_call_there_is_no_run(run):
    with pytest.raises(RungError, match="the lot is empty"):
        run(Lot(stock=0), ZERO)


def test_a_case_without_a_call_is_not_tried_and_the_others_are(run):
    lot = Lot(stock=2)
    _, evidence = run(lot, ZERO, ME)

    assert evidence[CONTROL.id].exchange is not None
    assert evidence[ME.id].lacking == "no parked call: the lot is empty"


def test_a_rung_that_parks_only_leaves_what_needs_other_calls_untried(run):
    _, evidence = run(Lot(offers_others=False), TALKING, ZERO)
    _, declared = run(Lot(offers_others=False), TALKING, not_offered=frozenset({"talking"}))

    assert "offers no call that is not parked" in evidence[TALKING.id].lacking
    assert evidence[ZERO.id].witness is None
    assert "does not offer talking" in declared[TALKING.id].does_not_arise


def test_a_fault_of_ours_costs_one_case(run):
    def broken(identifier, request):
        if b"abc" in request.body:
            raise ZeroDivisionError("ours")
        return lot.honest(identifier, request)

    lot = Lot(answer=broken)
    _, evidence = run(lot, ZERO, LETTERS)

    assert "ZeroDivisionError" in evidence[LETTERS.id].broken
    assert evidence[CONTROL.id].exchange.response.status == 200


def test_a_target_that_lists_nothing_is_not_asked_to(run):
    lot = Lot()
    _, evidence = run(lot, ZERO, ME, not_offered=frozenset({"list"}))

    assert {each.request.method for each in lot.exchanges} == {"PUT"}
    assert evidence[ZERO.id].before is None


@pytest.mark.parametrize("is_scarce", [False, True], ids=["plenty", "few"])
def test_where_nothing_is_listed_the_page_s_own_request_follows(run, is_scarce):
    """Cases that share a request are told apart when it did nothing."""
    lot = Lot()
    lot.is_scarce, honest = is_scarce, lot.answer
    lot.answer = lambda identifier, request: (
        json_answer(200, {"id": identifier}) if "/@me/" in request.target else honest(identifier, request)
    )
    _, evidence = run(lot, ME, CHARSET, not_offered=frozenset({"list"}))

    assert evidence[ME.id].left_something
    assert not evidence[CHARSET.id].left_something
    assert evidence[CHARSET.id].follow_up.response.status == 204
    assert evidence[CONTROL.id].follow_up is None


def test_each_case_is_announced_before_it_is_sent(run):
    announced = []
    lot = Lot()
    run(lot, ZERO, ME, started=lambda case: announced.append((case.id, len(lot.sent()))))

    assert list(dict.fromkeys(announced)) == [(ZERO.id, 0), (CONTROL.id, 1), (ME.id, 2)]


def test_a_safe_run_sends_refusals_only(run):
    lot = Lot()
    _, evidence = run(lot, ZERO, ME, AGAIN, BY_ID["payload/grey-values/callerId-null"], safe=True)

    assert set(evidence) == {ZERO.id}
    assert BY_ID[ZERO.id].kind is Kind.REFUSAL
