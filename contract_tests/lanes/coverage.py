"""schemathesis's deterministic coverage of the PUT as cases: what they expect is what their request deserves.

The generated request decides, not the generator's label: the expectation says whether it is at fault, in order or
grey, and the case is judged like one of the fixed table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contract_tests.case import Case, Kind
from contract_tests.draft import Setting
from contract_tests.exchange import Request
from contract_tests.expectation import expect
from contract_tests.schemathesis_adapter import Schema, placed_in
from contract_tests.world import KnownCall, World

PLACEHOLDER = "callparkplaceholder0"
IN_ORDER = "request/documented-example"
GREY = "payload/grey-values"


def coverage_cases(document: Mapping[str, Any], world: World, view: str) -> tuple[Case, ...]:
    """A case for each generated request. `view` is the view of the calls that the cases will be given."""
    call = KnownCall(id=PLACEHOLDER, user=world.user, extension=world.extension, view=view, views=(view,))
    schema = Schema(placed_in(document, world, call))
    return tuple(
        _case(number, generated.request, generated.description, world.holding([call]))
        for number, generated in enumerate(schema.coverage(), start=1)
    )


def _case(number: int, request: Request, description: str, world: World) -> Case:
    expectation = expect(request, world, "document")
    if not expectation.is_judged:
        kind, clause = Kind.OBSERVATION, GREY
    elif expectation.faults:
        kind, clause = Kind.REFUSAL, expectation.faults[0].clause
    else:
        kind, clause = Kind.RETRIEVAL, IN_ORDER
    return Case(
        id=f"{clause}/coverage-{number:03}",
        clause=clause,
        title=f"generated: {description or 'no description'}",
        kind=kind,
        request=lambda setting: _on_call(request, setting),
    )


def _on_call(request: Request, setting: Setting) -> Request:
    identifier = setting.call.id
    body = request.body.replace(PLACEHOLDER.encode(), identifier.encode()) if request.body else request.body
    return replace(request, target=request.target.replace(PLACEHOLDER, identifier), body=body)
