"""Judging again, from a record alone: the evidence is put together from its exchanges, and nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callpark_spec import Catalogue, openapi_document
from contract_tests.answer_schema import AnswerSchema
from contract_tests.case import Case
from contract_tests.cases import CONTROL
from contract_tests.draft import listing
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange, Request
from contract_tests.judge import judge
from contract_tests.judge.judge import standing_rows
from contract_tests.record.lines import Record, UntriedLine
from contract_tests.record.reader import exchanges, rulings
from contract_tests.selection import recorded_cases
from contract_tests.sighting import linked_listing, the_telling_one
from contract_tests.verdict import READINGS, ExitCode, Ruling, exit_code
from contract_tests.world import KnownCall, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A row that comes out differently now; None where it stands on one side only."""

    before: Ruling | None
    after: Ruling | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudgement:
    """The rulings as they come out now, the rows that changed, and the exit status under the record's reading."""

    rulings: tuple[Ruling, ...]
    changed: tuple[Changed, ...]
    exit_code: ExitCode


def rejudge(record: Record, catalogue: Catalogue) -> Rejudgement:
    """Judges a record's exchanges again. With the suite that wrote the record nothing changes.

    Rows of races and drawn sequences stay as they were: their verdicts rest on the order in which things happened.
    """
    world = World.from_json(record.header.world)
    cases = {case.id: case for case in recorded_cases(record.header.lane, world)}
    evidence = _evidence(record, cases, world)
    schema = AnswerSchema(openapi_document())
    recorded = rulings(record)
    judged = {*cases, *standing_rows()}
    now = [one for one in recorded if one.case not in judged] + [
        ruling
        for reading in READINGS
        for ruling in judge(
            evidence,
            world=world,
            reading=reading,
            control=CONTROL,
            levels={clause.id: str(clause.level) for clause in catalogue.clauses.values()},
            violations=schema.violations,
            lists="list" not in record.header.profile.get("not_offered", ()),
            other_calls="another_call" not in record.header.profile.get("not_offered", ()),
            safe=record.header.safe,
        ).rulings
    ]
    return Rejudgement(
        rulings=tuple(now),
        changed=tuple(_changes(recorded, now)),
        exit_code=exit_code(one.verdict for one in now if one.reading == record.header.reading),
    )


def _evidence(record: Record, cases: Mapping[str, Case], world: World) -> list[Evidence]:
    sent = exchanges(record)
    untried = {line.case: line for line in record.untried}
    known = [cases[line.id] for line in record.cases if line.id in cases]
    return [_one(case, sent, untried.get(case.id), world) for case in known]


def _one(case: Case, sent: Sequence[Exchange], untried: UntriedLine | None, world: World) -> Evidence:
    if untried is not None:
        return Evidence(
            case=case,
            lacking=untried.why if untried.kind == "lacking" else "",
            does_not_arise=untried.why if untried.kind == "does-not-arise" else "",
            broken=untried.why if untried.kind == "broken" else "",
        )
    attempts = [one for one in sent if one.role == "request" and case.id in (one.case, *one.also)]
    if not attempts:
        return Evidence(case=case, lacking="the record holds no exchange of this case")
    request = attempts[-1]
    own = [one for one in sent if one.case == request.case]
    witness_before = _last_listing(
        request.witness,
        [one for one in (sent if case.id == CONTROL.id else own) if one.number < request.number],
    )
    return Evidence(
        case=case,
        call=request.call,
        witness=request.witness,
        exchange=request,
        before=_last_listing(request.call, [one for one in sent if one.number < request.number]),
        after=_telling_listing(request, [one for one in own if one.number > request.number], world.retriever),
        witness_before=witness_before,
        witness_after=_last_listing(request.witness, [one for one in own if one.number > request.number])
        if witness_before
        else None,
        follow_up=next(
            (
                one
                for one in own
                if (one.role, one.request.method) == ("after", "PUT") and one.number > request.number
            ),
            None,
        ),
        attempts=len(attempts),
    )


def _last_listing(call: KnownCall | None, among: Sequence[Exchange]) -> Exchange | None:
    found = _listings(call, among)
    return found[-1] if found else None


def _telling_listing(request: Exchange, among: Sequence[Exchange], retriever: str) -> Exchange | None:
    call = request.call
    linked = linked_listing(request.response, call) if call is not None else None
    found = _listings(call, among, linked)
    return the_telling_one(found, call.id, retriever) if call is not None and found else None


def _listings(
    call: KnownCall | None, among: Sequence[Exchange], linked: Request | None = None
) -> list[Exchange]:
    if call is None:
        return []
    targets = {listing(call.user, call.extension, call.id).target, *([linked.target] if linked else [])}
    listings = (one for one in among if one.request.method == "GET")
    return [one for one in listings if one.role in ("before", "after") and one.request.target in targets]


def _changes(before: Sequence[Ruling], after: Sequence[Ruling]) -> list[Changed]:
    old = {(one.case, one.reading): one for one in before}
    new = {(one.case, one.reading): one for one in after}
    return [
        Changed(before=old.get(key), after=new.get(key))
        for key in sorted(old.keys() | new.keys())
        if (key not in old or key not in new) or old[key].verdict != new[key].verdict
    ]
