"""From evidence to verdicts. Pure: the same evidence gives the same rulings, now or from a record."""

from contract_tests.judge.judge import Judgement, judge

__all__ = ["Judgement", "judge"]
