"""Clauses that are about every answer of a kind: one row each, broken by the first answer that breaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from contract_tests.case import Kind
from contract_tests.judge.answer import Answer
from contract_tests.judge.aspect import Aspect
from contract_tests.judge.opinion import Opinion
from contract_tests.judge.retrieval import Retrieval, Retrievals
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


def sweep_retrievals(all_: Retrievals, *, lists: bool) -> Iterator[Swept]:
    """One row for each aspect of retrievals. Aspects that one case alone breaks are that case's, not theirs."""
    for clause in ASPECT_CLAUSES:
        yield _sweep_aspect(clause, all_, lists)


def sweep_refusals(opinions: Sequence[Opinion], *, any_worked: bool) -> Iterator[Swept]:
    """Rows about refusals: their bodies, that they change nothing, that 401 says how to authenticate."""
    refused = [one for one in opinions if one.answer is not None and one.answer.is_refusal]
    yield _sweep(
        "body/error-response",
        ((one, _error_response_problem(one.answer)) for one in refused if one.answer),
        expected="an error response in the body",
        any_worked=any_worked,
    )
    yield _sweep(
        "body/error-envelope",
        ((one, _envelope_problem(one.answer)) for one in refused if one.answer and one.answer.response.body),
        expected='{"error": {"code": "...", "message": "..."}}',
        any_worked=any_worked,
    )
    yield _sweep_effects(opinions, any_worked=any_worked)
    yield _sweep(
        "access/challenge",
        ((one, _challenge_problem(one.answer)) for one in refused if one.answer and one.answer.status == 401),
        expected="a WWW-Authenticate header",
        any_worked=any_worked,
        when_broken=Verdict.DEVIATION,
    )


def sweep_all(opinions: Sequence[Opinion], *, any_worked: bool) -> Iterator[Swept]:
    """Rows about answers of every kind."""
    answered = [one for one in opinions if one.answer is not None]
    yield _sweep(
        "body/empty-on-204",
        ((one, _body_problem(one.answer)) for one in answered if one.answer and one.answer.status == 204),
        expected="no body",
        any_worked=any_worked,
    )
    observed = [one for one in answered if one.evidence.case.kind is Kind.OBSERVATION]
    yield _sweep(
        "body/no-server-error",
        (
            (one, f"{one.answer.status}" if one.answer and one.answer.is_server_error else "")
            for one in observed
        ),
        expected="anything but a server error",
        any_worked=True,
    )


def _sweep(
    clause: str,
    looked_at: Iterable[tuple[Opinion, str]],
    *,
    expected: str,
    any_worked: bool,
    when_broken: Verdict = Verdict.FAIL,
) -> Swept:
    rows = list(looked_at)
    broken = [(one, problem) for one, problem in rows if problem]
    if broken:
        first, problem = broken[0]
        also = f" (and {len(broken) - 1} more of {len(rows)})" if len(broken) > 1 else ""
        actual = f"{problem}, when {first.evidence.case.title}{also}"
        numbers = tuple(n for one, _ in broken[:5] for n in one.evidence.numbers[:1])
        return Swept(clause=clause, verdict=when_broken, expected=expected, actual=actual, numbers=numbers)
    if not rows:
        return Swept(
            clause=clause,
            verdict=Verdict.NOT_APPLICABLE,
            expected=expected,
            actual="no answer of this kind was seen",
        )
    verdict = Verdict.PASS if any_worked else Verdict.INCONCLUSIVE
    return Swept(
        clause=clause,
        verdict=verdict,
        expected=expected,
        actual=f"held in all {len(rows)} answers",
        hint="" if any_worked else NOTHING_WORKED,
        numbers=rows[0][0].evidence.numbers[:1],
    )


NOTHING_WORKED = "No retrieval was seen to work in this run, so its refusals prove nothing."


def _sweep_aspect(clause: str, all_: Retrievals, lists: bool) -> Swept:
    seen = [(one, aspect) for one in all_.all for aspect in one.aspects if aspect.clause == clause]
    broken = [(one, aspect) for one, aspect in seen if aspect.holds is False]
    if broken and clause in all_.blamed:
        first, aspect = next((pair for pair in broken if pair[0] is all_.reference), broken[0])
        also = f" (and {len(broken) - 1} more of {len(seen)})" if len(broken) > 1 else ""
        actual = f"{aspect.actual}, with {first.case.title}{also}"
        return _swept(clause, Verdict.FAIL, aspect, actual, first)
    held = [(one, aspect) for one, aspect in seen if aspect.holds]
    if held:
        first, aspect = next((pair for pair in held if pair[1].noted), held[0])
        if aspect.noted:
            return _swept(clause, Verdict.DEVIATION, aspect, aspect.noted, first)
        if clause == "success/status" or all_.worked(first) or all_.any_worked:
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
    if not all_.any_worked:
        return _swept(clause, Verdict.INCONCLUSIVE, blank, "not to be seen", None, hint=NOTHING_WORKED)
    if clause in ("success/link-lists", "parking/connects", "parking/only-that-call") and seen:
        hint = "List PhoneCalls could not be used; if the target has none, say so in the profile (not_offered: [list])."
        return _swept(clause, Verdict.INCONCLUSIVE, blank, seen[0][1].actual, seen[0][0], hint=hint)
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
    refused = [
        one
        for one in opinions
        if one.answer is not None
        and one.evidence.case.kind in (Kind.REFUSAL, Kind.OBSERVATION)
        and (one.answer.is_refusal or one.answer.status == 204)
    ]
    changes = [(one, is_unchanged(one.evidence.seen_before(), one.evidence.seen_after())) for one in refused]
    known = [(one, unchanged) for one, unchanged in changes if unchanged is not None]
    return _sweep(
        "parking/refusal-changes-nothing",
        ((one, "" if unchanged else f"the call changed after {one.actual}") for one, unchanged in known),
        expected="the call listed as before",
        any_worked=any_worked,
    )


def _error_response_problem(answer: Answer) -> str:
    return "" if answer.response.body.strip() else f"{answer.status} with an empty body"


def _envelope_problem(answer: Answer) -> str:
    if answer.problem:
        return f"a body that is no JSON ({answer.problem})"
    error = answer.value.get("error") if isinstance(answer.value, dict) else None
    if not isinstance(error, dict):
        return "a body without an object `error`"
    wrong = [name for name in ("code", "message") if not (isinstance(error.get(name), str) and error[name])]
    return f"error.{' and error.'.join(wrong)} is no text" if wrong else ""


def _challenge_problem(answer: Answer) -> str:
    return "" if answer.response.header("www-authenticate") else "401 without WWW-Authenticate"


def _body_problem(answer: Answer) -> str:
    return "204 with a body" if answer.response.body_size else ""
