"""The state machine: hypothesis draws sequences of requests, a small model goes along, the shortest failing one stays.

All of hypothesis that is not public API stands in `the_same_every_time`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies._internal.utils import clear_strategy_cache

from contract_tests.lanes.lot import Standing
from contract_tests.lanes.player import CannotGoOn, Player
from contract_tests.lanes.shrinking import Found
from contract_tests.lanes.steps import Change, Step, size
from contract_tests.lanes.strategies import changes, two_changes
from contract_tests.lanes.trouble import Trouble

MOST_CALLS = 3
STEPS = 8
"""Steps of a drawn sequence at the most, the first call aside."""
PLACES = st.integers(0, MOST_CALLS - 1)
MOST_SHRINKS = 120
MORE_CALLS = ("own", "own", "sibling", "witness")


class _Found(AssertionError):
    """A step showed a trouble; hypothesis shrinks what led to it."""


class _Enough(BaseException):
    """The search is over; not an Exception, so that hypothesis lets it through."""


@dataclass(kw_only=True)
class Search:
    """One search for a trouble whose clause is not in `muted`. `player` makes a player on an empty lot.

    Of what is muted, `base` was so before anything was explored; what was found since and comes up is `seen_again`.

    `examples` counts the sequences that were played; `ended` says why the search ended early, if it did.
    """

    player: Callable[[], Player]
    muted: frozenset[str]
    seed: int
    max_examples: int
    steps: int = STEPS
    went: Callable[[int], None] = lambda examples: None
    base: frozenset[str] = frozenset()
    seen_again: bool = False
    examples: int = 0
    ended: str = ""
    _best: Found | None = field(init=False, default=None)
    _shrinks: int = field(init=False, default=0)

    def run(self) -> Found | None:
        """The shortest failing sequence that could be found, or None."""
        limits = settings(
            max_examples=self.max_examples,
            stateful_step_count=self.steps,
            deadline=None,
            database=None,
            print_blob=False,
            derandomize=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        machine: Any = hypothesis.seed(self.seed)(lambda: _Machine(self))
        try:
            with the_same_every_time():
                run_state_machine_as_test(machine, settings=limits)
        except (_Found, _Enough):
            pass
        except HypothesisException:
            pass  # the target answers the same sequence in different ways; what failed is kept all the same
        except BaseExceptionGroup as group:
            if group.split((_Found, HypothesisException))[1] is not None:
                raise
        return self._best

    def begin(self) -> Player:
        """A player for the next sequence. Raises `_Enough` when shrinking has had its share."""
        if self._best is not None:
            self._shrinks += 1
            if self._shrinks > MOST_SHRINKS:
                raise _Enough
        self.examples += 1
        self.went(self.examples)
        return self.player()

    def play(self, player: Player, step: Step) -> None:
        """Plays a step and notes what is wrong with it."""
        try:
            troubles = player.play(step)
        except CannotGoOn as reason:
            self.ended = str(reason)
            raise _Enough from None
        for trouble in troubles:
            self.seen_again |= not trouble.is_news(self.muted) and trouble.is_news(self.base)
            if trouble.is_news(self.muted) and self._is_the_one(trouble):
                found = Found(steps=tuple(player.steps), trouble=trouble)
                if self._best is None or size(found.steps) < size(self._best.steps):
                    self._best = found
                raise _Found(trouble.clause)

    def _is_the_one(self, trouble: Trouble) -> bool:
        """Shrinking stays with the clause it began with: another one has a search of its own."""
        return self._best is None or trouble.clause == self._best.trouble.clause


class _Machine(RuleBasedStateMachine):
    """The rules of all searches, each of which plays on a target of its own.

    There is one class: hypothesis keeps each that was ever made, and all that it holds.
    """

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.search = search
        self.player = search.begin()

    def do(self, step: Step) -> None:
        self.search.play(self.player, step)

    @initialize()
    def park(self) -> None:
        self.do(Step(does="park"))

    def one_parked(self, place: int) -> int:
        """A call that is in the lot, a fresh one where none is left: most requests are wasted on any other."""
        lot = self.player.lot
        parked = [at for at, standing in enumerate(lot.standings) if standing is Standing.PARKED]
        if not parked:
            self.do(Step(does="park"))
            return len(lot.calls)
        return parked[place % len(parked)]

    @precondition(lambda self: len(self.player.lot.calls) < MOST_CALLS)
    @rule(what=st.sampled_from(MORE_CALLS))
    def park_another(self, what: str) -> None:
        self.do(Step(does="park", what=what))

    @rule(call=PLACES, change=changes())
    def unpark_with_one_change(self, call: int, change: Change) -> None:
        self.do(Step(does="unpark", call=self.one_parked(call), changes=(change,)))

    @rule(call=PLACES, change=changes())
    def unpark_with_another_change(self, call: int, change: Change) -> None:
        self.do(Step(does="unpark", call=self.one_parked(call), changes=(change,)))

    @rule(call=PLACES, change=changes())
    def unpark_any_with_one_change(self, call: int, change: Change) -> None:
        self.do(Step(does="unpark", call=call, changes=(change,)))

    @rule(call=PLACES, both=two_changes())
    def unpark_with_two_changes(self, call: int, both: tuple[Change, ...]) -> None:
        self.do(Step(does="unpark", call=self.one_parked(call), changes=both))

    @rule(call=PLACES)
    def unpark_any_as_printed(self, call: int) -> None:
        self.do(Step(does="unpark", call=call))

    @rule(call=PLACES)
    def park_again(self, call: int) -> None:
        self.do(Step(does="park-again", call=call))

    @rule(call=PLACES)
    def list_calls(self, call: int) -> None:
        self.do(Step(does="list", call=call))

    def teardown(self) -> None:
        self.player.end()


@contextmanager
def the_same_every_time() -> Iterator[None]:
    """Keeps hypothesis from mixing numbers and words it finds in loaded source files into what it draws.

    They depend on what happens to be imported, and are kept in a folder `.hypothesis` where the program runs.
    Afterwards it forgets the strategies that it keeps for the next search: each sequence has made some of its own.
    """
    private: Any = providers
    known, cache = private._get_local_constants, private.CONSTANTS_CACHE
    private.CONSTANTS_CACHE = type(cache)(cache.max_size)
    private._get_local_constants = lambda: private.Constants(
        integers=private.SortedSet(),
        floats=private.SortedSet(key=private.float_to_int),
        bytes=private.SortedSet(),
        strings=private.SortedSet(),
    )
    try:
        yield
    finally:
        private._get_local_constants = known
        private.CONSTANTS_CACHE = cache
        clear_strategy_cache()
