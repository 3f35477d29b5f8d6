"""Cases of spec/clauses/success.yaml.

What a success is answered with is judged over every retrieval of the run (`contract_tests.judge.sweeps`), so its
clauses have rows there and need no requests of their own.
"""

from contract_tests.case import Case

CASES: tuple[Case, ...] = ()
