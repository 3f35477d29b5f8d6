"""schemathesis's deterministic coverage of the PUT as cases: what they expect is what their request deserves.

The generated request decides, not the generator's label: the expectation says whether it is at fault, in order or
grey, and the case is judged like one of the fixed table. Of the same document the generator makes the same requests, so
they came with the checker (`contract_tests.lanes.corpus`), and the names of a world take their places in them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

from contract_tests.case import Case, Kind
from contract_tests.draft import Setting
from contract_tests.exchange import Request
from contract_tests.expectation import expect
from contract_tests.lanes.corpus import NO_CALL, NOBODY, corpus, covered
from contract_tests.world import KnownCall, World

IN_ORDER = "request/documented-example"
GREY = "payload/grey-values"


def coverage_cases(world: World, *, engine: bool = False) -> tuple[Case, ...]:
    """A case for each generated request. With `engine` they are made now, and come to the same."""
    made = covered(NOBODY, NO_CALL) if engine else corpus().coverage
    call = replace(NO_CALL, user=world.user, extension=world.extension)
    around = world.holding([call])
    return tuple(
        _case(number, one.request, one.description, around) for number, one in enumerate(made, start=1)
    )


def _case(number: int, request: Request, description: str, world: World) -> Case:
    expectation = expect(placed(request, world, world.calls[0]), world, "document")
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
    return placed(request, setting.world, setting.call)


def placed(request: Request, world: World, call: KnownCall) -> Request:
    """A request that was made for `NOBODY` and `NO_CALL`, as one for a call in a world."""
    names = (
        (NOBODY.user, call.user),
        (NOBODY.extension, call.extension),
        (NOBODY.retriever, world.retriever),
        (NO_CALL.id, call.id),
        (NO_CALL.view, call.view),
    )
    target, body = request.target, request.body
    for known, name in names:
        target = target.replace(known, quote(name, safe=""))
        if body is not None:
            body = body.replace(known.encode(), json.dumps(name)[1:-1].encode())
    return replace(request, target=target, body=body)
