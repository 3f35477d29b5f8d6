"""The aspects of a retrieval: everything the page says of an answer to, and the effect of, a request with no fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contract_tests.evidence import Evidence
from contract_tests.expectation.path import parse_link
from contract_tests.judge.answer import Answer
from contract_tests.sighting import (
    ON_CALL,
    PARKED_MEMBERS,
    Presence,
    Sighting,
    is_unchanged,
    sight,
)
from contract_tests.world import World, same_extension

SchemaViolations = Callable[[Any, int], list[str]]
"""What is wrong with a body of the PUT at a status, by the OpenAPI document; empty where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One thing looked at: held (True), broken (False) or not to be seen (None), in the words of the report.

    `noted` says why it is a deviation although it holds.
    """

    clause: str
    holds: bool | None
    expected: str
    actual: str
    noted: str = ""


CORE = (
    "success/no-call",
    "body/json",
    "body/phone-call",
    "success/returns-call",
    "parking/leaves-lot",
    "parking/connects",
)
"""Without these a retrieval that no listing shows did not work, whatever it claims."""


def answer_aspects(answer: Answer, evidence: Evidence, violations: SchemaViolations) -> Iterator[Aspect]:
    """What the body of an accepted retrieval must be. Stops at the first thing without which the rest means nothing."""
    call = answer.call
    if answer.is_too_long:
        yield Aspect(clause="body/json", holds=None, expected="a JSON body", actual=answer.problem)
        return
    if answer.status == 200:
        yield Aspect(
            clause="body/json",
            holds=not answer.problem,
            expected="a JSON body",
            actual=f"no JSON: {answer.problem}" if answer.problem else "a JSON body",
        )
    if answer.problem and not (answer.status == 202 and not answer.response.body):
        return
    yield Aspect(
        clause="body/phone-call",
        holds=call is not None,
        expected="the phone call, alone or as the only member of an array",
        actual="a phone call" if call is not None else f"{type(answer.value).__name__} without a call's id",
    )
    if call is None:
        return
    assert evidence.call is not None
    yield Aspect(
        clause="success/returns-call",
        holds=call["id"] == evidence.call.id,
        expected=f"the call {evidence.call.id}",
        actual=f"the call {call['id']}",
    )
    wrong = violations(_filled_in(answer.value), answer.status)
    yield Aspect(
        clause="body/phone-call-fields",
        holds=not wrong,
        expected="members of the documented types",
        actual="; ".join(wrong) if wrong else "members of the documented types",
    )
    yield from _echoes(call, evidence)


def _filled_in(value: Any) -> Any:
    """The body without members that are blank: there are services that write down nothing in this way."""
    if isinstance(value, list):
        return [_filled_in(one) for one in value]
    if isinstance(value, dict):
        return {name: _filled_in(one) for name, one in value.items() if one != ""}
    return value


def effect_aspects(evidence: Evidence, world: World) -> Iterator[Aspect]:
    """What must have happened to the call, read from listings before and after."""
    before, after = evidence.seen_before(), evidence.seen_after()
    yield _is_listed(after)
    if after.presence is not Presence.PRESENT:
        for clause in ("parking/leaves-lot", "parking/connects"):
            yield Aspect(clause=clause, holds=None, expected="", actual=after.why or "the call is not listed")
        return
    assert evidence.call is not None
    yield Aspect(
        clause="parking/keeps-id",
        holds=after.id == evidence.call.id,
        expected=f"a listing of call {evidence.call.id}",
        actual=f"a listing of call {after.id}",
    )
    if evidence.witness is not None and evidence.witness_after is not None:
        yield _leaves_witness(evidence, world.retriever)
    if after.parking and after.rings_at(world.retriever):
        why = f"the call is in the lot as long as {world.retriever} rings, which it still does"
        for clause in ("parking/leaves-lot", "parking/connects"):
            yield Aspect(clause=clause, holds=None, expected="", actual=why)
        return
    leaves_lot = _leaves_lot(before, after, world.retriever)
    yield leaves_lot
    if leaves_lot.holds is not False:
        yield _shows_no_remains(before, after)
        yield from _connects(before, after, world.retriever)


def did_retrieve(aspects: list[Aspect]) -> bool | None:
    """Whether the call was seen to be retrieved; None where listings show neither."""
    by_clause = {aspect.clause: aspect.holds for aspect in aspects}
    effects = [by_clause.get("parking/leaves-lot"), by_clause.get("parking/connects")]
    if False in effects:
        return False
    return True if True in effects else None


def _is_listed(after: Sighting) -> Aspect:
    unknown = after.presence is Presence.UNKNOWN
    return Aspect(
        clause="success/link-lists",
        holds=None if unknown else after.presence is Presence.PRESENT,
        expected="listing the call by its address shows it",
        actual=after.why if unknown else f"the call is {after.presence}",
    )


def _leaves_lot(before: Sighting, after: Sighting, retriever: str) -> Aspect:
    if shown := _parking_shown(before):
        holds: bool | None = not (after.parking and after.parking >= shown)
        actual = "still shows " + ", ".join(sorted(after.parking)) if not holds else "shows no parked call"
    else:
        moved = after.involving(retriever) and is_unchanged(before, after) is False
        holds, actual = (True, "the listing changed") if moved else (None, "listings show no parking at all")
    return Aspect(
        clause="parking/leaves-lot", holds=holds, expected="a listing without the parked state", actual=actual
    )


def _parking_shown(before: Sighting) -> frozenset[str]:
    """The members by which this target shows a parked call; all of them where the call was not looked at before."""
    return before.parking if before.presence is Presence.PRESENT else frozenset(PARKED_MEMBERS)


def _shows_no_remains(before: Sighting, after: Sighting) -> Aspect:
    shown = _parking_shown(before)
    remains = after.parking if not after.parking >= shown else frozenset()
    return Aspect(
        clause="parking/parked-fields-gone",
        holds=not remains if shown else None,
        expected="none of parked, parkedPos, parkedBy",
        actual="still shows " + ", ".join(sorted(remains)) if remains else "none of them",
    )


def _connects(before: Sighting, after: Sighting, retriever: str) -> Iterator[Aspect]:
    views = after.involving(retriever)
    if why := _nothing_to_tell(before, after, retriever):
        yield Aspect(clause="parking/connects", holds=None, expected="", actual=why)
        return
    parties = sorted({view.extension for view in after.views})
    yield Aspect(
        clause="parking/connects",
        holds=bool(views),
        expected=f"a view in which {retriever} takes part",
        actual=f"views of {', '.join(parties)}" if not views else f"a view with {retriever}",
    )
    if views:
        statuses = [view.status for view in views]
        yield Aspect(
            clause="parking/on-call",
            holds=None if statuses == [None] * len(statuses) else ON_CALL in statuses,
            expected="status 5",
            actual="status " + ", ".join(str(status) for status in statuses),
        )


def _nothing_to_tell(before: Sighting, after: Sighting, retriever: str) -> str:
    """Why the listing does not say whom the call was connected with; who takes part counts from status 5 on."""
    if not after.views:
        return "the listing shows no views"
    if after.involving(retriever):
        return "the listing did not change" if is_unchanged(before, after) else ""
    if not any(view.status == ON_CALL for view in after.views):
        return f"the call left the lot, and no view has status {ON_CALL} yet in which {retriever} could take part"
    return ""


def _leaves_witness(evidence: Evidence, retriever: str) -> Aspect:
    """No request ever names the witness; on call with the retriever it was taken along with another call."""
    assert evidence.witness is not None
    identifier = evidence.witness.id
    after = sight(evidence.witness_after, identifier)
    unchanged = evidence.leaves_witness
    changed = "was retrieved too" if _is_taken(after, retriever) else f"is {after.presence} and not as it was"
    return Aspect(
        clause="parking/only-that-call",
        holds=unchanged,
        expected="every other parked call stays as it was",
        actual=f"call {identifier}, which no request named, " + (changed if unchanged is False else "stayed"),
    )


def _is_taken(sighting: Sighting, retriever: str) -> bool:
    return bool(sighting.involving(retriever)) and not sighting.parking


def _echoes(call: dict[str, Any], evidence: Evidence) -> Iterator[Aspect]:
    assert evidence.call is not None
    extension = call.get("extension")
    if extension is not None:
        yield Aspect(
            clause="success/extension-echo",
            holds=isinstance(extension, str) and same_extension(extension, evidence.call.extension),
            expected=f"the extension {evidence.call.extension}",
            actual=f"the extension {extension}",
        )
    for name in ("link", "links"):
        if isinstance(call.get(name), dict) and call[name].get("self") is not None:
            link = call[name]["self"]
            shown = f"{name}.self is {link}"
            is_absolute = isinstance(link, str) and _is_absolute(link)
            yield Aspect(
                clause="success/link",
                holds=isinstance(link, str) and leads_to(link, evidence.call.id),
                expected="an absolute URL that ends with the call's address",
                actual=shown,
                noted="" if is_absolute else f"{shown}, which is not absolute as in the page's example",
            )


def _is_absolute(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc)


def leads_to(link: str, call_id: str) -> bool:
    """Whether the path of a link ends with the call's address: /phoneCalls/<user>/<extension>/<id>."""
    address = parse_link(link)
    return address is not None and address.call_id == call_id
