"""The rungs that have a handful of calls: a file lists them, or a person parks them one by one."""

import json

import pytest

from contract_tests.exchange import Exchange, Response
from contract_tests.sighting import Presence, SeenView, Sighting
from contract_tests.state.inventory import InventoryRung, inventory_rung
from contract_tests.state.operator import TRIES, OperatorRung
from contract_tests.state.rung import RungError
from contract_tests.world import KnownCall

PARKED = frozenset({"parkedPos"})


def known(identifier, extension="0003*210"):
    return KnownCall(id=identifier, user="12", extension=extension, view="01", views=("01",))


def listed(identifier, user="12", extension="0003*210"):
    return {"userId": user, "extension": extension, "phoneCallId": identifier, "phoneCallViewId": "01"}


def sighting(parking=PARKED):
    view = SeenView(id="01", extension="0003*210", status=4, source=(), destination=(), parking=parking)
    return Sighting(presence=Presence.PRESENT, views=(view,))


GONE, UNKNOWN = Sighting(presence=Presence.ABSENT), Sighting(presence=Presence.UNKNOWN)


# The inventory.


@pytest.fixture
def inventory(tmp_path, world):
    def make(value, look=None):
        path = tmp_path / "calls.json"
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        return inventory_rung(path, world, look)

    return make


def test_calls_are_handed_out_in_their_order_and_once(inventory):
    rung = inventory({"calls": [listed("a"), listed("b"), listed("c", extension="0003*211"), listed("d")]})

    assert [call.id for call in rung.parked(2)] == ["a", "b"]
    assert [call.id for call in rung.parked(1, "0003*211")] == ["c"]
    assert rung.parked(1) == [known("d")]
    assert rung.is_scarce
    with pytest.raises(
        RungError, match=r"no parked call of extension 0003\*210 left \(4 of its calls were used\)"
    ):
        rung.parked(1)


def test_calls_that_the_lot_has_no_more_are_passed_over(inventory):
    """A call may have come to the end of its time in the lot since the file was written."""
    seen = {"a": GONE, "b": sighting(), "c": GONE, "d": sighting()}
    rung = inventory({"calls": [listed(each) for each in "abcd"]}, lambda call: seen[call.id])

    assert [call.id for call in rung.parked(2)] == ["b", "d"]
    with pytest.raises(RungError, match="2 of its calls were used, and 2 were not in the parking lot"):
        rung.parked(1)


def test_a_call_that_is_listed_without_what_others_show_is_not_parked(inventory):
    seen = {"a": sighting(), "b": sighting(frozenset()), "c": sighting()}
    rung = inventory({"calls": [listed(each) for each in "abc"]}, lambda call: seen[call.id])

    assert [call.id for call in rung.parked(2)] == ["a", "c"]


@pytest.mark.parametrize("seen", [sighting(frozenset()), UNKNOWN], ids=["nothing", "no listing"])
def test_where_listings_show_no_parking_the_file_is_believed(inventory, seen):
    assert inventory({"calls": [listed("a")]}, lambda call: seen).parked(1) == [known("a")]


def test_the_witness_of_an_inventory_comes_last_and_is_used_up_all_the_same(inventory):
    rung = inventory({"calls": [listed("a"), listed("b"), listed("c")]})
    rung.parked(1)

    assert rung.witness() == rung.witness() == known("c")
    assert [call.id for call in rung.parked(2)] == ["b", "c"]
    with pytest.raises(RungError, match="no second parked call"):
        rung.witness()


def test_a_witness_with_a_view_of_its_own_is_taken_first(inventory):
    rung = inventory({"calls": [listed("a"), listed("b") | {"phoneCallViewId": "07"}, listed("c")]})
    rung.parked(1)

    assert rung.witness().view == "07"


def test_a_witness_is_parked(inventory):
    seen = {"a": sighting(), "b": sighting(), "c": GONE}
    rung = inventory({"calls": [listed(each) for each in "abc"]}, lambda call: seen[call.id])
    rung.parked(1)

    assert rung.witness() == known("b")


def test_an_inventory_offers_nothing_else(inventory):
    rung = inventory({"calls": [listed("a")]})

    with pytest.raises(RungError):
        rung.talking()
    rung.release([known("a")])
    assert [line[0] for line in rung.script.again(known("a"))] == ["#"]
    assert rung.calls


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"{", "is no JSON"),
        (b"\xff", "is no JSON"),
        ([], 'is not of the form {"calls": [...]}'),
        ({"calls": [{"userId": "12"}]}, "calls[0] has no text in extension, phoneCallId, phoneCallViewId"),
        ({"calls": [listed("a"), listed("b"), listed("a")]}, "calls[2] is calls[0] again"),
        (
            {"calls": [listed("a"), listed("b", user="13")]},
            "calls[1] is of user 13, and the token is of user 12",
        ),
    ],
)
def test_a_file_that_is_no_inventory_is_named_with_what_is_wrong(inventory, value, said):
    with pytest.raises(RungError) as raised:
        inventory(value)

    assert "calls.json" in str(raised.value)
    assert said in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path, world):
    with pytest.raises(RungError, match=r"nowhere\.json cannot be read: No such file"):
        inventory_rung(tmp_path / "nowhere.json", world)


def test_an_empty_inventory_has_nothing_to_give():
    with pytest.raises(RungError, match="0 of its calls were used"):
        InventoryRung(calls=[], extension="0003*210").parked(1)


# The operator.


class Switchboard:
    """A target whose listings a person changes: `says` are the listings, the last of them again and again."""

    def __init__(self, *says):
        self.says, self.asked, self.targets = list(says), [], []

    def exchange(self, request, *, role):
        self.targets.append(request.target)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        response = None if said is None else Response(status=200, body=body, body_size=len(body))
        return Exchange(number=1, case="", role=role, request=request, response=response)

    def ask(self, sentence):
        self.asked.append(sentence)
        return ""


def at(*calls):
    """A listing of calls: id -> whether it is parked."""
    return {
        "entry": [
            {
                "id": identifier,
                "extension": "0003*210",
                "phoneCallView": [
                    {"id": "00"},
                    {"id": "01"} | ({"parkedPos": 7} if parked else {"status": 5}),
                ],
            }
            for identifier, parked in calls
        ]
    }


@pytest.fixture
def operator(world):
    def make(*says):
        board = Switchboard(*says)
        return OperatorRung(board, world, board.ask), board

    return make


def test_a_call_that_is_parked_already_is_taken_without_asking(operator):
    rung, board = operator(at(("talking", False), ("parked", True)))
    (call,) = rung.parked(1)

    assert (call.id, call.user, call.extension, call.view, call.views) == (
        "parked", "12", "0003*210", "01", ("00", "01")
    )  # fmt: skip
    assert call.parked
    assert board.asked == []
    assert board.targets == ["/uapi/phoneCalls/12/0003*210"]


def test_a_person_is_asked_until_the_listing_shows_a_further_call(operator):
    one, two = at(("a", True)), at(("a", True), ("b", True))
    rung, board = operator(at(), one, one, one, two)

    assert [call.id for call in rung.parked(2)] == ["a", "b"]
    assert board.asked == ["Park one more call at extension 0003*210, then press Enter."] * 3


def test_a_call_is_parked_where_it_is_asked_for(operator):
    rung, board = operator(at(), at(("a", True)))

    assert rung.parked(1, "0003*211")[0].extension == "0003*211"
    assert "extension 0003*211" in board.asked[0]
    assert board.targets[0].endswith("/0003*211")


@pytest.mark.parametrize("said", [at(), at(("talking", False)), {"entry": "?"}, b"<html>", None], ids=repr)
def test_after_three_times_asking_it_is_given_up(operator, said):
    rung, board = operator(said)

    with pytest.raises(RungError, match=f"showed no further parked call at 0003.210 after {TRIES} times"):
        rung.parked(1)
    assert len(board.asked) == TRIES


def test_without_anybody_there_nothing_is_waited_for(world):
    def nobody(sentence):
        raise EOFError

    with pytest.raises(RungError, match="nobody is there to park a call; the rung operator needs a terminal"):
        OperatorRung(Switchboard(at()), world, nobody).parked(1)


def test_the_witness_of_an_operator_is_parked_once_and_used_up_all_the_same(operator):
    one, two = at(("a", True)), at(("a", True), ("b", True))
    rung, board = operator(one, one, two)
    rung.parked(1)

    assert rung.witness().id == rung.witness().id == "b"
    assert [call.id for call in rung.parked(1)] == ["b"]
    assert len(board.asked) == 1


def test_an_operator_is_asked_for_nothing_else(operator):
    rung, board = operator(at(("a", True)))

    with pytest.raises(RungError):
        rung.talking()
    rung.release([known("a")])
    assert rung.is_scarce
    assert [line[0] for line in rung.script.again(known("a"))] == ["#"]
    assert board.asked == []
