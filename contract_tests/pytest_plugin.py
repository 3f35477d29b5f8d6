"""pytest's face of the checker: `pytest --pyargs contract_tests --target URL`.

Loaded into every pytest run of an environment that has callpark, so it imports nothing heavy until it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contract_tests.pytest_run import TargetRun


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--target` and its companions, in a group of their own."""
    group = parser.getgroup("callpark", "conformance of a target (pytest --pyargs contract_tests)")
    group.addoption("--target", metavar="URL", help="implementation to judge")
    group.addoption("--profile", metavar="FILE", help="profile that describes the target")
    group.addoption(
        "--reading", default="document", choices=("document", "table"), help="reading that decides"
    )
    group.addoption(
        "--lane", default="conform", choices=("conform", "explore", "all"), help="which cases to send"
    )
    group.addoption("--record", metavar="FILE", help="keep the record of the run in this file")


@pytest.fixture(scope="session")
def callpark_target_run(request: pytest.FixtureRequest) -> TargetRun:
    """The run against the target: sent once, for the cases that are selected, when the first of them asks."""
    from contract_tests.pytest_run import WRONG_USAGE, TargetRun, selected_cases

    config = request.config
    profile = config.getoption("--profile")
    record = config.getoption("--record")
    try:
        return TargetRun.against(
            config.getoption("--target"),
            profile=Path(profile) if profile else None,
            lane=config.getoption("--lane"),
            reading=config.getoption("--reading"),
            cases=selected_cases(request.session.items),
            record=Path(record) if record else None,
        )
    except WRONG_USAGE as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
