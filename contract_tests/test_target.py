"""The case table as pytest items: `pytest --pyargs contract_tests --target URL`.

The verdicts are those of `callpark check`: fail and wrong-code fail, inconclusive and harness-error are errors,
not-applicable is skipped with its reason, a deviation passes with a property.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contract_tests.pytest_run import TargetRun
    from contract_tests.verdict import Ruling


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item for each row of the result."""
    from contract_tests.pytest_run import rows

    metafunc.parametrize("row", rows(metafunc.config.getoption("--lane")))


@pytest.fixture
def ruling(
    row: str, callpark_target_run: TargetRun, record_property: Callable[[str, object], None]
) -> Ruling:
    """The ruling on a row. What could not be judged is an error here, before the test itself runs."""
    from contract_tests.verdict import NOT_JUDGED, Verdict

    if callpark_target_run.trouble:
        pytest.fail(f"{NOT_JUDGED}: {callpark_target_run.trouble}", pytrace=False)
    found = callpark_target_run.rulings.get(row)
    if found is None:
        pytest.skip("an example clause, which the reading `table` does not count")
    record_property("clause", found.clause)
    record_property("verdict", str(found.verdict))
    if found.verdict in (Verdict.INCONCLUSIVE, Verdict.HARNESS_ERROR):
        pytest.fail(f"{found.verdict}: {found.title}: {found.actual} {found.hint}".strip(), pytrace=False)
    if found.verdict is Verdict.NOT_APPLICABLE:
        pytest.skip(f"not applicable: {found.actual}")
    return found


def test_clause(ruling: Ruling) -> None:
    """The implementation keeps the clause that this row tries."""
    if ruling.is_finding:
        expected = " | ".join(ruling.expected)
        pytest.fail(
            f"{ruling.verdict}: {ruling.clause}\n{ruling.title}\nexpected: {expected}\nactual:   {ruling.actual}",
            pytrace=False,
        )
