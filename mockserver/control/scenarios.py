"""Scenarios: which there are, and putting one of them, or one that is sent along, in place of a session's own."""

from typing import Any, Final

from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import bad_request
from mockserver.control.inventory import handles
from mockserver.control.messages import ScenarioRequest
from mockserver.scenarios.scenario import (
    Scenario,
    ScenarioError,
    bundled_names,
    bundled_scenario,
    read_scenario,
)


async def list_scenarios(_asked: Asked) -> Any:
    found = (bundled_scenario(name) for name in bundled_names())
    return {"scenarios": [{"name": each.name, "description": each.description} for each in found]}


async def set_scenario(asked: Asked) -> Any:
    """The calls that are parked then."""
    wanted = await asked.read(ScenarioRequest)
    scenario = scenario_asked_for(wanted)
    session = asked.session()
    session.reset(scenario)
    return handles(session.parked_calls())


SCENARIOS: Final[Operations] = {"listScenarios": list_scenarios, "setScenario": set_scenario}


def scenario_asked_for(wanted: ScenarioRequest) -> Scenario:
    """Raise ControlError; a file of the server's is never read."""
    if (wanted.name is None) == (wanted.yaml is None):
        raise bad_request("exactly one of name, yaml")
    try:
        return bundled_scenario(wanted.name) if wanted.name is not None else read_scenario(wanted.yaml or "")
    except ScenarioError as error:
        raise bad_request(str(error)) from None
