"""schemathesis's engine fuzzes the PUT; every request is judged as a step of the model, on a call of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from callpark_spec import openapi_document
from contract_tests.exchange import Request, Response
from contract_tests.lanes.generated import changes_of
from contract_tests.lanes.hunt import Hunt
from contract_tests.lanes.machine import the_same_every_time
from contract_tests.lanes.player import CannotGoOn
from contract_tests.lanes.shrinking import Found
from contract_tests.lanes.steps import Step
from contract_tests.schemathesis_adapter import fuzz, narrowed_to
from contract_tests.world import KnownCall, World

VIEW = "01"


class _EnoughFound(Exception):
    """As many findings as may be."""


def fuzzed(
    hunt: Hunt, world: World, *, seed: int, max_examples: int, most: int, went: Callable[[int], None]
) -> Iterator[Found]:
    """What goes wrong with generated requests, `most` findings at the most, each of another clause.

    Requests that say the same are sent once. `went` is told of each request sent. May raise `CannotGoOn`, when what
    was found before has been given out.
    """
    stand_in = KnownCall(
        id="callparkplaceholder0", user=world.user, extension=world.extension, view=VIEW, views=(VIEW,)
    )
    found: list[Found] = []
    answers: dict[str, Response | None] = {}

    def answering(request: Request) -> Response | None:
        changes = changes_of(request, stand_in, world)
        if changes is None:
            return None
        said = json.dumps(Step(does="unpark", changes=changes).as_json(), sort_keys=True)
        if said not in answers:
            went(len(answers) + 1)
            news = hunt.try_(changes)
            answers[said] = hunt.last_response
            if news is not None:
                hunt.muted.update((news.trouble.clause, *news.trouble.suspects))
                found.append(news)
            if len(found) >= most:
                raise _EnoughFound
        return answers[said]

    stopped: CannotGoOn | None = None
    if most > 0:
        try:
            with the_same_every_time():
                fuzz(
                    narrowed_to(openapi_document(), world, stand_in),
                    answering,
                    seed=seed,
                    max_examples=max_examples,
                )
        except _EnoughFound:
            pass
        except CannotGoOn as reason:
            stopped = reason
    yield from found
    if stopped is not None:
        raise stopped
