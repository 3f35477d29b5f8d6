"""The judge: all evidence of a run in, rulings under one reading out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from contract_tests.case import Case, Kind
from contract_tests.evidence import Evidence
from contract_tests.judge.aspect import SchemaViolations
from contract_tests.judge.opinion import Opinion, opinion
from contract_tests.judge.retrieval import Retrievals, look_at, refused_like, verdict_on
from contract_tests.judge.sweeps import (
    NOTHING_WORKED,
    SCOPES,
    Swept,
    sweep_all,
    sweep_refusals,
    sweep_retrievals,
)
from contract_tests.sighting import Presence, is_unchanged
from contract_tests.verdict import Reading, Ruling, Verdict
from contract_tests.world import World

CARRIED_BY_CONTROL = (
    "request/method",
    "request/path",
    "request/no-query",
    "request/payload",
    "uri/user-id/required",
    "uri/extension/required",
    "uri/phone-call-id/required",
    "uri/phone-call-id/addresses",
    "payload/send-call-to/connects",
    "payload/view/subject",
    "access/user-app",
    "access/on-behalf-of-user",
    "access/bearer",
)
"""Clauses that any working retrieval carries out and that no request can single out."""


LISTED_AND_RETRIEVED = "uri/phone-call-id/from-list/listed-and-retrieved"
ENOUGH_TO_TELL_APART = 3
IDEMPOTENT = (
    "The call stayed as it was, so that a PUT which is answered alike twice did no harm. The page does not speak of it;"
    " that a call which is not in the lot is answered 204 is derived from its lines 3 and 106. A client that is told"
    " 200 takes the call for one that it has just retrieved. See the reading not-parked; a baseline can excuse it."
)
CHANGED_AGAIN = "The call was on the phone, and the repetition changed it; see the reading not-parked."
Listed = Literal["its id", "another id", "not listed"]
_LISTED: dict[Listed, str] = {
    "its id": "the id that was listed retrieved the call",
    "another id": "the list shows another id than the one that retrieved the call",
    "not listed": "no call was both listed and retrieved",
}
CARRIED_BY_CASE = {"payload/view/required": "failure/view/missing/missing"}
"""Clauses that say the same as a code of the failure table does; a finding is that code's, not theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen where the page is silent."""

    clause: str
    case: str
    title: str
    actual: str
    exchanges: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The rulings under one reading, what was observed, and whether any retrieval was seen to work."""

    rulings: tuple[Ruling, ...]
    observations: tuple[Observation, ...]
    any_worked: bool


def judge(
    evidence: Sequence[Evidence],
    *,
    world: World,
    reading: Reading,
    control: Case,
    levels: Mapping[str, str],
    violations: SchemaViolations,
    lists: bool = True,
    other_calls: bool = True,
    safe: bool = False,
) -> Judgement:
    """Judges a run under one reading.

    In a `safe` run no retrieval was tried. Its refusals count if the documented codes told faults apart, which a
    target that refuses everything alike does not do.

    `lists` and `other_calls` say whether the profile offers listings, and a second parked call to look at.

    `levels` maps clause ids to their levels: an unmet `example` clause is a deviation, and under the reading
    `table`, in which examples do not count, it has no row at all.
    """
    opinions = [opinion(one, world, reading) for one in evidence]
    retrievals = look_at(opinions, control, world, violations)
    if safe:
        return _of_refusals(opinions, retrievals, reading, levels)
    on_cases = list(_on_cases(opinions, retrievals, reading, levels))
    rulings = [
        *on_cases,
        *_on_carried_by_case(on_cases),
        *_on_carried(retrievals, reading),
        *_on_list_ids(retrievals, reading, lists),
        *(
            _ruling(swept, reading)
            for swept in (
                *sweep_retrievals(retrievals, lists=lists, other_calls=other_calls),
                *sweep_refusals(opinions, any_worked=retrievals.any_worked),
                *sweep_all(opinions, any_worked=retrievals.any_worked),
            )
        ),
    ]
    counted = [
        ruling for ruling in rulings if not (reading == "table" and levels[ruling.clause] == "example")
    ]
    weighed = [_weighed(ruling, levels) for ruling in counted]
    return Judgement(
        rulings=_ranked(weighed, [one.evidence.case for one in opinions], control),
        observations=tuple(_observations(opinions, retrievals)),
        any_worked=retrievals.any_worked,
    )


def _of_refusals(
    opinions: Sequence[Opinion], retrievals: Retrievals, reading: Reading, levels: Mapping[str, str]
) -> Judgement:
    told_apart = _documented_codes_seen(opinions) >= ENOUGH_TO_TELL_APART
    contrasted = replace(retrievals, contrast=told_apart)
    rulings = [
        *_on_cases(opinions, contrasted, reading, levels),
        *(_ruling(swept, reading) for swept in sweep_refusals(opinions, any_worked=told_apart)),
    ]
    return Judgement(
        rulings=_ranked(rulings, [one.evidence.case for one in opinions], retrievals.control),
        observations=(),
        any_worked=told_apart,
    )


def _documented_codes_seen(opinions: Sequence[Opinion]) -> int:
    """How many different codes of the page answered just the faults that they are documented for."""
    return len(
        {
            one.answer.error_code
            for one in opinions
            if one.verdict is Verdict.PASS and one.answer is not None and one.outcome and one.outcome.codes
        }
    )


def standing_rows() -> tuple[str, ...]:
    """The case ids of rows that stand in every run, besides those of the cases that were sent."""
    return (
        *(f"{clause}/by-its-code" for clause in CARRIED_BY_CASE),
        *(f"{clause}/by-a-retrieval" for clause in CARRIED_BY_CONTROL),
        LISTED_AND_RETRIEVED,
        *(f"{clause}/{scope}" for clause, scope in SCOPES.items()),
    )


def _on_cases(
    opinions: Sequence[Opinion], retrievals: Retrievals, reading: Reading, levels: Mapping[str, str]
) -> Iterator[Ruling]:
    by_case = {one.case.id: one for one in retrievals.all}
    for one in opinions:
        kind = one.evidence.case.kind
        if kind is Kind.OBSERVATION:
            continue
        if kind is Kind.RETRIEVAL:
            verdict, actual, hint = verdict_on(by_case[one.evidence.case.id], retrievals, levels)
        else:
            verdict, actual, hint = _verdict_on_refusal(one, retrievals)
        alike = retrievals.refused_alike(one)
        because = (alike.id,) if alike is not None and hint == refused_like(alike) else ()
        yield replace(_case_ruling(one, reading, verdict, actual, hint), because=because)


def _verdict_on_refusal(one: Opinion, retrievals: Retrievals) -> tuple[Verdict, str, str]:
    if one.answer is None:
        return one.verdict, one.actual, one.hint
    if not retrievals.any_worked:
        return Verdict.INCONCLUSIVE, one.actual, NOTHING_WORKED
    kind = one.evidence.case.kind
    if kind is Kind.REPEATED and not (retrievals.of_control and retrievals.worked(retrievals.of_control)):
        return Verdict.INCONCLUSIVE, one.actual, "The first retrieval of this call was not seen to work."
    alike = retrievals.refused_alike(one)
    if one.verdict in (Verdict.WRONG_CODE, Verdict.FAIL) and alike is not None:
        return Verdict.INCONCLUSIVE, one.actual, refused_like(alike)
    unchanged = is_unchanged(one.evidence.seen_before(), one.evidence.seen_after())
    if kind is Kind.NOT_PARKED and unchanged is False and one.verdict is not Verdict.FAIL:
        return Verdict.FAIL, f"{one.actual}, but the call changed", ""
    if kind is Kind.REPEATED and one.answer.is_success:
        return one.verdict, one.actual, {True: IDEMPOTENT, False: CHANGED_AGAIN, None: ""}[unchanged]
    return one.verdict, one.actual, one.hint


def _on_carried(retrievals: Retrievals, reading: Reading) -> Iterator[Ruling]:
    proof = next((one for one in retrievals.all if retrievals.worked(one)), None)
    shown = proof or retrievals.of_control
    for clause in CARRIED_BY_CONTROL:
        yield Ruling(
            clause=clause,
            case=f"{clause}/by-a-retrieval",
            reading=reading,
            verdict=Verdict.PASS if proof else Verdict.INCONCLUSIVE,
            title="carried out by every retrieval that works",
            expected=("a retrieval that works",),
            actual=f"{proof.case.title}: {proof.opinion.actual}"
            if proof
            else "no retrieval was seen to work",
            hint="" if proof else NOTHING_WORKED,
            exchanges=shown.opinion.evidence.numbers if shown else (),
        )


def _on_carried_by_case(rulings: Sequence[Ruling]) -> Iterator[Ruling]:
    by_case = {ruling.case: ruling for ruling in rulings}
    for clause, case in CARRIED_BY_CASE.items():
        if case in by_case:
            carrier = by_case[case]
            verdict = Verdict.INCONCLUSIVE if carrier.is_finding else carrier.verdict
            hint = f"See {case}." if carrier.is_finding else carrier.hint
            yield replace(
                carrier,
                clause=clause,
                case=f"{clause}/by-its-code",
                verdict=verdict,
                hint=hint,
                because=(case,) if carrier.is_finding else (),
            )


def _on_list_ids(retrievals: Retrievals, reading: Reading, lists: bool) -> Iterator[Ruling]:
    """uri/phone-call-id/from-list: a call that was listed under its id and then retrieved by it."""
    worked = [one for one in retrievals.all if retrievals.worked(one)]
    proof = next((one for one in worked if _listed_as(one.opinion) == "its id"), None)
    other = next((one for one in worked if _listed_as(one.opinion) == "another id"), None)
    verdict = Verdict.PASS if proof else Verdict.INCONCLUSIVE if lists else Verdict.NOT_APPLICABLE
    if proof is None and other is not None:
        verdict = Verdict.FAIL
    shown = proof or other
    yield Ruling(
        clause="uri/phone-call-id/from-list",
        case=LISTED_AND_RETRIEVED,
        reading=reading,
        verdict=verdict,
        title="a call that List PhoneCalls shows is retrieved by the id shown there",
        expected=("a listed id that retrieves",),
        actual=_LISTED[_listed_as(shown.opinion) if shown else "not listed"],
        hint=""
        if shown or not lists
        else "List PhoneCalls could not be used before a retrieval that worked.",
        exchanges=shown.opinion.evidence.numbers if shown else (),
    )


def is_listed_as_another(one: Opinion) -> bool:
    """Whether the list shows another id than the one by which the call is known."""
    return _listed_as(one) == "another id"


def _listed_as(one: Opinion) -> Listed:
    seen = one.evidence.seen_before()
    if seen.presence is not Presence.PRESENT or one.evidence.call is None:
        return "not listed"
    return "its id" if seen.id == one.evidence.call.id else "another id"


def _observations(opinions: Sequence[Opinion], retrievals: Retrievals) -> Iterator[Observation]:
    for one in opinions:
        if one.evidence.case.kind is Kind.OBSERVATION:
            yield _observation(one, one.evidence.case.clause, one.evidence.case.id, one.evidence.case.title)
    control = retrievals.of_control
    if control is not None and control.opinion.answer is not None:
        clause = "success/status-accepted"
        yield _observation(
            control.opinion, clause, f"{clause}/as-printed", "the status of the page's own request"
        )


def _observation(one: Opinion, clause: str, case: str, title: str) -> Observation:
    return Observation(
        clause=clause, case=case, title=title, actual=one.actual, exchanges=one.evidence.numbers
    )


def _case_ruling(one: Opinion, reading: Reading, verdict: Verdict, actual: str, hint: str) -> Ruling:
    return Ruling(
        clause=one.evidence.case.clause,
        case=one.evidence.case.id,
        reading=reading,
        verdict=verdict,
        title=one.evidence.case.title,
        expected=one.expected,
        actual=actual,
        hint=hint,
        exchanges=one.evidence.numbers,
        attempts=one.evidence.attempts,
    )


def _ruling(swept: Swept, reading: Reading) -> Ruling:
    return Ruling(
        clause=swept.clause,
        case=f"{swept.clause}/{SCOPES[swept.clause]}",
        reading=reading,
        verdict=swept.verdict,
        title=SCOPES[swept.clause].replace("-", " "),
        expected=(swept.expected,) if swept.expected else (),
        actual=swept.actual,
        hint=swept.hint,
        exchanges=swept.numbers,
    )


def _weighed(ruling: Ruling, levels: Mapping[str, str]) -> Ruling:
    if levels[ruling.clause] == "example" and ruling.is_finding:
        return replace(ruling, verdict=Verdict.DEVIATION)
    return ruling


def _ranked(rulings: Iterable[Ruling], cases: Iterable[Case], control: Case) -> tuple[Ruling, ...]:
    """Findings first. Among them the control's come last, since what a single change shows is more exact, and before
    it what another finding, on which its case rests, says more exactly."""
    found = list(rulings)
    exact = {ruling.case for ruling in found if ruling.is_finding} - {control.id}
    implied = {case.id for case in cases if not exact.isdisjoint(case.rests_on)}

    def rank(ruling: Ruling) -> int:
        if not ruling.is_finding:
            return 3
        return 2 if ruling.case == control.id else 1 if ruling.case in implied else 0

    return tuple(sorted(found, key=rank))
