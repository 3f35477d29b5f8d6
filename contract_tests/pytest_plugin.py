"""pytest's face of the checker: `pytest --pyargs contract_tests --target URL`.

Loaded into every pytest run of an environment that has callpark, so it imports nothing heavy until it is used.
"""

from __future__ import annotations

from collections.abc import Generator
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
def callpark_target_run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> TargetRun:
    """The run against the target: sent once, for the cases that are selected, when the first of them asks.

    Of the workers of pytest-xdist, too, only the first sends, and the others wait for what it came to.
    """
    from contract_tests.pytest_run import WRONG_USAGE, TargetRun, selected_cases
    from contract_tests.workers import once_for_all_workers

    config = request.config
    if not config.getoption("--target"):
        return _asked_wrongly(
            config, "contract_tests judges a target: pytest --pyargs contract_tests --target URL"
        )
    profile = config.getoption("--profile")
    record = config.getoption("--record")

    def run() -> TargetRun:
        return TargetRun.against(
            config.getoption("--target"),
            profile=Path(profile) if profile else None,
            lane=config.getoption("--lane"),
            reading=config.getoption("--reading"),
            cases=selected_cases(request.session.items),
            record=Path(record) if record else None,
        )

    worker = getattr(config, "workerinput", None)
    try:
        if worker is None:
            return run()
        folder = Path(str(tmp_path_factory.getbasetemp())).parent
        return once_for_all_workers(folder / f"callpark-{worker['testrunuid']}.json", run)
    except WRONG_USAGE as error:
        return _asked_wrongly(config, str(error))


def _asked_wrongly(config: pytest.Config, said: str) -> TargetRun:
    """The end of the run; of a worker of pytest-xdist, which must not end by itself, an error of each of its items."""
    if not hasattr(config, "workerinput"):
        pytest.exit(said, returncode=pytest.ExitCode.USAGE_ERROR)
    from contract_tests.pytest_run import TargetRun

    return TargetRun(rulings={}, trouble=said)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Where nothing could be judged, one line on the terminal says why, in the place of as many errors as items."""
    stats = terminalreporter.stats
    errors = stats.get("error", [])
    if len(errors) < 2:
        return (yield)
    from contract_tests.verdict import NOT_JUDGED

    alike = [report for report in errors if str(report.longrepr).startswith(f"{NOT_JUDGED}: ")]
    if len(alike) < 2:
        return (yield)
    stats["error"] = [report for report in errors if report not in alike]
    terminalreporter.write_sep("=", "the target")
    terminalreporter.write_line(str(alike[0].longrepr))
    try:
        return (yield)
    finally:
        stats["error"] = errors
