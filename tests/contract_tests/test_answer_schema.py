"""The short way of holding an answer against the document comes to what schemathesis says, and is taken alone."""

import copy
import json
import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callpark_spec import openapi_document
from contract_tests.answer_schema import AnswerSchema
from contract_tests.schemathesis_adapter import Schema

EXAMPLES = [
    example["value"]
    for name, example in openapi_document()["components"]["examples"].items()
    if name in ("retrieved", "parked", "documentedAnswer")
]
ODD = [None, True, 0, -1, 1.5, 10**30, math.inf, "", "5", "x" * 300, "2026-01-01", [], {}, [{}]]


@pytest.fixture(scope="module")
def both():
    return AnswerSchema(openapi_document()), Schema(openapi_document())


def places(value, path=()):
    """The path of every value in a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def changed(value, path, new):
    """A copy with another value in a place; without the place where that is ..."""
    if not path:
        return new
    value = copy.deepcopy(value)
    at = value
    for key in path[:-1]:
        at = at[key]
    if new is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = new
    return value


@st.composite
def bodies(draw):
    """The document's own examples, with up to three members odd, gone or unknown."""
    value = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(places(value))))
        new = draw(st.sampled_from(ODD) | st.text(max_size=4) | (st.just(...) if path else st.nothing()))
        value = changed(value, path, new)
        if isinstance(value, dict) and draw(st.booleans()):
            value = value | {
                draw(st.sampled_from(["id", "colour", "phoneCallView"])): draw(st.sampled_from(ODD))
            }
    return value


@settings(max_examples=300, deadline=None, database=None)
@given(value=bodies(), status=st.sampled_from([200, 201, 202]))
def test_both_say_the_same(both, value, status):
    short, whole = both
    assert short.violations(value, status) == whole.violations(value, status)


@pytest.mark.parametrize("value", EXAMPLES)
def test_what_the_document_shows_is_valid_and_what_it_does_not_is_not(both, value):
    short, _ = both
    call = value[0] if isinstance(value, list) else value

    assert short.violations(value, 200) == []
    assert short.violations({**call, "id": 7}, 200) != []


@pytest.mark.parametrize("member", ["id", "extension"])
def test_half_of_a_surrogate_pair_is_held_against_the_document_too(both, member):
    """JSON can say it, and no UTF-8 can."""
    short, whole = both
    call = EXAMPLES[0][0] if isinstance(EXAMPLES[0], list) else EXAMPLES[0]
    said = whole.violations(call | {member: "\\ud800"}, 200)

    assert short.violations(call | {member: "\ud800"}, 200) == said


def test_a_check_of_the_fixed_table_loads_no_engine():
    body = json.dumps(EXAMPLES[0])
    code = (
        "import sys, json, contract_tests.approach, contract_tests.rejudge, callpark.checking\n"
        "from callpark_spec import openapi_document\n"
        "from contract_tests.answer_schema import AnswerSchema\n"
        "from contract_tests.selection import lane_cases\n"
        "from contract_tests.profile import Profile\n"
        "lane_cases('conform', Profile().world())\n"
        f"assert not AnswerSchema(openapi_document()).violations(json.loads({body!r}), 200)\n"
        "print({'hypothesis', 'schemathesis', 'requests', 'httpx', 'connexion'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
