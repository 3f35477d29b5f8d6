"""From made-up evidence to verdicts: what blames whom, and what keeps a run from being judged."""

from dataclasses import replace

import pytest

from callpark_spec import openapi_document
from contract_tests.cases import CONTROL, all_cases
from contract_tests.draft import Setting, listing
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange
from contract_tests.judge import judge
from contract_tests.judge.sweeps import SCOPES
from contract_tests.schemathesis_adapter import Schema
from contract_tests.verdict import Verdict
from tests.contract_tests.made_up_answers import (
    CALL,
    ID,
    PARKED,
    TAKEN,
    UNUSABLE,
    listing_of,
    refusal,
    response,
)

BY_ID = {case.id: case for case in all_cases()}
ZERO = BY_ID["failure/timeout/not-positive/zero"]
UNKNOWN_USER = BY_ID["uri/user-id/unknown/nobody"]
NO_TOKEN = BY_ID["access/no-token/absent"]
GREY = BY_ID["payload/grey-values/callerId-null"]
AGAIN = BY_ID["parking/second-retrieval/again"]
TALKING = BY_ID["parking/not-parked/on-the-phone"]
ME = BY_ID["uri/user-id/me/me"]
VIEWER = BY_ID["uri/user-id/viewer/viewer"]
OWNER = BY_ID["uri/user-id/owner/owner"]
WITH_SELF = BY_ID["uri/phone-call-id/with-self/me-and-self"]
SHORT_FORM = BY_ID["payload/send-call-to/short-form/local-part"]


@pytest.fixture(scope="module")
def violations():
    return Schema(openapi_document()).violations


@pytest.fixture
def judged(world, call, witness, levels, violations):
    """Judges evidence made of (case, answer, listing before, listing after); views stand for listings."""

    def evidence(number, case, answer, before=PARKED, after=PARKED):
        known = replace(call, parked=False) if case in (AGAIN, TALKING) else call
        request = case.request(Setting(world=world, call=known, witness=witness))

        def exchange(place, asked, said, role):
            trouble = None if said else "broken off"
            return Exchange(
                number=3 * number + place,
                case=case.id,
                role=role,
                request=asked,
                response=said,
                trouble=trouble,
            )

        def listed(place, view, role):
            if view is None:
                return None
            said = response(*view) if isinstance(view, tuple) else listing_of(view)
            return exchange(place, listing("12", "0003*210", ID), said, role)

        return Evidence(
            case=case,
            call=known,
            exchange=exchange(0, request, answer, "request"),
            before=listed(1, before, "before"),
            after=listed(2, after, "after"),
        )

    def run(*rows, reading="document", **settings):
        made = [row if isinstance(row, Evidence) else evidence(n, *row) for n, row in enumerate(rows)]
        judgement = judge(
            made,
            world=world,
            reading=reading,
            control=CONTROL,
            levels=levels,
            violations=violations,
            **settings,
        )
        return Rows(judgement)

    return run


class Rows:
    def __init__(self, judgement):
        self.judgement = judgement
        self.by_case = {ruling.case: ruling for ruling in judgement.rulings}

    def of(self, row):
        """The verdict on a case, or on the standing row of a clause."""
        name = getattr(row, "id", None) or f"{row}/{SCOPES[row]}"
        return str(self.by_case[name].verdict)

    @property
    def findings(self):
        return [ruling.clause for ruling in self.judgement.rulings if ruling.is_finding]


WORKED = (CONTROL, response(200, CALL), PARKED, TAKEN)
REPEAT_REFUSED = (AGAIN, response(204), TAKEN, TAKEN)


def with_(answer=None, before=PARKED, after=TAKEN):
    """The control with one thing different."""
    return (CONTROL, answer or response(200, CALL), before, after)


def test_a_working_run_passes(judged):
    rows = judged((ZERO, refusal(400)), WORKED, REPEAT_REFUSED, (ME, response(200, CALL), None, TAKEN))

    assert rows.findings == []
    assert [rows.of(case) for case in (ZERO, CONTROL, AGAIN, ME)] == ["pass"] * 4
    assert rows.judgement.any_worked


@pytest.mark.parametrize(
    ("clause", "control"),
    [
        ("success/status", with_(response(206, CALL))),
        ("success/no-call", with_(response(204))),
        ("body/json", with_(response(200, b"<ok/>"))),
        ("body/json", with_(response(200))),
        ("body/phone-call", with_(response(200, {"ok": True}))),
        ("body/phone-call", with_(response(200, [CALL, CALL]))),
        ("success/returns-call", with_(response(200, CALL | {"id": "other"}))),
        ("body/phone-call-fields", with_(response(200, CALL | {"phoneCallView": 1}))),
        ("success/extension-echo", with_(response(200, CALL | {"extension": "0003*999"}))),
        ("success/link", with_(response(200, CALL | {"links": {"self": "http://h/elsewhere"}}))),
        ("success/link", with_(response(200, CALL | {"links": {"self": "http://[h/phoneCalls/12/1/2"}}))),
        ("success/link-lists", with_(after=(404, None))),
        ("parking/leaves-lot", with_(after=PARKED)),
        ("parking/connects", with_(after=TAKEN | {"extension": "0003*211", "source": []})),
        ("parking/on-call", with_(after=TAKEN | {"status": 2})),
        ("parking/parked-fields-gone", with_(after=TAKEN | {"parkedPos": 1})),
    ],
)
def test_what_the_reference_breaks_is_the_aspects_once(judged, levels, clause, control):
    others = [(case, *control[1:]) for case in (ME, VIEWER, OWNER)]
    rows = judged(control, REPEAT_REFUSED, *others)

    if levels[clause] == "example":
        assert rows.of(clause) == "deviation"
        assert rows.findings == []
    else:
        assert rows.of(clause) == "fail"
        assert rows.findings == [clause]


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (400, "call_not_parked", "deviation"),
        (422, "call_not_parked", "deviation"),
        (410, "gone", "deviation"),
        (403, "forbidden", "deviation"),
        (409, "not_parked", "pass"),
        (400, "pc_phonecall_invalid", "pass"),
        (400, "pc_timeout_invalid", "fail"),
    ],
)
@pytest.mark.parametrize("case", [AGAIN, TALKING], ids=["retrieved before", "never parked"])
def test_a_call_that_is_not_parked_may_be_refused_in_words_of_ones_own(judged, case, status, code, verdict):
    rows = judged(WORKED, (case, refusal(status, code), TAKEN, TAKEN))

    assert rows.of(case) == verdict


@pytest.mark.parametrize("status", [4, None], ids=["ringing", "no status"])
def test_nobody_is_said_to_be_on_the_wrong_phone_before_somebody_is_on_call(judged, status):
    """The view of the parked party alone, before anybody has picked up, says nothing of who will."""
    rows = judged(with_(after={"id": "01", "extension": "0003*210", "status": status}), REPEAT_REFUSED)

    assert rows.of("parking/connects") == "inconclusive"
    assert rows.of(CONTROL) == "pass"
    assert rows.findings == []


def test_a_call_that_is_listed_no_more_is_said_to_be_lost_or_hidden(judged):
    rows = judged(with_(after=(404, None)))

    assert "listed no more" in rows.by_case["success/link-lists/every-retrieval"].hint
    assert rows.by_case[CONTROL.id].hint == "See success/link-lists."


def test_a_call_listed_under_another_id_afterwards_is_a_deviation(judged):
    rows = judged(with_(after=(200, {"id": "other", "phoneCallView": [TAKEN]})), REPEAT_REFUSED)

    assert rows.of("parking/keeps-id") == "deviation"
    assert rows.findings == []


@pytest.mark.parametrize(("after", "verdict"), [(PARKED, "pass"), (TAKEN, "fail")])
def test_another_call_must_stay_where_it_was(judged, world, call, witness, after, verdict):
    request = CONTROL.request(Setting(world=world, call=call, witness=witness))

    def exchange(number, said, role, identifier=ID):
        asked = request if role == "request" else listing("12", "0003*210", identifier)
        return Exchange(number=number, case=CONTROL.id, role=role, request=asked, response=said)

    control = Evidence(
        case=CONTROL,
        call=call,
        witness=witness,
        exchange=exchange(90, response(200, CALL), "request"),
        before=exchange(91, listing_of(PARKED), "before"),
        after=exchange(92, listing_of(TAKEN), "after"),
        witness_before=exchange(93, listing_of(PARKED, witness.id), "before", witness.id),
        witness_after=exchange(94, listing_of(after, witness.id), "after", witness.id),
    )
    rows = judged(control, REPEAT_REFUSED)

    assert rows.of("parking/only-that-call") == verdict


def test_what_one_case_alone_breaks_is_that_cases_own(judged):
    rows = judged(WORKED, REPEAT_REFUSED, (ME, response(200, CALL | {"id": "other"}), None, TAKEN))

    assert rows.findings == ["uri/user-id/me"]
    assert rows.of("success/returns-call") == "pass"


def test_what_three_cases_break_is_the_aspects(judged):
    broken = [(case, response(200, CALL | {"id": "other"}), None, TAKEN) for case in (ME, VIEWER, OWNER)]
    rows = judged(WORKED, REPEAT_REFUSED, *broken)

    assert rows.findings == ["success/returns-call"]


def test_a_refused_retrieval_fails_its_clause(judged):
    rows = judged(WORKED, REPEAT_REFUSED, (ME, refusal(403, "access_denied"), None, PARKED))

    assert rows.findings == ["uri/user-id/me"]


def test_a_case_made_of_one_that_is_refused_alike_says_nothing_new(judged):
    said = refusal(403, "access_denied")
    rows = judged(WORKED, REPEAT_REFUSED, (ME, said, None, PARKED), (WITH_SELF, said, None, PARKED))

    assert rows.findings == ["uri/user-id/me"]
    assert rows.of(WITH_SELF) == "inconclusive"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (refusal(400), "pass"),
        (refusal(400, "pc_callerid_invalid"), "wrong-code"),
        (refusal(404), "wrong-code"),
        (response(400), "inconclusive"),
        (refusal(500), "fail"),
        (response(200, CALL), "fail"),
        (response(204), "fail"),
        (None, "inconclusive"),
    ],
)
def test_a_refusal_is_held_against_the_law(judged, answer, verdict):
    assert judged((ZERO, answer), WORKED, REPEAT_REFUSED).of(ZERO) == verdict


def test_what_section_10_wants_noted_is_a_deviation(judged):
    said = (SHORT_FORM, refusal(400, "extension_invalid"), None, PARKED)
    rows = judged((UNKNOWN_USER, refusal(404)), WORKED, REPEAT_REFUSED, said)

    assert rows.of(UNKNOWN_USER) == "deviation"
    assert rows.of(SHORT_FORM) == "deviation"
    assert rows.findings == []


@pytest.mark.parametrize(
    ("answer", "after", "verdict"),
    [
        (refusal(400, "extension_invalid"), PARKED, "pass"),
        (response(200, CALL), TAKEN, "deviation"),
        (refusal(200, "extension_invalid"), PARKED, "fail"),
    ],
)
def test_an_error_response_does_not_say_that_a_request_was_carried_out(judged, answer, after, verdict):
    queue = BY_ID["payload/send-call-to/phone-terminal/no-terminal"]
    assert judged((queue, answer, PARKED, after), WORKED, REPEAT_REFUSED).of(queue) == verdict


def test_without_a_retrieval_that_worked_refusals_prove_nothing(judged):
    rows = judged((ZERO, refusal(400)), (CONTROL, refusal(400), PARKED, PARKED))

    assert not rows.judgement.any_worked
    assert rows.of(ZERO) == "inconclusive"
    assert rows.of("body/error-envelope") == "inconclusive"
    assert rows.findings == ["request/documented-example"]


def test_without_listings_a_refused_repetition_shows_that_a_retrieval_worked(judged):
    control = with_(before=UNUSABLE, after=UNUSABLE)

    assert judged(control, (AGAIN, response(204), UNUSABLE, UNUSABLE)).judgement.any_worked
    assert judged(control, (AGAIN, refusal(409), UNUSABLE, UNUSABLE)).judgement.any_worked
    assert not judged(control, (AGAIN, response(200, CALL), UNUSABLE, UNUSABLE)).judgement.any_worked
    assert not judged(control, (AGAIN, refusal(500), UNUSABLE, UNUSABLE)).judgement.any_worked
    assert not judged(control).judgement.any_worked


def test_a_204_never_counts_as_worked_unless_it_was_seen(judged):
    unseen = judged(with_(response(204), UNUSABLE, UNUSABLE), (AGAIN, refusal(400), UNUSABLE, UNUSABLE))

    assert not unseen.judgement.any_worked
    assert judged(with_(response(204)), REPEAT_REFUSED).findings == ["success/no-call"]


@pytest.mark.parametrize(
    ("clause", "broken", "verdict"),
    [
        ("body/error-response", (ZERO, response(400)), "fail"),
        ("body/error-envelope", (ZERO, response(400, b"<html>")), "fail"),
        ("body/error-envelope", (ZERO, response(400, {"error": "pc_timeout_invalid"})), "fail"),
        ("body/error-envelope", (NO_TOKEN, response(401, {"error": {"message": "?"}})), "deviation"),
        ("parking/refusal-changes-nothing", (ZERO, refusal(400), PARKED, TAKEN), "fail"),
        ("access/challenge", (NO_TOKEN, refusal(401, "access_denied")), "deviation"),
        ("body/no-server-error", (GREY, refusal(500)), "fail"),
        ("body/empty-on-204", (AGAIN, response(204, b"{}"), TAKEN, TAKEN), "fail"),
        ("body/empty-on-204", (AGAIN, response(204, None, Content_Length="9"), TAKEN, TAKEN), "fail"),
    ],
)
def test_rows_about_every_answer_break_by_one(judged, levels, clause, broken, verdict):
    rows = judged(broken, WORKED)

    assert rows.of(clause) == verdict


@pytest.mark.parametrize("status", [400, 501])
def test_an_observation_has_no_row_of_its_own(judged, status):
    rows = judged((GREY, refusal(status)), WORKED, REPEAT_REFUSED)

    assert GREY.id not in rows.by_case
    assert rows.of("body/no-server-error") == "pass"
    assert GREY.id in {seen.case for seen in rows.judgement.observations}


def test_a_kind_of_answer_that_was_not_seen_is_not_applicable(judged):
    rows = judged((ZERO, refusal(400)), WORKED)

    assert [rows.of(c) for c in ("body/empty-on-204", "access/challenge")] == ["not-applicable"] * 2


def test_a_target_that_declares_no_listing_is_judged_without(judged):
    control = with_(before=None, after=None)
    rows = judged(control, (AGAIN, response(204), None, None), lists=False)

    assert rows.of("parking/connects") == "not-applicable"
    assert rows.of(CONTROL) == "pass"


@pytest.mark.parametrize(
    ("named", "verdict"),
    [
        ({"lacking": "x"}, "inconclusive"),
        ({"does_not_arise": "x"}, "not-applicable"),
        ({"broken": "x"}, "harness-error"),
    ],
)
def test_a_case_that_was_not_sent_says_why(judged, named, verdict):
    rows = judged(Evidence(case=ZERO, **named), WORKED)

    assert rows.of(ZERO) == verdict
    assert "x" in rows.by_case[ZERO.id].actual


def test_a_call_that_was_never_parked_must_not_change(judged):
    rows = judged(WORKED, REPEAT_REFUSED, (TALKING, response(204), TAKEN, TAKEN | {"extension": "0003*211"}))

    assert rows.findings == ["parking/not-parked"]


def test_a_202_is_noted_under_document_and_fails_under_table(judged):
    control = with_(response(202, CALL))

    assert judged(control, REPEAT_REFUSED).of("success/status") == "deviation"
    assert judged(control, REPEAT_REFUSED, reading="table").findings == ["success/status"]


def test_a_201_is_noted(judged):
    rows = judged(with_(response(201, CALL)), REPEAT_REFUSED)

    assert rows.of("success/status") == "deviation"
    assert rows.findings == []


def test_findings_come_first_and_the_controls_last_of_them(judged):
    rows = judged(
        (ZERO, response(200, CALL)),
        (CONTROL, refusal(400), PARKED, PARKED),
        (ME, response(200, CALL), None, TAKEN),
    )

    assert rows.findings == ["failure/timeout/not-positive", "request/documented-example"]
    assert rows.judgement.rulings[2].verdict is not Verdict.FAIL


def test_a_finding_that_another_says_more_exactly_comes_after_it(judged):
    own_only, unknown = BY_ID["uri/extension/self-own-only/other-token"], BY_ID["failure/call/unknown/hex"]
    rows = judged((own_only, response(200, CALL)), (unknown, response(200, CALL)), WORKED)

    assert judged((own_only, response(200, CALL)), WORKED).findings == ["uri/extension/self-own-only"]
    assert rows.findings[:1] == ["failure/call/unknown"]
