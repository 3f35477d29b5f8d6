"""What is wrong with one step of a sequence, by the same expectation and the same aspects as every other lane. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from contract_tests.case import Case, Kind
from contract_tests.draft import documented
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange
from contract_tests.expectation import Effect, Expectation, expect
from contract_tests.judge.answer import Answer, read_answer
from contract_tests.judge.aspect import SchemaViolations, answer_aspects, effect_aspects
from contract_tests.judge.opinion import has_status_but_no_code, matching
from contract_tests.judge.sweeps import body_problems
from contract_tests.lanes.blame import PARKED_AGAIN, PLAIN, blamed, suspects
from contract_tests.lanes.lot import Lot, Standing
from contract_tests.lanes.steps import Step
from contract_tests.sighting import is_left_alone, sight
from contract_tests.verdict import Verdict
from contract_tests.world import KnownCall, World

SERVER_ERROR = "body/no-server-error"
REFUSAL_CHANGED = "parking/refusal-changes-nothing"
OTHER_CALL = "parking/only-that-call"
UNJUDGED_LEVELS = ("example", "silent")

_ANY = Case(
    id="explore",
    clause=PLAIN,
    title="",
    kind=Kind.RETRIEVAL,
    request=lambda setting: documented(setting).request(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A clause that a step shows broken, in the words of the report; `exchanges` are the numbers that prove it.

    `is_refused_valid` says that a request with nothing wrong did not retrieve its call. `suspects` are the clauses
    of all that is particular about the request: any of them may be the one that is really broken.
    """

    clause: str
    verdict: Verdict
    expected: tuple[str, ...]
    actual: str
    exchanges: tuple[int, ...] = ()
    is_refused_valid: bool = False
    suspects: tuple[str, ...] = ()

    def is_news(self, known: Set[str]) -> bool:
        """Whether none of the clauses known to be broken accounts for it."""
        return self.clause not in known and known.isdisjoint(self.suspects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One request of a sequence with what was listed of every call before and after it.

    `before` and `after` map call ids to listings; `lot` is the model as it was before the request. `parked_again`
    says that the vendor's Park put the call of the step into the lot.
    """

    step: Step
    exchange: Exchange
    lot: Lot
    parked_again: bool = False
    before: Mapping[str, Exchange | None] = field(default_factory=dict)
    after: Mapping[str, Exchange | None] = field(default_factory=dict)

    def changed(self, identifier: str) -> bool | None:
        """Whether the listings show that a call changed; None where they show nothing usable.

        Calls that came or went since may have moved it on in the lot.
        """
        before, after = (
            sight(self.before.get(identifier), identifier),
            sight(self.after.get(identifier), identifier),
        )
        unchanged = is_left_alone(before, after)
        return None if unchanged is None else not unchanged

    def numbers(self, identifier: str) -> tuple[int, ...]:
        """The numbers of the request and of the listings of a call."""
        parts = (self.exchange, self.before.get(identifier), self.after.get(identifier))
        return tuple(dict.fromkeys(part.number for part in parts if part is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a step is judged by. `levels` maps clauses to levels; those of `UNJUDGED_LEVELS` are no trouble here."""

    world: World
    violations: SchemaViolations
    levels: Mapping[str, str]

    def expectation(self, played: Played) -> Expectation:
        """What may answer, by the reading that counts the page's example too: what it refuses, both refuse."""
        return expect(played.exchange.request, self.world.holding(played.lot.known()), "document")

    def troubles(self, played: Played, expectation: Expectation) -> Iterator[Trouble]:
        """All that is wrong with a step of which this is expected, the most telling first.

        No answer is no trouble: it says nothing.
        """
        if played.exchange.response is None:
            return
        answer = read_answer(played.exchange.response)
        if answer.is_too_long and not answer.is_server_error:
            return
        among = suspects(played.step, expectation)
        for trouble in (
            *self._of_answer(played, answer, expectation),
            *self._of_body(played, answer),
            *self._of_effect(played, answer, expectation),
            *self._of_other_calls(played, answer, expectation),
        ):
            if self.levels.get(trouble.clause) not in UNJUDGED_LEVELS:
                yield replace(trouble, suspects=among)

    def _of_answer(self, played: Played, answer: Answer, expectation: Expectation) -> Iterator[Trouble]:
        if answer.is_server_error:
            yield _trouble(SERVER_ERROR, Verdict.FAIL, ("no server error",), str(answer), played)
            return
        either_may_answer = expectation.faults and expectation.mild
        judged = expectation.is_judged and not either_may_answer and _is_known(played, expectation)
        if not judged or matching(expectation.outcomes, answer) is not None:
            return
        was_parked = expectation.call is None or expectation.call.parked
        if has_status_but_no_code(expectation.outcomes, answer):
            return  # body/error-envelope is what it breaks
        clause = blamed(
            played.step,
            answer,
            expectation,
            changed=expectation.call is not None and bool(played.changed(expectation.call.id)),
            parked_again=played.parked_again,
        )
        is_wrong_code = answer.is_refusal and bool(expectation.faults)
        verdict = Verdict.WRONG_CODE if is_wrong_code else Verdict.FAIL
        trouble = _trouble(clause, verdict, expectation.in_words, str(answer), played)
        is_refused_valid = was_parked and not expectation.faults and not answer.is_success
        yield replace(trouble, is_refused_valid=is_refused_valid)

    def _of_body(self, played: Played, answer: Answer) -> Iterator[Trouble]:
        if not answer.is_server_error:
            for clause, expected, problem in body_problems(answer):
                if not problem.is_mild:
                    yield _trouble(clause, Verdict.FAIL, (expected,), problem.text, played)

    def _of_effect(self, played: Played, answer: Answer, expectation: Expectation) -> Iterator[Trouble]:
        call = expectation.call
        if call is None or played.lot.standing(call) is not Standing.PARKED:
            return
        outcome = matching(expectation.outcomes, answer) if expectation.is_judged else None
        if outcome is not None and outcome.effect is Effect.RETRIEVED:
            yield from self._of_retrieval(played, answer, expectation)
        elif outcome is not None and outcome.effect is Effect.ANY:
            return
        elif answer.is_refusal and played.changed(call.id):
            what = f"the call changed after {answer}"
            yield _trouble(REFUSAL_CHANGED, Verdict.FAIL, ("the call listed as before",), what, played)

    def _of_retrieval(self, played: Played, answer: Answer, expectation: Expectation) -> Iterator[Trouble]:
        call = expectation.call
        assert call is not None
        evidence = Evidence(
            case=_ANY,
            call=call,
            exchange=played.exchange,
            before=played.before.get(call.id),
            after=played.after.get(call.id),
        )
        for aspect in (
            *answer_aspects(answer, evidence, self.violations),
            *effect_aspects(evidence, self.world),
        ):
            if aspect.holds is False:
                yield _trouble(aspect.clause, Verdict.FAIL, (aspect.expected,), aspect.actual, played)

    def _of_other_calls(self, played: Played, answer: Answer, expectation: Expectation) -> Iterator[Trouble]:
        addressed = expectation.call.id if expectation.call else ""
        for place, call in enumerate(played.lot.calls):
            is_parked = played.lot.standing(call) is Standing.PARKED
            if call.id != addressed and is_parked and played.changed(call.id):
                clause = REFUSAL_CHANGED if answer.is_refusal else OTHER_CALL
                yield Trouble(
                    clause=clause,
                    verdict=Verdict.FAIL,
                    expected=("every other parked call stays as it was",),
                    actual=f"{answer}, and call {place + 1} of the sequence, which the request does not name, changed",
                    exchanges=played.numbers(call.id),
                )


def not_parked_again(played: Played, call: KnownCall) -> Iterator[Trouble]:
    """What is wrong where the vendor's Park was answered 200, and the call is listed as it was."""
    if played.changed(call.id) is False:
        yield _trouble(
            PARKED_AGAIN,
            Verdict.FAIL,
            ("the call listed in the parking lot",),
            "Park was answered 200, and the call is listed as before, not in the parking lot",
            played,
        )


def next_lot(played: Played, expectation: Expectation) -> Lot:
    """The model after a step: what listings show, and where they show nothing, what the answer says."""
    lot = played.lot
    response = played.exchange.response
    accepted = response is not None and response.status < 300 and response.status != 204
    for call in played.lot.calls:
        if lot.standing(call) is not Standing.PARKED:
            continue
        addressed = expectation.call is not None and expectation.call.id == call.id
        changed = played.changed(call.id)
        if changed or (changed is None and addressed and accepted):
            lot = lot.holding(call, Standing.RETRIEVED if addressed and accepted else Standing.UNKNOWN)
        elif (addressed and accepted) or (addressed and response is None):
            lot = lot.holding(call, Standing.UNKNOWN)
    return lot


def _is_known(played: Played, expectation: Expectation) -> bool:
    """Whether the model knows enough to judge: a fault is only on its own where the call is in the lot."""
    if expectation.call is None:
        return True
    standing = played.lot.standing(expectation.call)
    return standing is Standing.PARKED or (standing is Standing.RETRIEVED and not expectation.faults)


def _trouble(
    clause: str, verdict: Verdict, expected: tuple[str, ...], actual: str, played: Played
) -> Trouble:
    identifier = played.lot.calls[played.step.call % len(played.lot.calls)].id
    return Trouble(
        clause=clause,
        verdict=verdict,
        expected=expected,
        actual=actual,
        exchanges=played.numbers(identifier),
    )
