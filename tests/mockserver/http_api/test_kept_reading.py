"""What is kept of connexion's reading of the document is what connexion reads now, and is taken for nothing else."""

import json
from importlib.metadata import version

import pytest
from connexion.exceptions import InvalidSpecification

import callpark_spec
from mockserver.app import build
from mockserver.http_api import plain_operations
from mockserver.http_api.document_reading import fresh_reading
from mockserver.http_api.plain_operations import KEPT, kept_reading, written
from mockserver.http_api.vendor_api import vendor_api
from mockserver.policy import Presentation
from mockserver.settings import Settings

AGAIN = "make reading"


@pytest.fixture
def another_document(monkeypatch, tmp_path):
    """Have the mock read the document with one text in place of another."""

    def change(old, new):
        text = callpark_spec.openapi_text()
        assert text.count(old) == 1
        path = tmp_path / "openapi.yaml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.setattr("callpark_spec.document.openapi_path", lambda: path)
        monkeypatch.setattr(plain_operations, "openapi_path", lambda: path)
        callpark_spec.document._as_json.cache_clear()

    yield change
    monkeypatch.undo()
    callpark_spec.document._as_json.cache_clear()


@pytest.fixture
def kept_elsewhere(tmp_path):
    """A file with other members than those that are kept."""

    def write(**members):
        path = tmp_path / "kept.json"
        path.write_text(json.dumps({**json.loads(KEPT.read_bytes()), **members}), encoding="utf-8")
        return path

    return write


def test_it_is_what_connexion_reads_now():
    assert KEPT.read_bytes() == written(fresh_reading(), version("connexion")), AGAIN


def test_it_is_read_as_it_was_written():
    assert kept_reading() == fresh_reading()


def test_it_is_how_the_application_itself_has_read_the_document(default_api):
    vendor = vendor_api(default_api.mock.sessions, Presentation(), token_lifetime=1)
    assert vendor.load().operations == kept_reading().operations


def test_it_holds_the_document():
    assert kept_reading().document == callpark_spec.openapi_document()


def test_it_is_not_that_of_another_document(another_document):
    another_document("\ninfo:\n", "\n# another\ninfo:\n")
    assert kept_reading() is None


def test_it_is_not_that_of_another_connexion(kept_elsewhere):
    assert kept_reading(kept_elsewhere()) == kept_reading()
    assert kept_reading(kept_elsewhere(connexion="3.2.0")) is None


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1", b'{"digest": 1}'])
def test_without_it_connexion_reads_the_document(tmp_path, content):
    path = tmp_path / "kept.json"
    if content is not None:
        path.write_bytes(content)
    assert kept_reading(path) is None


def test_a_document_that_connexion_refuses_is_refused_at_the_start(another_document):
    another_document("\ninfo:\n", "\ninfos:\n")
    with pytest.raises(InvalidSpecification):
        build(Settings())


@pytest.mark.parametrize("fast_path", [True, False])
def test_a_document_that_was_changed_is_the_law_at_once(make_api, another_document, fast_path):
    assert make_api(fast_path=fast_path).unpark(waitForPickup="20").status_code == 200
    another_document("maxLength: 18", "maxLength: 1")
    refused = make_api(fast_path=fast_path).unpark(waitForPickup="20")
    assert refused.json()["error"]["code"] == "pc_timeout_invalid"
