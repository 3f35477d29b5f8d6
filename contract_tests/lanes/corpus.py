"""Requests that schemathesis made once: its engine's, as changes of the page's request, and its coverage phase's.

Making a request takes it many times as long as sending it, and the same seed makes the same requests: so they
are made beforehand, and sent from here. `python -m contract_tests.lanes.corpus` makes them anew, which is due when the
OpenAPI document, the engine or hypothesis is another one; a test says so.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from callpark_spec import openapi_document
from contract_tests.exchange import Request
from contract_tests.lanes.generated import changes_of
from contract_tests.lanes.steps import Change, Step
from contract_tests.world import KnownCall, World

FILE = "corpus.json"
SEEDS = 10
EXAMPLES = 120
MAKERS = ("schemathesis", "hypothesis")
VIEW = "01"
NOBODY = World(user="callparkuser0", extension="7170001", retriever="7170002")
"""Whom the coverage requests were made for: names such as the document allows, which occur nowhere else in them."""
NO_CALL = KnownCall(
    id="callparkplaceholder0",
    user=NOBODY.user,
    extension=NOBODY.extension,
    view="~v",
    views=("~v",),
)

Requests = tuple[tuple[Change, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRequest:
    """A request made for `NOBODY` and `NO_CALL`, and the generator's words for what is particular about it."""

    description: str
    request: Request

    def as_json(self) -> dict[str, Any]:
        """As a plain object; the bytes of the body stand in latin-1."""
        made = self.request
        plain = {"description": self.description, "method": made.method, "target": made.target}
        body = {} if made.body is None else {"body": made.body.decode("latin-1")}
        return plain | {"headers": [list(header) for header in made.headers]} | body

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> CoverageRequest:
        """The reverse of `as_json`."""
        request = Request(
            method=value["method"],
            target=value["target"],
            headers=tuple((name, text) for name, text in value["headers"]),
            body=value["body"].encode("latin-1") if "body" in value else None,
        )
        return cls(description=value["description"], request=request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """`runs` are what the engine made for the seeds from 0, `coverage` what the coverage phase makes of the document.

    `origin` says of which document, and who made them.
    """

    origin: dict[str, str]
    runs: tuple[Requests, ...]
    coverage: tuple[CoverageRequest, ...] = ()

    def requests(self, seed: int, count: int) -> Requests:
        """So many requests at the most, each once: what the engine made for the seed, then for the seeds after it.

        For a seed that it was not asked for they are drawn from all.
        """
        is_known = 0 <= seed < len(self.runs)
        runs = (*self.runs[seed:], *self.runs[:seed]) if is_known else self.runs
        every = list({said(changes): changes for run in runs for changes in run}.values())
        chosen = every[:count] if is_known else Random(seed).sample(every, min(count, len(every)))
        return tuple(chosen)


def said(changes: Sequence[Change]) -> str:
    """The changes as text: requests of which it is the same are the same."""
    return json.dumps(Step(does="unpark", changes=tuple(changes)).as_json(), sort_keys=True)


def stand_in(world: World) -> KnownCall:
    """The call that requests are made for before there is any."""
    return KnownCall(id=NO_CALL.id, user=world.user, extension=world.extension, view=VIEW, views=(VIEW,))


@cache
def corpus() -> Corpus:
    """The requests that came with the checker."""
    value = json.loads(files(__package__).joinpath(FILE).read_text(encoding="ascii"))
    runs = tuple(
        tuple(Step.from_json({"does": "unpark", "changes": changes}).changes for changes in run)
        for run in value["runs"]
    )
    coverage = tuple(CoverageRequest.from_json(one) for one in value["coverage"])
    return Corpus(origin=value["origin"], runs=runs, coverage=coverage)


def origin() -> dict[str, str]:
    """The digest of the OpenAPI document, and the versions of those that make requests of it."""
    document = json.dumps(openapi_document(), sort_keys=True)
    digest = hashlib.sha256(document.encode()).hexdigest()
    return {"document_sha256": digest} | {name: version(name) for name in MAKERS}


def made(seed: int, world: World) -> Requests:
    """What the engine makes for a seed, each once."""
    from contract_tests.lanes.machine import the_same_every_time
    from contract_tests.schemathesis_adapter import fuzz, narrowed_to

    call = stand_in(world)
    found: dict[str, tuple[Change, ...]] = {}

    def answering(request: Request) -> None:
        changes = changes_of(request, call, world)
        if changes is not None:
            found.setdefault(said(changes), changes)

    with the_same_every_time():
        fuzz(narrowed_to(openapi_document(), world, call), answering, seed=seed, max_examples=EXAMPLES)
    return tuple(found.values())


def covered(world: World, call: KnownCall) -> tuple[CoverageRequest, ...]:
    """What the coverage phase makes for a call in a world."""
    from contract_tests.schemathesis_adapter import Schema, placed_in

    generated = Schema(placed_in(openapi_document(), world, call)).coverage()
    return tuple(CoverageRequest(description=one.description, request=one.request) for one in generated)


def as_text(corpus: Corpus) -> str:
    """The file: a line for each request, so that what has changed can be seen."""
    runs = ",\n".join(
        "[\n" + ",\n".join(json.dumps(_changes(one)) for one in run) + "\n]" for run in corpus.runs
    )
    coverage = ",\n".join(json.dumps(one.as_json()) for one in corpus.coverage)
    origin = json.dumps(corpus.origin)
    return f'{{"origin": {origin},\n"coverage": [\n{coverage}\n],\n"runs": [\n{runs}\n]}}\n'


def _changes(changes: Sequence[Change]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = Step(does="unpark", changes=tuple(changes)).as_json()["changes"]
    return steps


def main() -> None:
    """Makes the file anew, in the checkout that this module belongs to."""
    from contract_tests.profile import mock_profile

    world = mock_profile("").world()
    runs = tuple(made(seed, world) for seed in range(SEEDS))
    path = Path(__file__).with_name(FILE)
    coverage = covered(NOBODY, NO_CALL)
    made_now = Corpus(origin=origin(), runs=runs, coverage=coverage)
    path.write_text(as_text(made_now), encoding="ascii")
    counts = ", ".join(str(len(run)) for run in (coverage, *runs))
    sys.stdout.write(f"{path.name}: {counts} requests\n")


if __name__ == "__main__":
    main()
