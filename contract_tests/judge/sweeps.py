"""Clauses that are about every answer of a kind: one row each, broken by the first answer that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from contract_tests.case import Kind
from contract_tests.judge.answer import Answer
from contract_tests.judge.aspect import Aspect
from contract_tests.judge.opinion import Opinion
from contract_tests.judge.retrieval import Retrieval, Retrievals
from contract_tests.patience import is_unavailable
from contract_tests.sighting import is_unchanged
from contract_tests.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep came to. `numbers` are exchanges, the decisive ones first."""

    clause: str
    verdict: Verdict
    expected: str
    actual: str
    hint: str = ""
    numbers: tuple[int, ...] = ()


ASPECT_CLAUSES = (
    "success/status",
    "success/no-call",
    "body/json",
    "body/phone-call",
    "success/returns-call",
    "body/phone-call-fields",
    "success/extension-echo",
    "success/link",
    "success/link-lists",
    "parking/leaves-lot",
    "parking/connects",
    "parking/on-call",
    "parking/parked-fields-gone",
    "parking/keeps-id",
    "parking/only-that-call",
)
SCOPES = dict.fromkeys(ASPECT_CLAUSES, "every-retrieval") | {
    "body/error-response": "every-refusal",
    "body/error-envelope": "every-refusal",
    "parking/refusal-changes-nothing": "every-refusal",
    "access/challenge": "every-401",
    "body/empty-on-204": "every-204",
    "body/no-server-error": "every-odd-request",
}
"""Which answers a clause is swept over; clause and scope together are the case id of its row."""
NEEDS_LISTING = frozenset(clause for clause in ASPECT_CLAUSES if clause.startswith("parking/")) | {
    "success/link-lists"
}


def sweep_retrievals(all_: Retrievals, *, lists: bool, other_calls: bool) -> Iterator[Swept]:
    """One row for each aspect of retrievals. Aspects that one case alone breaks are that case's, not theirs."""
    for clause in ASPECT_CLAUSES:
        if clause == ONLY_THAT_CALL and not other_calls:
            blank = Aspect(clause=clause, holds=None, expected="", actual="")
            why = "the profile says that the target offers no second parked call"
            yield _swept(clause, Verdict.NOT_APPLICABLE, blank, why, None)
        else:
            yield _sweep_aspect(clause, all_, lists)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one answer; a mild one is a deviation."""

    text: str
    is_mild: bool = False


EVERY_TIME = 4
"""So many connections that break, each on a fresh call, are no chance."""
Rule = Callable[[Answer], Problem | None]


def sweep_refusals(opinions: Sequence[Opinion], *, any_worked: bool) -> Iterator[Swept]:
    """Rows about refusals: their bodies, that they change nothing, that 401 says how to authenticate."""
    yield _by_rule("body/error-response", opinions, "an error response in the body", any_worked)
    yield _by_rule("body/error-envelope", opinions, ENVELOPE, any_worked)
    yield _sweep_effects(opinions, any_worked=any_worked)
    yield _by_rule("access/challenge", opinions, "a WWW-Authenticate header", any_worked)


def sweep_all(opinions: Sequence[Opinion], *, any_worked: bool) -> Iterator[Swept]:
    """Rows about answers of every kind."""
    yield _by_rule("body/empty-on-204", opinions, "no body", any_worked)
    yield _sweep_odd(opinions)


def _sweep_odd(opinions: Sequence[Opinion]) -> Swept:
    """What the page leaves open has to be answered, and not with a server error.

    That a connection breaks, or that a target is busy, says nothing by itself. It does where it comes to odd requests
    alone, each time that they are sent, and everything else is answered.
    """
    clause = "body/no-server-error"
    unanswered = [one for one in opinions if one.answer is None and one.evidence.exchange is not None]
    odd = [one for one in unanswered if one.evidence.case.kind is Kind.OBSERVATION]
    dropped = [one for one in odd if _is_dropped(one)] if len(odd) == len(unanswered) else []
    applies, rule = _RULES[clause]
    answered = [(one, one.answer) for one in opinions if one.answer is not None]
    rows = [(one, rule(answer)) for one, answer in answered if applies(one, answer)]
    rows += [(one, Problem(f"{one.actual}, each time that it was sent")) for one in dropped]
    swept = _sweep(clause, rows, "an answer that is no server error", True)
    if odd and swept.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        first = f"{odd[0].actual}, when {odd[0].evidence.case.title}"
        also = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
        return replace(
            swept, verdict=Verdict.INCONCLUSIVE, actual=first + also, numbers=odd[0].evidence.numbers[:1]
        )
    return swept


def _is_dropped(one: Opinion) -> bool:
    exchange = one.evidence.exchange
    trouble = (exchange.trouble or "") if exchange else ""
    return one.evidence.attempts >= EVERY_TIME or is_unavailable(trouble)


def broken_alone(one: Opinion) -> Iterator[str]:
    """The clauses about every answer that this one breaks, whatever the others are like."""
    for clause, (applies, rule) in _RULES.items():
        if one.answer is not None and applies(one, one.answer) and rule(one.answer):
            yield clause
    if _is_effect_known(one) and _effect(one) is not None:
        yield "parking/refusal-changes-nothing"


def _by_rule(clause: str, opinions: Iterable[Opinion], expected: str, any_worked: bool) -> Swept:
    applies, rule = _RULES[clause]
    answered = [(one, one.answer) for one in opinions if one.answer is not None]
    rows = [(one, rule(answer)) for one, answer in answered if applies(one, answer)]
    return _sweep(clause, rows, expected, any_worked)


def _sweep(
    clause: str, rows: Sequence[tuple[Opinion, Problem | None]], expected: str, any_worked: bool
) -> Swept:
    if not rows:
        verdict, actual, hint, shown = Verdict.NOT_APPLICABLE, "no answer of this kind was seen", "", []
    elif broken := [(one, problem) for one, problem in rows if problem is not None]:
        first, problem = min(broken, key=lambda pair: pair[1].is_mild)
        also = f" (and {len(broken) - 1} more of {len(rows)})" if len(broken) > 1 else ""
        verdict = Verdict.DEVIATION if problem.is_mild else Verdict.FAIL
        actual, hint = f"{problem.text}, when {first.evidence.case.title}{also}", ""
        shown = [first, *(one for one, _ in broken if one is not first)][:5]
    else:
        verdict = Verdict.PASS if any_worked else Verdict.INCONCLUSIVE
        actual, hint = f"held in all {len(rows)} answers", "" if any_worked else NOTHING_WORKED
        shown = [rows[0][0]]
    numbers = tuple(number for one in shown for number in one.evidence.numbers[:1])
    return Swept(clause=clause, verdict=verdict, expected=expected, actual=actual, hint=hint, numbers=numbers)


LISTED_NO_MORE = (
    "The answer said that the call was retrieved, and then the call was listed no more: it ended (was it lost, or did"
    " nobody pick up in time?), or the listing hides calls that were retrieved. What became of it cannot be judged."
)
ONLY_THAT_CALL = "parking/only-that-call"
NO_OTHER = (
    "It takes a second parked call beside the one that the page's own request retrieves; if there is none to be had,"
    " say so in the profile (not_offered: [another_call])."
)
NO_USABLE_LIST = (
    "List PhoneCalls could not be used; if the target has none, say so in the profile (not_offered: [list])."
)
NOBODY_ON_CALL = (
    "The listings showed nobody on call with the retrieved call in the time that the profile gives an answer to show"
    " (settle); a telephone that picks up sooner, or a longer time, lets it be judged."
)
ENVELOPE = '{"error": {"code": "...", "message": "..."}}'
NOTHING_WORKED = "No retrieval was seen to work in this run, so its refusals prove nothing."


def _sweep_aspect(clause: str, all_: Retrievals, lists: bool) -> Swept:
    seen = [(one, aspect) for one in all_.all for aspect in one.aspects if aspect.clause == clause]
    broken = [(one, aspect) for one, aspect in seen if aspect.holds is False]
    if broken and clause in all_.blamed:
        first, aspect = next((pair for pair in broken if pair[0] is all_.reference), broken[0])
        also = f" (and {len(broken) - 1} more of {len(seen)})" if len(broken) > 1 else ""
        actual = f"{aspect.actual}, with {first.case.title}{also}"
        hint = LISTED_NO_MORE if clause == "success/link-lists" else ""
        return _swept(clause, Verdict.FAIL, aspect, actual, first, hint=hint)
    held = [(one, aspect) for one, aspect in seen if aspect.holds]
    if held:
        first, aspect = next((pair for pair in held if pair[1].noted), held[0])
        if aspect.noted:
            return _swept(clause, Verdict.DEVIATION, aspect, aspect.noted, first)
        if all_.any_worked:
            return _swept(clause, Verdict.PASS, aspect, f"held in {len(held)} retrievals", first)
        return _swept(clause, Verdict.INCONCLUSIVE, aspect, aspect.actual, first, hint=NOTHING_WORKED)
    return _unseen(clause, seen, all_, lists)


def _unseen(clause: str, seen: list[tuple[Retrieval, Aspect]], all_: Retrievals, lists: bool) -> Swept:
    blank = Aspect(clause=clause, holds=None, expected="", actual="")
    if clause == "parking/leaves-lot" and all_.any_worked:
        return _swept(clause, Verdict.PASS, blank, "a second retrieval finds nothing", all_.reference)
    if clause in NEEDS_LISTING and not lists:
        return _swept(
            clause,
            Verdict.NOT_APPLICABLE,
            blank,
            "the profile says that the target lists no calls",
            None,
        )
    rings = next(((one, aspect) for one, aspect in seen if one.opinion.evidence.seen_after().views), None)
    if rings is not None and clause in ("parking/leaves-lot", "parking/connects") and rings[1].actual:
        one, aspect = rings
        return _swept(clause, Verdict.INCONCLUSIVE, blank, aspect.actual, one, hint=NOBODY_ON_CALL)
    if not all_.any_worked:
        return _swept(clause, Verdict.INCONCLUSIVE, blank, "not to be seen", None, hint=NOTHING_WORKED)
    if clause in ("success/link-lists", "parking/connects", "parking/only-that-call") and seen:
        shown = any(
            aspect.clause == clause and one.opinion.evidence.seen_after().views for one, aspect in seen
        )
        hint = NOBODY_ON_CALL if shown and clause == "parking/connects" else NO_USABLE_LIST
        return _swept(clause, Verdict.INCONCLUSIVE, blank, seen[0][1].actual, seen[0][0], hint=hint)
    if clause == ONLY_THAT_CALL:
        return _swept(
            clause, Verdict.INCONCLUSIVE, blank, "no other parked call was seen", None, hint=NO_OTHER
        )
    return _swept(clause, Verdict.NOT_APPLICABLE, blank, "no answer or listing shows it", None)


def _swept(
    clause: str,
    verdict: Verdict,
    aspect: Aspect,
    actual: str,
    by: Retrieval | None,
    *,
    hint: str = "",
) -> Swept:
    return Swept(
        clause=clause,
        verdict=verdict,
        expected=aspect.expected,
        actual=actual,
        hint=hint,
        numbers=by.opinion.evidence.numbers if by else (),
    )


def _sweep_effects(opinions: Sequence[Opinion], *, any_worked: bool) -> Swept:
    refused = [one for one in opinions if _is_effect_known(one)]
    seen = [one for one in refused if _is_unchanged(one) is not None or one.evidence.leaves_witness is False]
    rows = [(one, _effect(one)) for one in seen]
    return _sweep("parking/refusal-changes-nothing", rows, "the call listed as before", any_worked)


def _effect(one: Opinion) -> Problem | None:
    """What a refused request has changed: its own call, or another one beside which it was sent."""
    if _is_unchanged(one) is False:
        return Problem(f"the call changed after {one.actual}")
    if one.evidence.leaves_witness is False and one.evidence.witness is not None:
        other = one.evidence.witness.id
        return Problem(f"call {other}, which the request does not name, changed after {one.actual}")
    return None


def _is_unchanged(one: Opinion) -> bool | None:
    return is_unchanged(one.evidence.seen_before(), one.evidence.seen_after())


def _is_effect_known(one: Opinion) -> bool:
    kind = one.evidence.case.kind
    if one.answer is None or kind not in (Kind.REFUSAL, Kind.OBSERVATION):
        return False
    return one.answer.is_refusal or (one.answer.status == 204 and kind is Kind.REFUSAL)


def _error_response(answer: Answer) -> Problem | None:
    return None if answer.response.body.strip() else Problem(f"{answer.status} with an empty body")


def _envelope(answer: Answer) -> Problem | None:
    """A code is owed where the tables name codes, which is with 400; elsewhere its lack is only noted."""
    if answer.is_too_long:
        return None
    if answer.problem:
        return Problem(f"a body that is no JSON ({answer.problem})")
    error = answer.value.get("error") if isinstance(answer.value, dict) else None
    if not isinstance(error, dict):
        return Problem("a body without an object `error`")
    wrong = [name for name in ("code", "message") if not (isinstance(error.get(name), str) and error[name])]
    if not wrong:
        return None
    return Problem(f"error.{' and error.'.join(wrong)} is no text", is_mild=answer.status != 400)


def _is_refusal_here(one: Opinion, answer: Answer) -> bool:
    """The page speaks of answers to PUT. Who refuses another method has often not seen the path yet: a gateway, or a
    web framework, with a page of its own."""
    exchange = one.evidence.exchange
    return answer.is_refusal and exchange is not None and exchange.request.method == "PUT"


def _challenge(answer: Answer) -> Problem | None:
    named = answer.response.header("www-authenticate")
    return None if named else Problem("401 without WWW-Authenticate", is_mild=True)


def _empty(answer: Answer) -> Problem | None:
    announced = (answer.response.header("content-length") or "0").strip()
    if (
        answer.response.body_size or announced != "0"
    ):  # clients read no body of a 204, so its length must tell
        return Problem("204 with a body")
    return None


def _server_error(answer: Answer) -> Problem | None:
    return Problem(f"answered {answer.status}") if answer.is_server_error else None


def body_problems(answer: Answer) -> Iterator[tuple[str, str, Problem]]:
    """What is wrong with the body of one answer that returns no call: the clause, what it asks for, the problem."""
    looked_at: tuple[tuple[str, str, Rule], ...] = ()
    if answer.is_refusal and not answer.response.body.strip():
        looked_at = (("body/error-response", "an error response in the body", _error_response),)
    elif answer.is_refusal:
        looked_at = (("body/error-envelope", ENVELOPE, _envelope),)
    elif answer.status == 204:
        looked_at = (("body/empty-on-204", "no body", _empty),)
    for clause, expected, rule in looked_at:
        if (problem := rule(answer)) is not None:
            yield clause, expected, problem


_RULES: dict[str, tuple[Callable[[Opinion, Answer], bool], Rule]] = {
    "body/error-response": (_is_refusal_here, _error_response),
    "body/error-envelope": (
        lambda one, answer: _is_refusal_here(one, answer) and bool(answer.response.body.strip()),
        _envelope,
    ),
    "access/challenge": (lambda one, answer: answer.status == 401, _challenge),
    "body/empty-on-204": (lambda one, answer: answer.status == 204, _empty),
    "body/no-server-error": (lambda one, answer: one.evidence.case.kind is Kind.OBSERVATION, _server_error),
}
"""Clause -> which answers it is about, and what is wrong with one of them."""
