"""What is held of one case before the run as a whole is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.evidence import Evidence
from contract_tests.expectation import Effect, Expectation, Outcome, expect
from contract_tests.judge.answer import Answer, read_answer
from contract_tests.verdict import Reading, Verdict
from contract_tests.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A case with its answer, the expectation of its request, and the verdict on the answer alone."""

    evidence: Evidence
    verdict: Verdict
    actual: str
    hint: str = ""
    answer: Answer | None = None
    expectation: Expectation | None = None
    outcome: Outcome | None = None

    @property
    def expected(self) -> tuple[str, ...]:
        """The admissible outcomes in words."""
        return self.expectation.in_words if self.expectation else ()


def opinion(evidence: Evidence, world: World, reading: Reading) -> Opinion:
    """Holds the answer against the expectation of the request that was sent."""
    if evidence.broken:
        return Opinion(evidence=evidence, verdict=Verdict.HARNESS_ERROR, actual=evidence.broken)
    if evidence.does_not_arise:
        return Opinion(evidence=evidence, verdict=Verdict.NOT_APPLICABLE, actual=evidence.does_not_arise)
    if evidence.lacking or evidence.exchange is None:
        return Opinion(
            evidence=evidence,
            verdict=Verdict.INCONCLUSIVE,
            actual=f"not tried: {evidence.lacking or 'the run ended before'}",
        )
    known = [call for call in (evidence.call, evidence.witness) if call is not None]
    expectation = expect(evidence.exchange.request, world.holding(known), reading)
    if evidence.exchange.response is None:
        return Opinion(
            evidence=evidence,
            verdict=Verdict.INCONCLUSIVE,
            actual=f"no answer: {evidence.exchange.trouble}",
            hint="The target went away or could not be understood; run again when it answers.",
            expectation=expectation,
        )
    return _of_answer(evidence, expectation, read_answer(evidence.exchange.response))


def _of_answer(evidence: Evidence, expectation: Expectation, answer: Answer) -> Opinion:
    outcome = matching(expectation.outcomes, answer)
    if outcome is not None:
        verdict = Verdict.DEVIATION if outcome.warning else Verdict.PASS
    elif not expectation.is_judged:
        verdict = Verdict.PASS
    elif has_status_but_no_code(expectation.outcomes, answer):
        verdict = Verdict.INCONCLUSIVE
    elif answer.is_refusal and not answer.is_server_error and expectation.faults:
        verdict = Verdict.WRONG_CODE
    else:
        verdict = Verdict.FAIL
    return Opinion(
        evidence=evidence,
        verdict=verdict,
        actual=str(answer) + (f": {outcome.warning}" if outcome and outcome.warning else ""),
        hint="The status is right, but no error code can be read; see body/error-envelope."
        if verdict is Verdict.INCONCLUSIVE
        else "",
        answer=answer,
        expectation=expectation,
        outcome=outcome,
    )


def matching(outcomes: tuple[Outcome, ...], answer: Answer) -> Outcome | None:
    """The first admissible outcome, those without a warning first, whose status and code the answer has."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.warning is not None)
    return next((outcome for outcome in ordered if _fits(outcome, answer)), None)


def _fits(outcome: Outcome, answer: Answer) -> bool:
    if outcome.status != answer.status:
        return False
    if outcome.effect is Effect.ANY and answer.is_error_response:
        return False  # nobody says of a request that was carried out what is wrong with it
    if outcome.codes is not None:
        return answer.error_code in outcome.codes
    return not outcome.excluding or (
        answer.error_code is not None and answer.error_code not in outcome.excluding
    )


def has_status_but_no_code(outcomes: tuple[Outcome, ...], answer: Answer) -> bool:
    """Whether the status is admissible and the code that is asked for cannot be read: the envelope is to blame."""
    return answer.error_code is None and any(
        outcome.status == answer.status and outcome.codes for outcome in outcomes
    )
