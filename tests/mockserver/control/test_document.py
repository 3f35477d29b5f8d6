"""The control plane against its own OpenAPI document, and the document against the control plane."""

import json
import re

import pytest
import schemathesis
import yaml
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from mockserver.control.document import control_document, operations_of
from mockserver.control.routing import Router

OPERATIONS = [
    f"{method} {template}"
    for method, template, operation in operations_of(control_document())
    if "text/event-stream" not in operation["responses"].get("200", {}).get("content", {})
]


def test_the_document_is_valid():
    validate(control_document())


def test_every_operation_has_words_a_tag_and_an_answer_for_what_is_refused():
    for method, template, operation in operations_of(control_document()):
        assert operation["summary"], (method, template)
        assert len(operation["tags"]) == 1, (method, template)
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Refused"}


@pytest.mark.parametrize("change", [{"more": None}, {}])
def test_a_route_that_is_missing_or_too_many_is_no_control_plane(change):
    document = {"paths": {"/_mock/x": {"get": {"operationId": "one"}}}}
    with pytest.raises(ValueError, match="differ"):
        Router(document, change)


def test_it_is_served_in_both_forms(api):
    told = api.control("GET", "openapi.json")
    assert told == control_document()
    response = api("GET", "/_mock/openapi.yaml")
    assert response.headers["content-type"].startswith("application/yaml")
    assert yaml.safe_load(response.text) == told


def test_every_operation_can_be_reached(api):
    for operation in OPERATIONS:
        method, _, template = operation.partition(" ")
        response = api(method, re.sub(r"\{\w+\}", "unknown", template), ... if method == "GET" else {})
        assert response.status_code != 405
        assert f"There is no {method} /_mock" not in response.text, operation


@pytest.fixture(scope="module")
def schema():
    config = SchemathesisConfig.from_dict({"seed": 1, "generation": {"database": "none"}})
    return schemathesis.openapi.from_dict(control_document(), config=config)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_the_document_forbids_is_refused_and_every_answer_is_in_it(api, schema, operation):
    """`api` holds each answer against the document; what breaks the document's rules is answered 4xx.

    A media type says nothing where there is no body.
    """
    method, _, template = operation.partition(" ")
    cases = schema.iter_coverage_cases(
        schema[template][method],
        generation_modes=list(GenerationMode),
        generation_config=schema.config.generation,
    )
    seen = 0
    for case in cases:
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8080")
        headers = {name: value for name, value in sent["headers"].items() if name.lower() != "user-agent"}
        body = json.dumps(sent["json"]).encode() if "json" in sent else sent.get("data", ...)
        path = sent["url"].removeprefix("http://127.0.0.1:8080")
        response = api(sent["method"], path, body, headers=headers, params=sent.get("params"), token=None)
        assert response.status_code < 500, sent
        odd_type = method == "GET" and case.meta.phase.data.parameter == "Content-Type"
        if case.meta.generation.mode.is_negative and not odd_type:
            assert response.status_code >= 400, (sent, case.meta.phase.data, response.text)
        seen += 1
    assert seen
