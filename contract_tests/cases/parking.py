"""Cases of spec/clauses/parking.yaml.

What happens to a call is judged over every request of the run (`contract_tests.judge.sweeps`); the two retrievals
that must not succeed stand here.
"""

from contract_tests.case import Case, Kind, Rows
from contract_tests.draft import unchanged

_ROWS = Rows("parking")

CASES: tuple[Case, ...] = (
    _ROWS.of_kind(
        Kind.REPEATED,
        "second-retrieval",
        "again",
        "the page's request a second time, on a retrieved call",
        unchanged,
    ),
    _ROWS.of_kind(
        Kind.NOT_PARKED, "not-parked", "on-the-phone", "the call is on the phone, not parked", unchanged
    ),
)
