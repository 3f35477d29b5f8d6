"""Whether a request that was sent once more, on other calls, shows the same thing wrong."""

from __future__ import annotations

from contract_tests.case import Kind
from contract_tests.evidence import Evidence
from contract_tests.judge.aspect import SchemaViolations
from contract_tests.judge.judge import LISTED_AND_RETRIEVED, is_listed_as_another
from contract_tests.judge.opinion import Opinion, opinion
from contract_tests.judge.retrieval import aspects_of
from contract_tests.judge.sweeps import SCOPES, broken_alone
from contract_tests.verdict import Reading
from contract_tests.world import World

TAKES_A_WITNESS = "parking/only-that-call"


def is_seen_again(
    clause: str,
    first: Evidence,
    again: Evidence,
    *,
    world: World,
    reading: Reading,
    violations: SchemaViolations,
) -> bool:
    """Whether a finding on a clause, of which `first` is the proof, is seen in `again` too.

    A clause about many answers is broken again when this answer breaks it; a clause of one case, when the answer has
    the same status and error code and is wrong in everything in which it was wrong.
    """
    one, other = opinion(first, world, reading), opinion(again, world, reading)
    if one.answer is None or other.answer is None:
        return False
    now = _broken(other, world, violations)
    if clause in SCOPES or LISTED_AND_RETRIEVED.startswith(f"{clause}/"):
        return clause in now
    same = (one.answer.status, one.answer.error_code) == (other.answer.status, other.answer.error_code)
    return same and _broken(one, world, violations) - {TAKES_A_WITNESS} <= now


def _broken(one: Opinion, world: World, violations: SchemaViolations) -> frozenset[str]:
    """Every clause that the answer, or what it brought about, does not meet by itself."""
    found = set(broken_alone(one))
    if one.evidence.case.kind is Kind.RETRIEVAL:
        aspects = aspects_of(one, world, violations)
        found |= {aspect.clause for aspect in aspects if aspect.holds is False or aspect.noted}
        if one.evidence.left_something:
            found.add("parking/leaves-lot")
        if is_listed_as_another(one):
            found.add(LISTED_AND_RETRIEVED.rpartition("/")[0])
    return frozenset(found)
