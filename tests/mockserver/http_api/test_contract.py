"""What is taken from the document: codes and methods."""

import pytest

import callpark_spec
from mockserver.http_api.contract import Contract
from mockserver.http_api.operations import PhoneCallOperations
from mockserver.http_api.refusals import Fixed
from mockserver.http_api.token_endpoint import TokenOperations
from mockserver.simulator.outcomes import Field


@pytest.fixture
def contract():
    return Contract(callpark_spec.openapi_document())


def test_every_field_that_the_simulator_can_refuse_has_a_code(contract):
    assert set(Field) <= contract.error_codes.keys()


def test_the_four_codes_of_the_page_are_taken_from_it(contract):
    names = ("waitForPickup", "callerId", "phoneCallId", "phoneCallViewId")
    codes = [contract.error_codes[name] for name in names]
    assert codes == [f"pc_{word}_invalid" for word in ("timeout", "callerid", "phonecall", "phonecallview")]


def test_every_operation_of_the_document_has_a_method():
    document = callpark_spec.openapi_document()
    ids = {
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
    }
    methods = {
        name
        for home in (PhoneCallOperations, TokenOperations)
        for name in vars(home)
        if not name.startswith("_")
    }
    assert methods == ids


def test_no_fixed_refusal_repeats_a_code_of_a_field(contract):
    shared = {"request_invalid", "request_not_implemented"}
    documented = set(contract.error_codes.values()) - shared
    assert documented.isdisjoint({kind.value[1] for kind in Fixed})


@pytest.mark.parametrize("path", ["/", "/phoneCalls", "/phoneCalls/12", "/phoneCalls/12/1/2/3"])
def test_a_path_that_is_not_in_the_document_has_no_methods(contract, path):
    assert contract.methods_at(path) == ()
