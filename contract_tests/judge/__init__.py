"""From evidence to verdicts. Pure: the same evidence gives the same rulings, now or from a record."""

from contract_tests.judge.judge import Judgement, judge
from contract_tests.judge.likeness import is_seen_again

__all__ = ["Judgement", "is_seen_again", "judge"]
