"""The catalogues (clauses, cases, defects, readings with their variants) hold together in both directions.

Only the tests see all of them. That an id stands once and that ids between clauses and readings resolve, the loader
of the catalogue sees to (tests/spec).
"""

import pytest

import callpark_spec
from callpark_spec import Level
from contract_tests.cases import CONTROL, all_cases
from contract_tests.expectation.outcome import REFUSALS
from contract_tests.judge.judge import standing_rows
from contract_tests.lanes.blame import PARKED_AGAIN
from contract_tests.lanes.races import ONE_WINNER
from mockserver.defects import DEFECTS
from mockserver.variants import VARIANTS

CATALOGUE = callpark_spec.load()
CLAUSES = CATALOGUE.clauses
JUDGED = [clause for clause in CLAUSES.values() if clause.level is not Level.SILENT]
CLAUSES_OF_CASES = {case.clause for case in all_cases()}
CLAUSES_OF_ROWS = {row.rpartition("/")[0] for row in standing_rows()}
OTHERWISE_SEEN = {
    ONE_WINNER: "the races of the lane explore",
    PARKED_AGAIN: "a call that goes to and fro in the lane explore",
    "success/status-accepted": f"observed of {CONTROL.id}",
}
SEEN = CLAUSES_OF_CASES | CLAUSES_OF_ROWS | OTHERWISE_SEEN.keys()
BROKEN = {defect.clause for defect in DEFECTS.values()}
BY_ID = {"ids": lambda clause: clause.id}


# Clauses and cases.


@pytest.mark.parametrize("clause", CLAUSES.values(), **BY_ID)
def test_a_clause_is_tried_or_says_why_it_cannot_be(clause):
    """Either, and not both: a reason beside a case would be a lie."""
    assert (clause.id in SEEN) != bool(clause.not_tested)


@pytest.mark.parametrize("clause", sorted(SEEN))
def test_what_is_tried_is_a_clause(clause):
    assert clause in CLAUSES


def test_what_is_seen_otherwise_has_no_case_of_its_own():
    """The list of exceptions shrinks when a case comes."""
    assert OTHERWISE_SEEN.keys().isdisjoint(CLAUSES_OF_CASES | CLAUSES_OF_ROWS)


# Clauses and defects.


@pytest.mark.parametrize("clause", JUDGED, **BY_ID)
def test_a_clause_has_a_defect_or_says_why_there_is_none(clause):
    """Either, and not both."""
    assert (clause.id in BROKEN) != bool(clause.no_defect or clause.not_tested)


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=lambda defect: defect.slug)
def test_a_defect_breaks_a_clause_that_is_judged(defect):
    assert defect.clause in SEEN
    assert CLAUSES[defect.clause].level is not Level.SILENT


@pytest.mark.parametrize("clause", [each for each in JUDGED if each.no_defect], **BY_ID)
def test_a_reason_names_what_there_is(clause):
    """Where a reason leans on another clause or on a variant, that one exists and does what the reason says."""
    words = clause.no_defect.replace(",", " ").replace(";", " ").split()
    leant_on = {word for word in words if "/" in word}
    shown_by = {word for word in words if word in VARIANTS}

    assert leant_on <= BROKEN
    assert shown_by or leant_on or clause.no_defect.startswith("Any retrieval carries it out")
    assert all(VARIANTS[slug].reading in clause.readings for slug in shown_by)


# Readings and variants.


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.slug)
def test_a_variant_stands_at_the_reading_it_takes_sides_in(variant):
    """And conforms under at least one of the two global ones."""
    assert variant.slug in CATALOGUE.readings[variant.reading].variants
    assert variant.conforms
    assert variant.conforms <= set(callpark_spec.GLOBAL_READINGS)


@pytest.mark.parametrize("reading", CATALOGUE.readings.values(), **BY_ID)
def test_a_reading_names_variants_that_there_are_and_each_once(reading):
    assert all(VARIANTS[slug].reading == reading.id for slug in reading.variants)
    assert len(set(reading.variants)) == len(reading.variants)


@pytest.mark.parametrize(
    "variant",
    [each for each in VARIANTS.values() if len(each.conforms) == 1],
    ids=lambda variant: variant.slug,
)
def test_a_variant_of_one_reading_only_stands_where_the_readings_differ(variant):
    """Its reading admits different things as `table` and as `document`, and a clause that is judged says so."""
    reading = CATALOGUE.readings[variant.reading]

    assert reading.table != reading.document
    assert any(clause.level is not Level.SILENT for clause in CATALOGUE.clauses_of_reading(reading.id))


@pytest.mark.parametrize("reading", CATALOGUE.readings.values(), **BY_ID)
def test_a_reading_is_of_clauses_that_are_tried(reading):
    """What stands in the register of contradictions bears on some case, unless it is general."""
    clauses = CATALOGUE.clauses_of_reading(reading.id)

    assert reading.general == (not clauses)
    assert reading.general or any(clause.id in SEEN or clause.not_tested for clause in clauses)


# Clauses, codes and the law of the checker.


@pytest.mark.parametrize("clause", sorted(REFUSALS))
def test_the_law_admits_the_codes_that_the_clause_names(clause):
    """Every code of the clause is admitted by some outcome of its row, beside what is let pass."""
    admitted = set().union(*(outcome.codes or set() for outcome in REFUSALS[clause]))
    any_code = any(
        outcome.codes is None and outcome.status in (400, 401, 403) for outcome in REFUSALS[clause]
    )

    assert any_code or set(CLAUSES[clause].codes) <= admitted


@pytest.mark.parametrize("clause", [each for each in JUDGED if each.codes], **BY_ID)
def test_a_clause_that_names_a_code_has_a_row_in_the_law(clause):
    assert clause.id in REFUSALS or clause.id == "access/challenge"


@pytest.mark.parametrize("clause", sorted(REFUSALS))
def test_the_law_admits_no_code_that_nobody_knows(clause):
    admitted = set().union(*(outcome.codes or set() for outcome in REFUSALS[clause]))

    assert admitted <= CATALOGUE.codes.keys() | {"access_denided"}


def test_every_code_the_mock_invents_is_in_the_catalogue():
    """A code that a reader meets in an answer can be looked up with `callpark explain`."""
    invented = {
        "not_parked",
        "parking_lot_full",
        "phonecall_exists",
        "pc_sendcallto_invalid",
        "request_invalid",
    }

    assert invented <= set(CATALOGUE.codes)
