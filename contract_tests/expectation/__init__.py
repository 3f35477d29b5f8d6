"""What may be answered: from a request as it was sent, a known world and a reading to the admissible outcomes.

Pure. It looks at the request, not at how it was made, so the fixed table, schemathesis and hypothesis share it.
"""

from contract_tests.expectation.expect import Expectation, expect
from contract_tests.expectation.outcome import Effect, Outcome

__all__ = ["Effect", "Expectation", "Outcome", "expect"]
