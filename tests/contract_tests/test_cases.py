"""The table of cases and the catalogue of clauses hold together."""

import importlib
import itertools
import pkgutil
import re

import pytest

from contract_tests import cases
from contract_tests.case import Kind
from contract_tests.cases import CONTROL, OPENING, all_cases
from contract_tests.draft import Setting
from contract_tests.expectation import expect
from contract_tests.judge.judge import standing_rows
from contract_tests.lanes.conform import SHARING, in_order
from contract_tests.world import KnownCall

MODULES = [module.name for module in pkgutil.iter_modules(cases.__path__)]


def clause_of(row):
    return row.rpartition("/")[0]


def clauses_in_rows():
    return {case.clause for case in all_cases()} | {clause_of(row) for row in standing_rows()}


def test_ids_are_unique():
    ids = [case.id for case in all_cases()] + list(standing_rows())

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_an_id_is_its_clause_and_a_slug(case, catalogue):
    assert clause_of(case.id) == case.clause
    assert re.fullmatch(r"[A-Za-z0-9-]+", case.id.rpartition("/")[2])
    assert case.clause in catalogue.clauses


@pytest.mark.parametrize("row", standing_rows())
def test_a_standing_row_is_of_a_clause(row, catalogue):
    assert clause_of(row) in catalogue.clauses


def test_there_is_a_module_for_each_clause_file(catalogue):
    assert sorted(MODULES) == sorted(catalogue.areas)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_holds_the_cases_of_its_clause_file_only(module):
    own = importlib.import_module(f"contract_tests.cases.{module}").CASES

    assert {case.clause.partition("/")[0] for case in own} <= {module}
    assert set(own) <= set(all_cases())


def test_every_clause_is_tried_or_says_why_it_cannot_be(catalogue):
    tried = clauses_in_rows()
    demanding = [clause for clause in catalogue.clauses.values() if clause.level != "silent"]
    left_out = {clause.id for clause in demanding if clause.id not in tried and not clause.not_tested}
    both = {clause.id for clause in demanding if clause.id in tried and clause.not_tested}

    assert left_out <= {"parking/one-winner", "parking/parked-again", "success/status-accepted"}, (
        "the lane explore shows the first two, the control the third"
    )
    assert both == set()


def test_silent_clauses_are_observed_only(catalogue):
    silent = {clause.id for clause in catalogue.clauses.values() if clause.level == "silent"}

    assert {case.clause for case in all_cases() if case.kind is not Kind.OBSERVATION} & silent == set()


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_a_case_rests_on_cases_that_there_are(case):
    assert set(case.rests_on) <= {each.id for each in all_cases()} - {case.id}


def test_a_handful_of_refusals_comes_first_and_the_control_after_them():
    ordered = in_order(reversed(all_cases()), CONTROL, OPENING)
    place = len(OPENING)

    assert tuple(case.id for case in ordered[:place]) == OPENING
    assert ordered[place] is CONTROL
    assert ordered[place + 1].kind is Kind.REPEATED
    sharing = list(itertools.takewhile(lambda case: case.kind in SHARING, ordered[place + 2 :]))
    assert {case.kind for case in sharing} == {Kind.REFUSAL, Kind.OBSERVATION}
    assert {case.kind for case in ordered[place + 2 + len(sharing) : -1]} == {Kind.RETRIEVAL}
    assert ordered[-1].kind is Kind.NOT_PARKED
    assert sorted(case.id for case in ordered) == sorted(case.id for case in all_cases())


def test_where_calls_are_scarce_all_refusals_come_before_the_control():
    ordered = in_order(all_cases(), CONTROL)
    place = ordered.index(CONTROL)

    assert all(case.kind in SHARING for case in ordered[:place])
    assert not any(case.kind in SHARING for case in ordered[place:])


def test_the_opening_has_a_refusal_for_each_documented_code(world):
    call = KnownCall(id="b817d2618fe6f1804333", user="12", extension="0003*210", view="01", views=("01",))
    setting = Setting(world=world, call=call)
    opening = [case for case in all_cases() if case.id in OPENING]
    admitted = [expect(case.request(setting), world.holding([call]), "table") for case in opening]
    codes = {code for expected in admitted for outcome in expected.outcomes for code in outcome.codes or ()}

    assert len(opening) == len(OPENING)
    assert codes >= {
        "pc_timeout_invalid",
        "pc_callerid_invalid",
        "pc_phonecall_invalid",
        "pc_phonecallview_invalid",
    }


@pytest.mark.parametrize("opening", [None, OPENING])
def test_the_control_is_sent_whatever_is_chosen(opening):
    refusal = next(case for case in all_cases() if case.kind is Kind.REFUSAL)

    assert set(in_order([refusal], CONTROL, opening)) == {refusal, CONTROL}


def test_a_run_rules_on_the_cases_and_the_standing_rows_and_on_nothing_else(harness):
    checked = harness.mock()
    judged = {case.id for case in all_cases() if case.kind is not Kind.OBSERVATION}

    assert set(checked.verdicts("document")) == judged | set(standing_rows())


def test_the_reading_table_has_no_rows_of_examples(harness, levels):
    checked = harness.mock(cases=("access/no-token/absent",))

    assert {levels[ruling.clause] for ruling in checked.under("document")} > {"example"}
    assert "example" not in {levels[ruling.clause] for ruling in checked.under("table")}
