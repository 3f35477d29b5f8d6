"""The private parts of schemathesis that the checker uses are still there, and do what they did."""

import inspect
from importlib.metadata import version

import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from callpark_spec import openapi_document
from contract_tests.expectation import expect
from contract_tests.lanes.machine import the_same_every_time
from contract_tests.schemathesis_adapter import PUT_PATH, Schema, fuzz, narrowed_to, placed_in

CALL = {"id": "b817d2618fe6f1804333", "extension": "0003*210", "phoneCallView": [{"id": "01", "status": "5"}]}


@pytest.fixture(scope="module")
def schema():
    return Schema(openapi_document())


@pytest.fixture
def placed(world, call):
    return lambda: Schema(placed_in(openapi_document(), world, call))


def test_the_version_is_the_one_that_the_seams_were_read_in():
    assert version("schemathesis").startswith("4.32.")


def test_every_name_that_the_adapter_uses_is_there():
    config = SchemathesisConfig.from_dict(
        {"seed": 0, "generation": {"deterministic": True, "database": "none"}}
    )
    loaded = schemathesis.openapi.from_dict(openapi_document(), config=config)
    operation = loaded[PUT_PATH]["PUT"]
    taken = inspect.signature(loaded.iter_coverage_cases).parameters

    assert {"generation_modes", "generation_config"} <= set(taken)
    assert {GenerationMode.POSITIVE, GenerationMode.NEGATIVE} <= set(GenerationMode)
    assert loaded.config.generation is not None
    assert callable(operation.validate_response)
    assert {"status_code", "headers", "content", "request", "elapsed", "verify"} <= set(
        inspect.signature(schemathesis.Response.__init__).parameters
    )


def test_a_generated_case_can_be_read():
    loaded = schemathesis.openapi.from_dict(openapi_document())
    case = next(
        iter(
            loaded.iter_coverage_cases(
                loaded[PUT_PATH]["PUT"],
                generation_modes=[GenerationMode.NEGATIVE],
                generation_config=loaded.config.generation,
            )
        )
    )
    case = case.ok() if hasattr(case, "ok") else case

    assert isinstance(case.meta.phase.data.description, str)
    assert {"method", "url"} <= set(case.as_transport_kwargs(base_url="http://target/uapi"))


def test_coverage_is_the_same_each_time(placed):
    first, second = list(placed().coverage()), list(placed().coverage())

    assert first == second
    assert len(first) > 20


def test_generated_requests_address_the_call_and_name_no_token(placed, call):
    requests = [generated.request for generated in placed().coverage()]

    assert any(call.id in request.target for request in requests)
    assert {request.header("authorization") for request in requests} >= {"Bearer ${token}"}
    assert all(request.target.startswith("/uapi/") for request in requests if request.method == "PUT")


@pytest.mark.parametrize(
    "body",
    [
        CALL,
        [CALL],
        {"id": "b817d2618fe6f1804333"},
        CALL | {"ownerName": None, "more": {"of": "its own"}},
        CALL | {"link": {"self": "https://x.x.x.x//uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"}},
    ],
    ids=["the call", "an array of one", "its id alone", "nulls and more", "a link"],
)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_what_the_document_allows_has_no_violation(schema, body, status):
    assert schema.violations(body, status) == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (CALL | {"phoneCallView": 1}, "phoneCallView"),
        (CALL | {"phoneCallView": [{"id": "01", "status": "on call"}]}, "phoneCallView.0.status"),
        (CALL | {"extension": 210}, "extension"),
        (CALL | {"published": "yesterday"}, "published"),
    ],
    ids=["views", "status", "extension", "date"],
)
def test_what_the_document_rules_out_is_named_with_its_place(schema, body, named):
    violations = schema.violations(body, 200)

    assert violations
    assert named in " ".join(violations)


def test_a_violation_is_one_line_and_whole(schema):
    """It may quote a secret: whoever knows which ones there are cuts it."""
    (text,) = schema.violations(CALL | {"extension": ["x" * 10_000]}, 200)
    assert "x" * 10_000 in text
    assert "\n" not in text


@pytest.fixture
def fuzzed(world, call):
    def run(seed, answering=lambda request: None):
        seen = []

        def told(request):
            seen.append(request)
            return answering(request)

        with the_same_every_time():
            fuzz(narrowed_to(openapi_document(), world, call), told, seed=seed, max_examples=25)
        return seen

    return run


def test_the_engine_fuzzes_the_same_way_for_the_same_seed(fuzzed):
    first = fuzzed(3)
    assert first == fuzzed(3)
    assert first != fuzzed(4)
    assert len(first) == 25


def test_fuzzed_requests_are_right_and_wrong_ones_for_the_call(fuzzed, world, call):
    seen = [expect(one, world.holding([call]), "document") for one in fuzzed(0)]
    assert any(one.is_judged and not one.faults for one in seen)
    assert any(one.faults for one in seen)
    assert sum(one.call is not None for one in seen) > 12


def test_what_the_answerer_raises_ends_the_fuzzing(fuzzed):
    def refuse(request):
        raise LookupError("no more calls")

    with pytest.raises(LookupError, match="no more calls"):
        fuzzed(0, refuse)
