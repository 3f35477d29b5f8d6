"""Retrievals, each looked at in all its aspects, and held against one another.

The contrast decides who is to blame. What is broken in the page's own request too is broken by the clause of that
aspect, once; what is broken only where a case changed one thing is broken by the clause of that change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from contract_tests.case import Case, Kind
from contract_tests.evidence import Evidence
from contract_tests.judge.answer import Answer
from contract_tests.judge.aspect import (
    CORE,
    Aspect,
    SchemaViolations,
    answer_aspects,
    did_retrieve,
    effect_aspects,
)
from contract_tests.judge.opinion import Opinion
from contract_tests.sighting import Presence, is_unchanged
from contract_tests.verdict import Verdict
from contract_tests.world import World

TOO_MANY_TO_BE_THE_CASE = 3
OF_NO_CASE = frozenset({"parking/only-that-call"})
"""Clauses that are named by themselves, even where a single change brought it about."""
STILL_THERE = "the page's own request, sent for the same call next, retrieved it"
NOT_THERE = (
    "The target listed no such call before the request either, so that a refusal is in order: the call that was handed"
    " to the checker was not in the lot."
)


@dataclass(frozen=True, kw_only=True)
class Retrieval:
    """An opinion on a retrieval with its aspects in the order in which they are looked at."""

    opinion: Opinion
    aspects: tuple[Aspect, ...]

    @property
    def case(self) -> Case:
        """The case that was tried."""
        return self.opinion.evidence.case

    @property
    def is_accepted(self) -> bool:
        """Whether the answer is no refusal."""
        return self.opinion.answer is not None and not self.opinion.answer.is_refusal

    @property
    def broken(self) -> tuple[Aspect, ...]:
        """The aspects that do not hold."""
        return tuple(aspect for aspect in self.aspects if aspect.holds is False)

    @property
    def retrieved(self) -> bool | None:
        """Whether the call was seen to be retrieved; None where listings show neither."""
        return did_retrieve(list(self.aspects))


@dataclass(frozen=True, kw_only=True)
class Retrievals:
    """All retrievals of a run. `repeat` is the opinion on the second retrieval of the control's call, if tried.

    `contrast` says that the refusals of a run without retrievals tell faults apart, which stands in for the control.
    """

    all: tuple[Retrieval, ...]
    control: Case
    repeat: Opinion | None = None
    contrast: bool = False

    @cached_property
    def of_control(self) -> Retrieval | None:
        """The page's own request."""
        return next((one for one in self.all if one.case is self.control), None)

    @cached_property
    def reference(self) -> Retrieval | None:
        """The retrieval that the others are held against: the control, or the first accepted one in its place."""
        if self.of_control is not None and self.of_control.is_accepted:
            return self.of_control
        return next((one for one in self.all if one.is_accepted), None)

    @cached_property
    def blamed(self) -> frozenset[str]:
        """Clauses that the service as a whole breaks: in the reference, or in too many cases to be the cases' fault."""
        in_reference = {aspect.clause for aspect in self.reference.broken} if self.reference else set()
        tally: dict[str, int] = {}
        for retrieval in self.all:
            for aspect in retrieval.broken:
                if not self.is_broken_below(retrieval, aspect.clause):
                    tally[aspect.clause] = tally.get(aspect.clause, 0) + 1
        return frozenset(
            OF_NO_CASE | in_reference | {c for c, n in tally.items() if n >= TOO_MANY_TO_BE_THE_CASE}
        )

    @cached_property
    def any_worked(self) -> bool:
        """Whether some retrieval, not merely claimed, was seen to work."""
        return self.contrast or any(self.worked(one) for one in self.all)

    def worked(self, retrieval: Retrieval) -> bool:
        """Whether a retrieval did what it claims: seen in listings, or else a sound answer and a refused repetition."""
        if not retrieval.is_accepted or retrieval.retrieved is not None:
            return bool(retrieval.retrieved) and retrieval.is_accepted
        answer = retrieval.opinion.answer
        claims_success = answer is not None and answer.is_success and not answer.is_too_long
        sound = not any(aspect.clause in CORE for aspect in retrieval.broken)
        return claims_success and sound and self._repeat_was_refused and not self.did_nothing(retrieval)

    def did_nothing(self, retrieval: Retrieval) -> bool:
        """Whether the call was still there for the page's own request, which is refused for one that was retrieved."""
        return self._repeat_was_refused and retrieval.opinion.evidence.left_something

    def is_broken_below(self, retrieval: Retrieval, clause: str) -> bool:
        """Whether a case that this one rests on breaks the same clause, so that this one says nothing new."""
        return any(
            aspect.clause == clause
            for one in self.all
            if one.case.id in retrieval.case.rests_on and one is not self.reference
            for aspect in one.broken
        )

    def refused_alike(self, opinion: Opinion) -> Case | None:
        """A case that this one rests on and that is refused with the same status and code, if there is one."""
        if opinion.answer is None or not opinion.answer.is_refusal:
            return None
        below = (one for one in self.all if one.case.id in opinion.evidence.case.rests_on)
        return next((one.case for one in below if _is_same_refusal(one.opinion.answer, opinion.answer)), None)

    @property
    def _repeat_was_refused(self) -> bool:
        answer = self.repeat.answer if self.repeat else None
        return answer is not None and not answer.is_success and not answer.is_server_error


def refused_like(case: Case) -> str:
    """The hint of a case that is refused as one is on which it rests."""
    return f"Refused with the same answer: {case.title}."


def look_at(
    opinions: Sequence[Opinion], control: Case, world: World, violations: SchemaViolations
) -> Retrievals:
    """Looks at every retrieval among the opinions."""
    retrievals = [
        Retrieval(opinion=one, aspects=tuple(aspects_of(one, world, violations)))
        for one in opinions
        if one.evidence.case.kind is Kind.RETRIEVAL
    ]
    repeat = next((one for one in opinions if one.evidence.case.kind is Kind.REPEATED), None)
    return Retrievals(all=tuple(retrievals), control=control, repeat=repeat)


def verdict_on(retrieval: Retrieval, all_: Retrievals, levels: Mapping[str, str]) -> tuple[Verdict, str, str]:
    """The verdict on the case's own clause, what was seen, and a hint."""
    opinion = retrieval.opinion
    if opinion.answer is None:
        return opinion.verdict, opinion.actual, opinion.hint
    if not retrieval.is_accepted:
        return _verdict_on_refused(retrieval, all_)
    peculiar = [aspect for aspect in retrieval.broken if aspect.clause not in all_.blamed]
    elsewhere = [aspect for aspect in peculiar if all_.is_broken_below(retrieval, aspect.clause)]
    own = [aspect for aspect in peculiar if aspect not in elsewhere]
    if own and retrieval is not all_.reference:
        mild = all(levels[aspect.clause] == "example" for aspect in own)
        seen = "; ".join(f"{aspect.actual} (expected: {aspect.expected})" for aspect in own)
        return (Verdict.DEVIATION if mild else Verdict.FAIL), f"{opinion.answer}, but {seen}", ""
    if all_.did_nothing(retrieval):
        return Verdict.FAIL, f"{opinion.answer}, but {STILL_THERE}", ""
    if elsewhere:
        return Verdict.INCONCLUSIVE, str(opinion.answer), "What this request is made of is broken by itself."
    if not all_.worked(retrieval):
        if _is_nothing_for_a_parked_call(retrieval, all_):
            return Verdict.FAIL, f"{opinion.answer}, although the call was parked only now", ""
        blamed = [
            aspect.clause for aspect in retrieval.broken if aspect.clause in (*CORE, "success/link-lists")
        ]
        hint = (
            f"See {', '.join(blamed)}." if blamed else "List PhoneCalls shows nothing to judge the effect by."
        )
        return Verdict.INCONCLUSIVE, str(opinion.answer), hint
    return Verdict.PASS, f"{opinion.answer}, and the call is retrieved", ""


def _is_nothing_for_a_parked_call(retrieval: Retrieval, all_: Retrievals) -> bool:
    """204 where nothing is listed: retrieved or not, a call that another request retrieves is there to be returned."""
    opinion = retrieval.opinion
    seen = (opinion.evidence.before, opinion.evidence.after)
    is_mild = opinion.expectation is not None and bool(opinion.expectation.mild)
    is_empty = opinion.answer is not None and opinion.answer.status == 204
    reference = all_.reference
    return (
        is_empty
        and seen == (None, None)
        and not is_mild
        and reference is not None
        and reference is not retrieval
        and all_.worked(reference)
    )


def _is_same_refusal(one: Answer | None, other: Answer) -> bool:
    return one is not None and (one.status, one.error_code) == (other.status, other.error_code)


def _verdict_on_refused(retrieval: Retrieval, all_: Retrievals) -> tuple[Verdict, str, str]:
    opinion = retrieval.opinion
    if retrieval.case is all_.control:
        if _was_not_there(opinion.evidence):
            return Verdict.INCONCLUSIVE, opinion.actual, NOT_THERE
        return Verdict.FAIL, opinion.actual, ""
    if alike := all_.refused_alike(opinion):
        return Verdict.INCONCLUSIVE, opinion.actual, refused_like(alike)
    if opinion.outcome is not None and opinion.outcome.warning:
        return Verdict.DEVIATION, opinion.actual, ""
    if not all_.any_worked:
        return Verdict.INCONCLUSIVE, opinion.actual, "No retrieval was seen to work in this run."
    return Verdict.FAIL, opinion.actual, ""


def aspects_of(opinion: Opinion, world: World, violations: SchemaViolations) -> list[Aspect]:
    """What the page says of the answer to a retrieval and of its effect, as far as it was accepted."""
    answer = opinion.answer
    if answer is None or answer.is_refusal:
        return []
    effects = list(effect_aspects(opinion.evidence, world))
    if answer.status == 204:
        effects = _of_nothing(opinion.evidence, effects)
        return [_nothing_returned(did_retrieve(effects)), *effects]
    return [
        _status(opinion),
        _returned(opinion),
        *answer_aspects(answer, opinion.evidence, violations),
        *effects,
    ]


def _was_not_there(evidence: Evidence) -> bool:
    """Whether the target listed that there is no such call before it was asked for it."""
    said = evidence.before.response if evidence.before else None
    is_listing = said is not None and said.status in (200, 204)
    return is_listing and evidence.seen_before().presence is Presence.ABSENT


def _of_nothing(evidence: Evidence, effects: list[Aspect]) -> list[Aspect]:
    """The effects of a request that was answered 204: right for a call that was never shown to be in the lot."""
    before, after = evidence.seen_before(), evidence.seen_after()
    if before.parking or not is_unchanged(before, after):
        return effects
    why = "the call was not shown in the lot before, and did not change"
    return [
        replace(each, holds=None, expected="", actual=why) if each.clause == "parking/connects" else each
        for each in effects
    ]


def _status(opinion: Opinion) -> Aspect:
    assert opinion.answer is not None
    return Aspect(
        clause="success/status",
        holds=opinion.outcome is not None,
        expected=" or ".join(opinion.expected),
        actual=f"status {opinion.answer.status}",
        noted=opinion.outcome.warning or "" if opinion.outcome else "",
    )


def _returned(opinion: Opinion) -> Aspect:
    return Aspect(
        clause="success/no-call",
        holds=True,
        expected="200 with the call that was retrieved",
        actual=f"{opinion.answer}",
    )


def _nothing_returned(retrieved: bool | None) -> Aspect:
    return Aspect(
        clause="success/no-call",
        holds={True: False, False: None, None: None}[retrieved],
        expected="200 with the call that was retrieved",
        actual="204, although the call was retrieved" if retrieved else "204",
    )
