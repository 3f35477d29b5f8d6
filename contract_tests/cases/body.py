"""Cases of spec/clauses/body.yaml.

Bodies are judged over every answer of the run (`contract_tests.judge.sweeps`); requests that only they need
stand here.
"""

from contract_tests.case import Case, Rows
from contract_tests.draft import with_

_ROWS = Rows("body")
_DEEP = b'{"action": ' + b"[" * 2_000 + b"]" * 2_000 + b"}"
_LONG = b'{"action": "UnPark", "waitForPickup": ' + b"9" * 5_000 + b"}"

CASES: tuple[Case, ...] = (
    _ROWS.observation("no-server-error", "deep", "the payload is nested 2,000 deep", with_(raw=_DEEP)),
    _ROWS.observation("no-server-error", "long-number", "a number has 5,000 digits", with_(raw=_LONG)),
)
