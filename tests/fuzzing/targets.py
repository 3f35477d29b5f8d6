"""What is fuzzed, led by coverage: each takes bytes, and fails where the code under it does what it must not.

Wrong input has one way out, the error that its reader names; two rules about one text have to agree.
"""

import hashlib
import json
import re
import tempfile
from functools import cache
from pathlib import Path

from callpark_spec import openapi_document
from contract_tests.expectation.members import caller_id_remarks
from contract_tests.expectation.remark import Fault, Grey
from contract_tests.profile import ProfileError, read_profile
from contract_tests.record.errors import RecordError
from contract_tests.record.reader import exchanges, read_record, rulings
from mockserver.http_api.grammar import Compiled
from mockserver.http_api.payload import fault_of, normalized, parse
from mockserver.http_api.refusals import RefusedRequest
from mockserver.policy import Presentation
from mockserver.scenarios.scenario import ScenarioError, read_scenario

ENVIRONMENT = {"CALLPARK_TOKEN": "a-token-of-the-fuzzer", "CALLPARK_CLIENT_SECRET": "a-secret-of-the-fuzzer"}


@cache
def _action():
    """The schema of what may be PUT."""
    document = openapi_document()
    put = _resolved(document, document["paths"]["/phoneCalls/{userId}/{extension}/{phoneCallId}"]["put"])
    return Compiled(), put["requestBody"]["content"]["application/json"]["schema"]


def _resolved(document, found):
    if isinstance(found, list):
        return [_resolved(document, each) for each in found]
    if not isinstance(found, dict):
        return found
    if "$ref" in found:
        place = document
        for step in found["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        return _resolved(document, place)
    return {key: _resolved(document, each) for key, each in found.items()}


def payload(data):
    """The mock's: what is refused has a code and words, and what is not has the members that a handler relies on."""
    compiled, schema = _action()
    try:
        body = normalized(parse(data), Presentation())
        refusal = fault_of(compiled, schema, body, Presentation())
    except RefusedRequest as error:
        refusal = error.refusal
    if refusal is not None:
        assert refusal.status in (400, 501)
        assert refusal.code
        refusal.message.encode()
        return
    assert body["action"] in ("UnPark", "Park")
    limit = "waitForPickup" if body["action"] == "UnPark" else "maxInParking"
    assert float(body.get(limit, 1)) > 0


def caller_id(data):
    """The mock and the checker read the same sentence apart from each other: what the one is sure of, the other is."""
    value = data.decode("utf-8", "replace")
    compiled, schema = _action()
    asked = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01", "callerId": value}
    refusal = fault_of(compiled, schema, json.loads(json.dumps(asked)), Presentation())
    remarks = list(caller_id_remarks(value))
    if any(isinstance(each, Fault) for each in remarks):
        assert refusal is not None, value
        assert refusal.code == "pc_callerid_invalid"
    elif not any(isinstance(each, Grey) for each in remarks):
        assert refusal is None, value


@cache
def _folder():
    return tempfile.TemporaryDirectory()


def profile(data):
    path = Path(_folder().name) / "profile.yaml"
    path.write_bytes(data)
    try:
        found = read_profile(path, ENVIRONMENT)
    except ProfileError as error:
        _is_told(error)
        return
    json.dumps(found.as_json())
    found.world()


def scenario(data):
    try:
        found = read_scenario(data.decode("utf-8", "replace"))
    except ScenarioError as error:
        _is_told(error)
        return
    assert found.directory.organizations


def record(data):
    """As it is, and with the checksum of what stands there: else every change would come to the same refusal."""
    _record(data)
    body, end, footer = data.rstrip(b"\n").rpartition(b"\n")
    digest = hashlib.sha256(body + end).hexdigest().encode()
    _record(body + end + re.sub(rb'("content_sha256": ?")[0-9a-f]*', rb"\g<1>" + digest, footer) + b"\n")


def _record(data):
    try:
        found = read_record(data)
    except RecordError as error:
        _is_told(error)
        return
    exchanges(found)
    rulings(found)


def _is_told(error):
    """Where, and in words that a terminal and a file can take."""
    text = str(error)
    assert text
    text.encode()
    assert all(each.isprintable() or each == "\n" for each in text), text


TARGETS = {each.__name__: each for each in (payload, caller_id, profile, scenario, record)}
