"""One violation of a schema: always one, in one place, found with a bounded number of looks."""

import copy
from random import Random

import jsonschema_rs
import pytest

from mockserver.wire_faults.violation import violated

CALL = {
    "type": "object",
    "required": ["id", "views"],
    "properties": {
        "id": {"type": "string"},
        "age": {"type": "integer"},
        "views": {
            "type": "array",
            "items": {"type": "object", "required": ["no"], "properties": {"no": {"const": 1}}},
        },
    },
}
LIST = {"type": "object", "required": ["entry"], "properties": {"entry": {"type": "array", "items": CALL}}}


def listed(calls):
    return {"entry": [{"id": f"c{each}", "age": each, "views": [{"no": 1}]} for each in range(calls)]}


class Looks:
    def __init__(self, schema):
        self.count = 0
        self._validator = jsonschema_rs.Draft4Validator(schema)

    def __call__(self, value):
        self.count += 1
        return self._validator.is_valid(value)


def differences(left, right):
    if isinstance(left, dict) and isinstance(right, dict) and left and right:
        keys = left.keys() | right.keys()
        return sum(differences(left.get(key), right.get(key)) for key in keys)
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return sum(map(differences, left, right))
    return int(type(left) is not type(right) or left != right)


@pytest.mark.parametrize("calls", [1, 3, 500])
@pytest.mark.parametrize("seed", range(20))
def test_it_is_one_and_the_value_itself_stays_right(calls, seed):
    value = listed(calls)
    before = copy.deepcopy(value)
    looks = Looks(LIST)
    wrong = violated(value, looks, Random(seed))
    assert not looks(wrong)
    assert value == before
    assert differences(value, wrong) == 1
    assert looks.count <= 12


def test_the_same_seed_gives_the_same_and_another_one_another():
    drawn = [str(violated(listed(3), Looks(LIST), Random(seed))) for seed in (*range(20), *range(20))]
    assert drawn[:20] == drawn[20:]
    assert len(set(drawn)) > 5


@pytest.mark.parametrize("calls", [1, 2000])
def test_where_nothing_is_wrong_it_is_not_looked_for_without_an_end(calls):
    value, looks = listed(calls), Looks({})
    assert violated(value, looks, Random(1)) == value
    assert looks.count <= 210


def test_an_empty_list_can_only_be_replaced_as_a_whole():
    assert violated([], Looks({"type": "array"}), Random(1)) == 0
