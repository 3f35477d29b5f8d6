"""The pages: nothing inline, nothing from elsewhere, and every operation of both documents in the references."""

import re
from importlib.resources import files

import pytest

import callpark_spec
from mockserver.control.document import control_document

PAGES = ["console", "docs", "docs/control"]


@pytest.mark.parametrize("path", PAGES)
def test_its_policy_lets_in_nothing_inline_and_nothing_from_elsewhere(api, path):
    response = api("GET", f"/_mock/{path}")
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|https?://", response.text)


@pytest.mark.parametrize("path", PAGES)
def test_whatever_it_refers_to_is_there(api, path):
    text = api("GET", f"/_mock/{path}").text
    for address in set(re.findall(r'(?:href|src)="(/[^"#]*)"', text)):
        assert api("GET", address).status_code == 200, address
    for anchor in set(re.findall(r'href="#([^"]+)"', text)):
        assert f'id="{anchor}"' in text


def test_every_module_that_a_script_imports_is_served_as_script(api):
    seen, waiting = set(), {"main.js"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        response = api("GET", f"/_mock/console/{name}")
        assert response.headers["content-type"].startswith("text/javascript")
        waiting |= set(re.findall(r'from "\./([a-z]+\.js)"', response.text)) - seen
    folder = files("mockserver") / "control" / "console"
    assert seen == {each.name for each in folder.iterdir() if each.name.endswith(".js")}


@pytest.mark.parametrize(
    ("path", "document"),
    [("docs", callpark_spec.openapi_document()), ("docs/control", control_document())],
)
def test_a_reference_has_every_operation(api, path, document):
    text = api("GET", f"/_mock/{path}").text
    ids = [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    assert len(ids) >= 8
    assert [each for each in ids if f'id="{each}"' not in text] == []
