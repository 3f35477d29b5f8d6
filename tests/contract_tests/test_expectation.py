"""What may answer a request: which values are at fault, which are grey, which are in order."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import contract_tests.expectation
from contract_tests.case import Kind
from contract_tests.cases import all_cases
from contract_tests.draft import Setting, documented, listing, member, segment, with_, without
from contract_tests.expectation import Effect, expect
from contract_tests.expectation.expect import MOST_NESTED, TOO_DEEP, parse_json
from contract_tests.expectation.outcome import NOT_PARKED, REFUSALS, retrieved
from contract_tests.nulls import without_nulls

GREY, FINE = "grey", "fine"


@pytest.fixture
def expected(world, call, witness):
    """The expectation of the page's request on a parked call, with changes."""

    def build(*changes, reading="document"):
        setting = Setting(world=world, call=call, witness=witness)
        draft = documented(setting)
        for change in changes:
            draft = change(draft, setting)
        return expect(draft.request(), world.holding([call, witness]), reading)

    return build


def verdict_of(expectation):
    if expectation.grey:
        return GREY
    return list(dict.fromkeys(fault.clause for fault in expectation.faults)) or FINE


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_a_case_is_expected_as_its_kind_says(case, world, call, witness):
    """A refusal has its own clause as its only fault, a retrieval has none, an observation is not judged."""
    if case.elsewhere:
        call = replace(call, extension=world.sibling)
    request = case.request(Setting(world=world, call=call, witness=witness))
    expectation = expect(request, world.holding([call, witness]), "document")

    if case.kind is Kind.REFUSAL:
        assert verdict_of(expectation) == [case.clause]
        assert expectation.outcomes == REFUSALS[case.clause]
    elif case.kind is Kind.OBSERVATION:
        assert verdict_of(expectation) == GREY or len(expectation.faults) > 1
    else:
        assert verdict_of(expectation) == FINE
        assert expectation.outcomes[: len(retrieved("document"))] == retrieved("document")


@pytest.mark.parametrize("clause", REFUSALS)
def test_every_row_of_the_law_is_reached_by_a_case(clause):
    assert clause in {case.clause for case in all_cases() if case.kind is Kind.REFUSAL}


@pytest.mark.parametrize("clause", REFUSALS)
def test_every_fault_of_the_law_is_a_clause(catalogue, clause):
    assert clause in catalogue.clauses


NOT_POSITIVE, NOT_NUMERIC = ["failure/timeout/not-positive"], ["failure/timeout/not-numeric"]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        *((value, NOT_POSITIVE) for value in (0, -1, -20, 0.0, -0.5, "0", "-5", "00")),
        *((value, NOT_NUMERIC) for value in ("abc", "20s", "twenty", [], {}, [20], {"seconds": 20})),
        *((value, FINE) for value in (1, 20, 3600, 86400, "1", "20", "3600")),
        *((value, GREY) for value in (None, "", True, False, " 20", "20 ", "020", 20.5, 20.0, "20.5", "+20")),
        *((value, GREY) for value in (2**63, 86401, "99999999999999999999", "²", "٢", "1e2", "0x14", "inf", "nan")),
    ],
    ids=repr,
)  # fmt: skip
def test_values_of_wait_for_pickup(expected, value, verdict):
    assert verdict_of(expected(member("waitForPickup", value))) == verdict


@pytest.mark.parametrize("raw", [b"1e309", b"1E2", b"20.0"])
def test_numbers_that_json_can_write_and_few_can_read_are_grey(expected, raw):
    body = b'{"action":"UnPark","sendCallTo":"0003*024","phoneCallViewId":"01","waitForPickup":' + raw + b"}"

    assert verdict_of(expected(with_(raw=body))) == GREY


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("John Doe <42420042>", FINE),
        ("John Doe <+3334444>", FINE),
        ("John Doe <0003*001>", FINE),
        ("John Doe", ["failure/caller-id/no-number"]),
        ("42420042", ["failure/caller-id/no-number"]),
        ("John Doe <>", ["failure/caller-id/no-number"]),
        ("John Doe <call-me>", ["failure/caller-id/not-a-number"]),
        ("John Doe <42x>", ["failure/caller-id/not-a-number"]),
        *((value, ["failure/caller-id/not-a-string"]) for value in (42420042, True, [], {}, 1.5)),
        *((value, GREY) for value in (None, "", "<42420042>", "John Doe<42420042>", " John Doe <42420042>")),
        *((value, GREY) for value in ("John Doe <42420042> ", "Zoë <42420042>", "R2D2 <42420042>")),
        *((value, GREY) for value in ("O'Hara <42420042>", "John <Doe> <42420042>", "John Doe <424 200>")),
        *((value, GREY) for value in ("John Doe <42420042", "John\nDoe <42420042>", "John Doe <４２>")),
        *(
            (value, GREY)
            for value in ("John " * 20 + "<42420042>", f"John Doe <{'4' * 80}>", '"John" <42420042>')
        ),
        ("John " * 20, ["failure/caller-id/no-number"]),
        ("John " * 20 + "<call-me>", ["failure/caller-id/not-a-number"]),
    ],
    ids=repr,
)
def test_values_of_caller_id(expected, value, verdict):
    assert verdict_of(expected(member("callerId", value))) == verdict


UNKNOWN_ID, BAD_ID = ["failure/call/unknown"], ["failure/call/not-alphanumeric"]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        *((value, UNKNOWN_ID) for value in ("00000000deadbeef0000", "zzzzzzzzzzzzzzzzzzzz")),
        *((value, BAD_ID) for value in ("b817d261-8fe6-f180-4333", "b817 d261", "b817.d261", "b8*17", "a/b")),
        *((value, GREY) for value in ("1", "abc", "bébé00000000000000", "", "..")),
    ],
    ids=repr,
)
def test_values_of_the_call_id(expected, value, verdict):
    assert verdict_of(expected(segment("call_id", value))) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("01", FINE),
        ("1", ["failure/view/unknown"]),
        ("99", ["failure/view/unknown"]),
        ([], ["failure/view/unknown"]),
        ("07", ["failure/view/of-another-call"]),
        *((value, GREY) for value in (1, 1.0, None, "", True)),
    ],
    ids=repr,
)
def test_values_of_the_view(expected, value, verdict):
    assert verdict_of(expected(member("phoneCallViewId", value))) == verdict


def test_another_view_of_the_same_call_is_grey(world, call):
    call = replace(call, views=("01", "02"))
    draft = member("phoneCallViewId", "02")(documented(Setting(world=world, call=call)), None)

    assert verdict_of(expect(draft.request(), world.holding([call]), "document")) == GREY


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("0003*024", FINE),
        ("024", FINE),
        ("0003*500", ["payload/send-call-to/phone-terminal"]),
        ("9999*999", ["payload/send-call-to/unknown"]),
        ("reception", ["payload/send-call-to/unknown"]),
        ([], ["payload/send-call-to/unknown"]),
        *((value, GREY) for value in (None, "", "@self", 24, "0003*210", "0003*777")),
    ],
    ids=repr,
)
def test_values_of_send_call_to(expected, value, verdict):
    assert verdict_of(expected(member("sendCallTo", value))) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        *((value, ["payload/action/unpark"]) for value in ("Unhook", 7, None, [], "", "UnPark2")),
        *(
            (value, GREY)
            for value in ("unpark", "UNPARK", " UnPark", "Park", "OnHold", "Transfer", "Monitor")
        ),
    ],
    ids=repr,
)
def test_values_of_action(expected, value, verdict):
    assert verdict_of(expected(member("action", value))) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (None, ["access/no-token"]),
        ("Bearer ", ["access/malformed-header"]),
        ("${token}", ["access/malformed-header"]),
        ("Basic x", ["access/malformed-header"]),
        ("Bearer nobody", ["access/unknown-token"]),
        ("Bearer ${expired_token}", ["access/expired-token"]),
        ("bearer ${token}", GREY),
        ("Bearer ${token}", FINE),
    ],
)
def test_values_of_the_authorization_header(expected, value, verdict):
    assert verdict_of(expected(with_(authorization=value))) == verdict


@pytest.mark.parametrize("user", ["13", "@me", "@viewer", "@owner"])
@pytest.mark.parametrize(
    ("call_id", "verdict"),
    [("b817d2618fe6f1804333", ["access/other-user"]), ("00000000deadbeef0000", UNKNOWN_ID)],
)
def test_ones_own_path_does_not_make_anothers_call_ones_own(expected, user, call_id, verdict):
    his = with_(user=user, extension="0003*310", call_id=call_id, authorization="Bearer ${other_token}")

    assert verdict_of(expected(his)) == verdict


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"UnPark"', b"\xff", b"NaN"])
def test_what_is_no_json_object_is_at_fault(expected, body):
    assert verdict_of(expected(with_(raw=body))) == ["request/payload-not-json"]


@pytest.mark.parametrize(
    "change",
    [
        with_(content_type=None),
        with_(content_type="text/plain"),
        with_(suffix="/"),
        with_(suffix="?x=1"),
        with_(raw=b'{"action": "UnPark", "action": "Park"}'),
        with_(call_id=None),
        member("colour", "blue"),
        segment("user", "77"),
        segment("extension", "0003*777"),
        segment("extension", "210"),
    ],
)
def test_what_the_page_does_not_speak_of_is_grey(expected, change):
    assert verdict_of(expected(change)) == GREY


def test_a_listing_is_not_judged_as_a_retrieval(world, call):
    assert verdict_of(expect(listing("12", "0003*210", call.id), world, "document")) == GREY


def test_of_several_faults_any_may_be_answered(expected):
    both = expected(member("waitForPickup", 0), member("callerId", "John Doe"), without("phoneCallViewId"))

    assert set(both.outcomes) == {
        *REFUSALS["failure/timeout/not-positive"],
        *REFUSALS["failure/caller-id/no-number"],
        *REFUSALS["failure/view/missing"],
    }


def test_a_grey_part_beside_a_fault_leaves_the_request_unjudged(expected):
    expectation = expected(member("waitForPickup", 0), member("callerId", None))

    assert expectation.faults
    assert not expectation.is_judged
    assert expectation.outcomes == ()


def test_a_call_that_is_not_parked_has_outcomes_of_its_own(world, call):
    setting = Setting(world=world, call=call)
    gone = world.holding([replace(call, parked=False)])

    assert expect(documented(setting).request(), gone, "document").outcomes == NOT_PARKED


def test_a_call_that_is_not_parked_may_be_refused_for_what_is_only_mild_too(world, call):
    setting = Setting(world=world, call=call)
    short = member("sendCallTo", "024")(documented(setting), setting).request()
    outcomes = expect(short, world.holding([replace(call, parked=False)]), "document").outcomes

    assert set(NOT_PARKED) < set(outcomes)
    assert all(outcome.warning for outcome in set(outcomes) - set(NOT_PARKED))


def test_a_refused_request_changes_nothing_whatever_answers_it():
    noted = [o for outcomes in REFUSALS.values() for o in outcomes if o.effect is not Effect.UNCHANGED]

    assert all(outcome.warning for outcome in noted)


@pytest.mark.parametrize(("reading", "statuses"), [("table", {200}), ("document", {200, 201, 202})])
def test_a_retrieval_is_answered_by_what_the_reading_admits(expected, reading, statuses):
    assert {outcome.status for outcome in expected(reading=reading).outcomes} == statuses


@pytest.mark.parametrize(
    "change",
    [member("callerId", "John Doe <0003*001>"), member("sendCallTo", "024")],
    ids=["star", "short form"],
)
def test_what_may_be_refused_with_a_note_is_still_in_order(expected, change):
    expectation = expected(change)

    assert not expectation.faults
    assert {(o.status, bool(o.warning)) for o in expectation.outcomes} >= {
        (200, False),
        (400, True),
        (422, True),
    }


ALLOWED = {"__future__", "collections", "dataclasses", "enum", "json", "re", "typing", "urllib"}


@pytest.mark.parametrize(("levels", "is_read"), [(MOST_NESTED, True), (MOST_NESTED + 1, False), (700, False)])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_json_is_read_as_deep_as_whoever_walks_through_it_can_go(levels, is_read, opening, closing):
    body = opening * levels + b"1" + closing * levels
    if is_read:
        without_nulls(parse_json(body))
    else:
        with pytest.raises(ValueError, match=TOO_DEEP):
            parse_json(body)


def test_the_expectation_imports_nothing_that_reads_or_writes():
    folder = Path(contract_tests.expectation.__file__).parent
    imported = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module))
    outside = {name for name in imported if not name.startswith("contract_tests.")}

    assert {name.partition(".")[0] for name in outside} <= ALLOWED
    assert {name for name in outside if name.startswith("urllib")} <= {"urllib.parse"}


def test_a_call_is_not_one_of_the_users_other_extension_whichever_of_both_that_is(world, call):
    elsewhere = replace(call, extension=world.sibling)
    for parked, other in ((call, world.sibling), (elsewhere, world.extension)):
        draft = replace(documented(Setting(world=world, call=parked)), extension=other)
        expectation = expect(draft.request(), world.holding([parked]), "document")

        assert verdict_of(expectation) == ["uri/extension/of-the-call"]
