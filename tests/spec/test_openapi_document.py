"""The OpenAPI document as its users get it, and its references into the catalogue."""

from collections.abc import Iterator

import pytest

from callpark_spec import CatalogueError, load, openapi_document, openapi_path, openapi_text
from callpark_spec.document import parse


def _values(node: object, key: str) -> Iterator[object]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from _values(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from _values(item, key)


def test_everybody_gets_a_document_of_their_own():
    openapi_document()["info"]["title"] = "changed"

    assert openapi_document()["info"]["title"] != "changed"


def test_text_and_path_are_the_same_document():
    assert openapi_path().read_text(encoding="utf-8") == openapi_text()
    assert parse(openapi_text()) == openapi_document()


def test_the_document_is_of_openapi_3_0():
    assert openapi_document()["openapi"].startswith("3.0.")


def test_clauses_in_the_document_are_in_the_catalogue():
    named = {clause for clauses in _values(openapi_document(), "x-clauses") for clause in clauses}

    assert named
    assert named <= set(load().clauses)


def test_error_codes_in_the_document_are_in_the_catalogue():
    named = set(_values(openapi_document(), "x-error-code"))

    assert named
    assert named <= set(load().codes)


def test_dates_stay_text_and_keys_are_text():
    text = "responses: {200: {on: 2012-06-27T16:08:55+03:00, count: 20, yes: [true, null, 1.5]}}"

    assert parse(text) == {
        "responses": {"200": {"on": "2012-06-27T16:08:55+03:00", "count": 20, "yes": [True, None, 1.5]}}
    }


def test_an_alias_is_the_thing_again():
    assert parse("a: &date 2012-06-27\nb: [*date, *date]\n") == {"a": "2012-06-27", "b": ["2012-06-27"] * 2}


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(CatalogueError) as caught:
        parse("paths:\n  - /a: 1\n    /b: 2\n    /a: 3\n")

    assert (caught.value.file, caught.value.line, caught.value.key) == ("openapi.yaml", 4, "paths[0]./a")


def test_what_is_no_yaml_is_refused():
    with pytest.raises(CatalogueError, match=r"openapi\.yaml:2: .*this is no YAML"):
        parse("paths: {\n")
