"""What schemathesis holds every answer of the mock against, besides its own checks: that the status is one we tell of.

Both documents have a `default` answer for all that is refused, so that schemathesis itself would admit any status.
"""

import os

import schemathesis

# Refusals: docs/reference/control-plane.md, and the table in mockserver/http_api/refusals.py.
REFUSALS = {
    "vendor": {400, 401, 403, 404, 405, 408, 409, 413, 415, 429, 431, 501, 503},
    "token": {400, 401, 405, 408, 413, 429, 431, 503},
    "control": {400, 401, 403, 404, 405, 409, 413, 415},
}
PARAMETER = "CALLPARK_FUZZED"


@schemathesis.check
def documented_status(_context, response, case):
    named = {int(each) for each in case.operation.definition.raw["responses"] if each.isdigit()}
    allowed = named | REFUSALS[os.environ[PARAMETER]]
    assert response.status_code in allowed, f"{response.status_code} is told of nowhere"
