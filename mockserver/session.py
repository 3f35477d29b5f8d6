"""One isolated universe: a world, its clock, its own stream of ids, and the store behind it."""

from collections.abc import Callable
from random import Random
from typing import Final

from mockserver.clock import Clock
from mockserver.scenario import Scenario
from mockserver.simulator.commands import Command
from mockserver.simulator.door import Decision, advance, decide
from mockserver.simulator.events import Event
from mockserver.simulator.evolve import fold
from mockserver.simulator.outcomes import Outcome
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.rules import Rules
from mockserver.simulator.world import World
from mockserver.store import EventStore, VersionConflictError

_ID_BITS: Final = 80

Effect = Callable[[World, Command, Decision], Decision]


def as_decided(_world: World, _command: Command, decision: Decision) -> Decision:
    return decision


class Session:
    """Every change is appended to the store before it is believed; a conflict means reading on and deciding again.

    `effect` may replace a decision before it takes effect; only `mockserver.defects` has a use for that.
    """

    def __init__(
        self,
        name: str,
        *,
        scenario: Scenario,
        rules: Rules,
        clock: Clock,
        store: EventStore,
        seed: int = 0,
        effect: Effect = as_decided,
    ) -> None:
        self.name = name
        self.scenario = scenario
        self.clock = clock
        self._rules = rules
        self._store = store
        self._seed = seed
        self._effect = effect
        self._random: Random
        self._version: int
        self._world: World
        self._rebuild()

    @property
    def world(self) -> World:
        return self._world

    def execute(self, command: Command) -> Outcome:
        self.elapse()
        while True:
            decision = decide(self._world, command, self._world.now)
            decision = self._effect(self._world, command, decision)
            try:
                self._commit(decision.events)
            except VersionConflictError:
                self._read_on()
                continue
            return decision.outcome

    def elapse(self) -> tuple[Event, ...]:
        """Run whatever has become due since the last look at the clock."""
        while True:
            elapsed = advance(self._world, self.clock.now())
            try:
                self._version = self._append(elapsed.events)
            except VersionConflictError:
                self._read_on()
                continue
            self._world = elapsed.world
            return elapsed.events

    def reset(self) -> None:
        """Back to the scenario, with the moment of the reset as its beginning."""
        self.close()
        self._rebuild()

    def close(self) -> None:
        self._store.forget(self.name)

    def new_call_id(self) -> str:
        """Twenty hexadecimal characters, as the vendor's ids have; the same seed and name give the same ids."""
        while True:
            call_id = f"{self._random.getrandbits(_ID_BITS):020x}"
            if call_id not in self._world.calls:
                return call_id

    def parked_calls(self) -> tuple[PhoneCall, ...]:
        return tuple(call for call in self._world.calls.values() if call.parked_view)

    def _rebuild(self) -> None:
        self._random = Random(f"{self._seed}/{self.name}")
        self._version = 0
        self._world = World(directory=self.scenario.directory, rules=self._rules, now=self.clock.now())
        for stage in self.scenario.stages:
            self._commit(decide(self._world, stage, self._world.now).events)

    def _append(self, events: tuple[Event, ...]) -> int:
        if not events:
            return self._version
        return self._store.append(self.name, expected_version=self._version, events=events)

    def _commit(self, events: tuple[Event, ...]) -> None:
        self._version = self._append(events)
        self._world = fold(self._world, events)

    def _read_on(self) -> None:
        missed = tuple(self._store.read(self.name, after=self._version))
        self._world = fold(self._world, missed)
        self._version += len(missed)
