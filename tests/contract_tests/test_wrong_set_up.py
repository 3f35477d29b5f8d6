"""A rung that hands over calls which are not parked makes a run inconclusive; it is not held against the target."""

import httpx
import pytest

from contract_tests.approach import approach
from contract_tests.state.hook import HookRung
from contract_tests.state.rung import Script
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.variants import VARIANTS, policy_with

TOLD_APART = ("not-parked-call-invalid", "not-parked-conflict", "nothing-listed-204")


@pytest.fixture
def checked(harness):
    """A check of a mock, some of whose clauses are tried on calls that a wrong hook hands over."""

    def check(hand_over, variant):
        settings = Settings(policy=policy_with([variant] if variant else []))
        with running(build(settings)) as url:
            found = approach(url, run="wrong")

            def ask(question, role):
                return hand_over(url, question) if role == "set-up" else None

            rung = HookRung(world=found.profile.world(), ask=ask, script=Script(again=lambda call: []))
            return harness.run(
                found.target, rung, found.profile, clauses=("failure/timeout", "uri/user-id", "parking")
            )

    return check


def never_there(url, question):
    never_there.count += 1
    params = question["params"]
    return {
        "calls": [
            {
                "userId": params["userId"],
                "extension": params["extension"],
                "phoneCallId": f"{never_there.count:08}deadbeef0000",
                "phoneCallViewId": "01",
            }
        ]
    }


never_there.count = 0


def on_the_phone(url, question):
    headers = {"X-Callpark-Session": "check-wrong"}
    return httpx.post(f"{url}/_mock/states", json=question | {"state": "talking"}, headers=headers).json()


HANDED_OVER = [
    *((never_there, variant) for variant in (None, *VARIANTS) if variant is None or variant in TOLD_APART),
    *((on_the_phone, variant) for variant in (None, "nothing-listed-204")),
]
"""What a wrong hook hands over, and the mock that then answers. A refusal of a call on the phone is not among them: a
listing of it looks like one of a parked call on a target that does not show what is parked."""


@pytest.mark.parametrize(("hand_over", "variant"), HANDED_OVER)
def test_a_target_that_conforms_is_accused_of_nothing(checked, hand_over, variant):
    result = checked(hand_over, variant)

    assert result.findings("document") == result.findings("table") == []
    assert result.exit_code == 3
