"""Requests of schemathesis's engine, each judged as a step of the model, on a call of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from callpark_spec import openapi_document
from contract_tests.exchange import Request, Response
from contract_tests.lanes.corpus import Requests, corpus, said, stand_in
from contract_tests.lanes.generated import changes_of
from contract_tests.lanes.hunt import Hunt
from contract_tests.lanes.shrinking import Found
from contract_tests.lanes.steps import Change
from contract_tests.world import World


class _EnoughFound(Exception):
    """As many findings as may be."""


@dataclass(kw_only=True)
class Fuzzing:
    """What goes wrong with generated requests, `most` findings at the most, each of another clause.

    Requests that say the same are sent once, and of those at most `max_examples`; of those that were made beforehand a
    `part`. `went` is told of each request sent, `found` of what goes wrong, before anything else is sent: a target may
    be another one later.
    The engine wants to know what it was answered when it repeats one, so that answers are kept for as long as it runs.
    """

    hunt: Hunt
    world: World
    seed: int
    max_examples: int
    enough: Callable[[], bool]
    went: Callable[[int], None]
    found: Callable[[Found], None]
    part: Callable[[Requests], Sequence[tuple[Change, ...]]] = lambda requests: requests
    is_without_requests: bool = field(init=False, default=False)
    _tried: int = field(init=False, default=0)
    _answers: dict[str, Response | None] = field(init=False, default_factory=dict)

    def from_corpus(self) -> None:
        """With requests that the engine made beforehand. May raise `CannotGoOn`."""
        self._sent_by(self._send_the_corpus)

    def from_engine(self) -> None:
        """The same with requests that the engine makes now, for this very world."""
        self._sent_by(self._let_the_engine_send)

    def _sent_by(self, send: Callable[[], None]) -> None:
        with suppress(_EnoughFound):
            if not self.enough():
                send()

    def _send_the_corpus(self) -> None:
        requests = self.part(corpus().requests(self.seed, self.max_examples))
        self.is_without_requests = not requests
        for changes in requests:
            self._try(changes)

    def _let_the_engine_send(self) -> None:
        from contract_tests.lanes.machine import the_same_every_time
        from contract_tests.schemathesis_adapter import fuzz, narrowed_to

        call = stand_in(self.world)

        def answering(request: Request) -> Response | None:
            changes = changes_of(request, call, self.world)
            return None if changes is None else self._answer(changes)

        with the_same_every_time():
            fuzz(
                narrowed_to(openapi_document(), self.world, call),
                answering,
                seed=self.seed,
                max_examples=self.max_examples,
            )

    def _answer(self, changes: tuple[Change, ...]) -> Response | None:
        text = said(changes)
        if text not in self._answers:
            self._answers[text] = self._try(changes)
        return self._answers[text]

    def _try(self, changes: tuple[Change, ...]) -> Response | None:
        self._tried += 1
        self.went(self._tried)
        news = self.hunt.try_(changes)
        response = self.hunt.last_response
        if news is not None:
            self.hunt.muted.update((news.trouble.clause, *news.trouble.suspects))
            self.found(news)
        if self.enough():
            raise _EnoughFound
        return response
