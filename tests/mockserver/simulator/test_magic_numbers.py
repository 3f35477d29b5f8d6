"""Numbers that nobody owns and that answer as their digits say."""

import pytest

from mockserver.simulator.lifecycle import Phase
from mockserver.simulator.outcomes import Field, Refused

CALL = "b817d2618fe6f1804333"


@pytest.mark.parametrize("form", ["0003*8{:02d}", "8{:02d}"])
@pytest.mark.parametrize("seconds", [1, 7, 25])
def test_8nn_picks_up_after_nn_seconds(lab, form, seconds):
    lab.unpark(send_call_to=form.format(seconds))
    assert lab.wait(seconds - 0.1) == []
    assert lab.wait(0.1) == ["CallRetrieved"]
    assert lab.world.calls[CALL].views[0].extension == f"0003*8{seconds:02d}"


def test_800_picks_up_at_once(lab):
    lab.unpark(send_call_to="0003*800")
    assert lab.world.calls[CALL].phase is Phase.ON_CALL


def test_408_is_never_picked_up(lab):
    lab.unpark(send_call_to="0003*408")
    assert lab.wait(25) == ["RetrievalGivenUp"]


@pytest.mark.parametrize(("number", "says"), [("0003*486", "busy"), ("480", "unregistered")])
def test_486_is_busy_and_480_is_unregistered(lab, number, says):
    outcome = lab.unpark(send_call_to=number)
    assert isinstance(outcome, Refused)
    assert (outcome.cause, says in outcome.reason) == (Field.SEND_CALL_TO, True)


@pytest.mark.parametrize("number", ["0004*486", "0003*487", "0003*08", "*486", "0003*0003*486", "8100"])
def test_other_numbers_are_not_magic(lab, number):
    assert isinstance(lab.unpark(send_call_to=number), Refused)
    assert lab.world.extension_named(number) is None


def test_nobody_has_calls_at_a_magic_number(lab):
    outcome = lab.unpark(call_id=CALL, send_call_to="024")
    assert not isinstance(outcome, Refused)
    refused = lab.park(CALL, address=lab.address(extension="0003*800"))
    assert isinstance(refused, Refused)
    assert refused.cause is Field.EXTENSION


def test_a_scenarios_own_extension_comes_first(make_lab, tmp_path):
    text = """
organizations:
  - id: "3"
    name: Default Organization
    users:
      - {id: "12", extensions: [{number: 0003*210}, {number: 0003*486, answers: after 2 s}]}
calls:
  - {id: b817d2618fe6f1804333, extension: 0003*210}
"""
    lab = make_lab(text, tmp_path=tmp_path)
    for number in ("486", "0003*486"):
        extension = lab.world.directory.find_extension(number, organization_id="3")
        assert extension is not None
        assert extension.user_id == "12"
