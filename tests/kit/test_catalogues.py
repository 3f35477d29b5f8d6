"""The catalogues of spec, mock and checker hold together; only the tests see all three."""

import pytest

import callpark_spec
from contract_tests.cases import all_cases
from mockserver.defects import DEFECTS
from mockserver.variants import VARIANTS

CATALOGUE = callpark_spec.load()
CLAUSES_OF_CASES = {case.clause for case in all_cases()}


def _named(catalogue):
    return catalogue.values() if isinstance(catalogue, dict) else catalogue


@pytest.mark.parametrize("variant", _named(VARIANTS), ids=lambda variant: variant.slug)
def test_a_variant_stands_at_the_reading_it_takes_sides_in(variant):
    """Each variant of the mock is named by its entry in readings.yaml."""
    assert variant.slug in CATALOGUE.readings[variant.reading].variants


def test_readings_name_no_variant_that_the_mock_has_not():
    """No entry of readings.yaml promises a variant that nobody serves."""
    promised = {slug for reading in CATALOGUE.readings.values() for slug in reading.variants}

    assert promised <= {variant.slug for variant in _named(VARIANTS)}


@pytest.mark.parametrize("defect", _named(DEFECTS), ids=lambda defect: defect.slug)
def test_a_defect_breaks_a_clause_that_there_is(defect):
    """Each defect of the mock names a clause of the catalogue."""
    assert defect.clause in CATALOGUE.clauses


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
