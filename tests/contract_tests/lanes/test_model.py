import json
from dataclasses import replace

import pytest

from contract_tests.exchange import Exchange, Request, Response
from contract_tests.lanes.expiry import verdict_against_expiry
from contract_tests.lanes.finding import Finding, UnreadableFindings, keep, kept
from contract_tests.lanes.lot import Lot, Standing, serial_fates
from contract_tests.lanes.races import RACES, Round, verdict_on
from contract_tests.lanes.steps import Change, Step, digest, request_of, told
from contract_tests.world import KnownCall, World

CALL = KnownCall(id="b817d2618fe6f1804333", user="12", extension="0003*210", view="01", views=("01",))
OTHER = KnownCall(id="c817d2618fe6f1804334", user="12", extension="0003*211", view="07", views=("07",))
WORLD = World(user="12", extension="0003*210", retriever="0003*024", sibling="0003*211")
EVERYTHING = (
    Step(does="park", what="sibling"),
    Step(does="list", call=1),
    Step(does="unpark", call=2, changes=(
        Change(part="callerId", value="é <1>"), Change(part="waitForPickup", kind="absent"),
        Change(part="phoneCallViewId", kind="view-of", value=1),
        Change(part="user", kind="world", value="foreign_user"),
        Change(part="body", kind="raw", value="\xff{"),
    )),
    Step(does="race", what="hang-up"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("racers", "fates"),
    [
        (("retrieve", "retrieve"), {("wins", "loses"), ("loses", "wins")}),
        (("retrieve", "hang-up"), {("wins", "unjudged"), ("loses", "unjudged")}),
        (("retrieve", "park"), {("wins", "unjudged"), ("loses", "unjudged")}),
    ],
)
def test_serial_orders_say_who_may_win(racers, fates):
    assert serial_fates(racers) == fates


def test_exactly_one_of_three_wins_in_every_order():
    assert {fates.count("wins") for fates in serial_fates(("retrieve",) * 3)} == {1}


def race(name, *statuses, trouble=False):
    body = b'{"id": "x", "error": {"code": "y", "message": "z"}}'
    exchanges = [
        Exchange(
            number=place + 1, case="c", role="request", request=Request(method="PUT", target="/"),
            response=Response(status=status, body=body) if status else None,
            trouble=None if status else "broken off", started=0.001 * place, elapsed=0.01,
        )
        for place, status in enumerate(statuses)
    ]  # fmt: skip
    racers = RACES[name][1] if name in RACES else ("retrieve",)
    return Round(racers=racers, exchanges=tuple(exchanges), call=CALL)


@pytest.mark.parametrize(
    ("name", "statuses", "clause"),
    [
        ("two-retrievals", (200, 204), None),
        ("two-retrievals", (409, 202), None),
        ("two-retrievals", (200, 200), "parking/one-winner"),
        ("two-retrievals", (204, 204), "parking/one-winner"),
        ("two-retrievals", (200, None), None),
        ("two-retrievals", (204, None), None),
        ("two-retrievals", (200, 500), "body/no-server-error"),
        ("three-retrievals", (200, 204, 202), "parking/one-winner"),
        ("three-retrievals", (204, 204, 200), None),
        ("two-phones", (200, 400), None),
        ("two-phones", (200, 200), "parking/one-winner"),
        ("two-phones", (204, 400), "parking/one-winner"),
        ("hang-up", (200, 200), None),
        ("hang-up", (400, 200), None),
        ("hang-up", (200, 500), None),
        ("park", (200, 400), None),
    ],
)
def test_a_race_is_judged_by_what_an_order_could_have_given(name, statuses, clause):
    found = verdict_on(race(name, *statuses), WORLD)
    assert (found[0] if found else None) == clause


TAKEN = {"id": CALL.id, "phoneCallView": [{"id": "01", "extension": "0003*024", "status": 5}]}
IN_THE_LOT = {"id": CALL.id, "phoneCallView": [{"id": "01", "extension": "0003*210", "parked": True}]}
RINGING_BACK = {"id": CALL.id, "phoneCallView": [{"id": "01", "extension": "0003*210", "status": 3}]}
STILL_RINGING = {"id": CALL.id, "phoneCallView": [{"id": "01", "extension": "0003*024", "status": 3}]}


def listed(call):
    body = json.dumps({"entry": [] if call is None else [call]}).encode()
    request = Request(method="GET", target="/")
    return Exchange(
        number=9, case="c", role="after", request=request, response=Response(status=200, body=body)
    )


def of_one_view(extension, source, **more):
    view = {"id": "01", "extension": extension, "source": [source], "status": 5, **more}
    return {"id": CALL.id, "phoneCallView": [view]}


@pytest.mark.parametrize(
    ("after", "is_broken"),
    [
        (of_one_view("0003*024", "0003*024"), False),
        (of_one_view("0003*211", "0003*211"), True),
        (of_one_view("0003*210", "0003*211", parked="2026-01-31T09:00:00Z", parkedPos=1), False),
    ],
)
def test_of_two_phones_the_one_that_was_told_so_has_the_call(after, is_broken):
    """A listing that is behind shows it parked, and its caller may be the other phone."""
    seen = replace(race("two-phones", 200, 400), after=listed(after))
    assert bool(verdict_on(seen, WORLD)) is is_broken


@pytest.mark.parametrize(
    ("statuses", "after", "late", "is_broken"),
    [
        ((200,), TAKEN, TAKEN, False),
        ((204,), RINGING_BACK, RINGING_BACK, False),
        ((204, 400), RINGING_BACK, RINGING_BACK, False),
        ((200, 204), TAKEN, TAKEN, False),
        ((200, 200), TAKEN, TAKEN, True),
        ((204,), IN_THE_LOT, IN_THE_LOT, True),
        ((200,), TAKEN, RINGING_BACK, True),
        ((200,), TAKEN, IN_THE_LOT, True),
        ((200,), STILL_RINGING, RINGING_BACK, False),
    ],
)
def test_a_call_whose_time_runs_out_is_retrieved_or_goes_and_never_both(statuses, after, late, is_broken):
    ran = race("two-retrievals", *statuses) if len(statuses) == 2 else race("one", *statuses)
    seen = replace(ran, against=("expiry",), after=listed(after), late=listed(late))
    assert (verdict_against_expiry(seen, WORLD, stays=True) is not None) == is_broken


@pytest.mark.parametrize("stays", [True, False])
def test_a_call_that_is_gone_was_perhaps_hung_up_by_a_phone_that_keeps_none(stays):
    seen = replace(race("one", 200), against=("expiry",), after=listed(TAKEN), late=listed(None))
    assert (verdict_against_expiry(seen, WORLD, stays=stays) is not None) == stays


def test_a_race_tells_its_interleaving():
    seen = race("two-retrievals", 200, 204)
    assert str(seen) == "retrieve 0.0-10.0 ms: 200, retrieve 1.0-11.0 ms: 204"
    assert seen.overlaps


def test_the_model_follows_each_call():
    lot = Lot().parked(CALL).parked(OTHER).holding(CALL, Standing.RETRIEVED)
    assert [call.parked for call in lot.known()] == [False, True]
    assert lot.standing(OTHER) is Standing.PARKED


def test_findings_are_kept_once_each_and_read_again(tmp_path):
    path = tmp_path / "findings.json"
    first = Finding(clause="body/no-server-error", steps=EVERYTHING[:3])
    second = Finding(clause="parking/one-winner", steps=EVERYTHING[3:])
    assert kept(path) == ()
    keep(path, [first])
    keep(path, [second, first])
    assert kept(path) == (first, second)
    assert second.case == "parking/one-winner/hang-up"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "callpark-findings", "version": 1, "findings": [{}]}']
)
def test_a_file_that_holds_no_findings_is_named(tmp_path, text):
    path = tmp_path / "findings.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFindings, match=r"findings\.json"):
        kept(path)


def test_a_sequence_has_one_name_and_reads_as_words():
    assert digest(EVERYTHING) == digest([Step.from_json(step.as_json()) for step in EVERYTHING])
    assert told(EVERYTHING[:1]) == "park a call at a second extension"
    assert told(EVERYTHING[2:3]).isascii()


def test_a_step_becomes_a_request_on_the_calls_at_hand():
    step = Step(does="unpark", call=0, changes=(Change(part="phoneCallViewId", kind="view-of", value=1),))
    request = request_of(step, [CALL, OTHER], WORLD)
    assert request.target.endswith(CALL.id)
    assert b'"phoneCallViewId": "07"' in request.body


def test_what_the_world_has_not_is_not_sent():
    step = Step(does="unpark", changes=(Change(part="user", kind="world", value="foreign_user"),))
    assert request_of(step, [CALL], WORLD) is None
