"""One isolated universe: a world, its clock, its own stream of ids, and the store behind it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Final, Protocol

from msgspec.structs import replace

from mockserver.behaviour import Behaviour, BehaviourSet, Resolve
from mockserver.bell import Bell
from mockserver.clock import LAST_MOMENT, Clock, ClockSet
from mockserver.errands import ERRAND, Errands, Waking
from mockserver.journal.journal import Journal
from mockserver.scenario import Scenario
from mockserver.simulator.commands import Command
from mockserver.simulator.door import A_MILLISECOND, advance, decide, next_due
from mockserver.simulator.events import Event
from mockserver.simulator.evolve import evolve, fold
from mockserver.simulator.outcomes import Outcome
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World
from mockserver.snapshot import WorldSet
from mockserver.store import EventStore, SessionEvent, VersionConflictError
from mockserver.wire_faults.arsenal import Arsenal
from mockserver.wire_faults.fault import WireFault

_ID_BITS: Final = 80


def _nothing_else(variants: tuple[str, ...], defect: str | None) -> Behaviour:
    if variants or defect:
        raise LookupError("this session knows neither variants nor defects")
    return Behaviour()


class Follower(Protocol):
    """Sees every event of a session at the moment it is believed, with the world right after it.

    `is_waiting` says whether a request waits behind it.
    """

    is_waiting: bool

    def notice(self, event: Event, world: World) -> None: ...

    def begin_again(self) -> None:
        """The session was reset or closed: what was waited for will not come."""


class Session:
    """Every change is appended to the store before it is believed; a conflict means reading on and deciding again.

    World and clock are the fold of the stored events.  `bell` rings whenever either has changed.
    `resolve` says what the names of variants and defects come to that a session is switched to.
    """

    def __init__(
        self,
        name: str,
        *,
        scenario: Scenario,
        clock: Clock,
        store: EventStore,
        seed: int = 0,
        always: tuple[WireFault, ...] = (),
        behaviour: Behaviour | None = None,
        resolve: Resolve = _nothing_else,
    ) -> None:
        self.name = name
        self.scenario = scenario
        self.clock = clock
        self.seed = seed
        self.bell = Bell()
        self._store = store
        self._initial = behaviour or Behaviour()
        self._resolve = resolve
        self.behaviour: Behaviour
        self._followers: list[Follower] = []
        self._wakings: list[Waking] = []
        self.errands = Errands()
        self._is_closed = False
        self.journal = Journal()
        self.faults = Arsenal(seed=f"{seed}/{name}", always=always)
        self._random: Random
        self._version: int
        self._world: World
        self._begin()

    @property
    def world(self) -> World:
        return self._world

    @property
    def version(self) -> int:
        """How many events have made this session what it is."""
        return self._version

    @property
    def waiting(self) -> int:
        """How many requests wait for the clock, or for a telephone to be picked up."""
        return sum(follower.is_waiting for follower in self._followers)

    @property
    def next_moment(self) -> float | None:
        """When, by the session's clock, something happens by itself next."""
        now = self.clock.now()
        wakings = (each.moment for each in self._wakings if each.moment > now + A_MILLISECOND)
        moments = (each for each in (next_due(self._world), *wakings) if each is not None)
        return min((each for each in moments if each <= LAST_MOMENT), default=None)

    def execute(self, command: Command) -> Outcome:
        self.elapse()
        while True:
            decided = decide(self._world, command, self._world.now)
            decision = self.behaviour.effect(self._world, command, decided)
            if self._commit(decision.events, decided.world if decision is decided else None):
                self.journal.caused(decision.events)
                return decision.outcome

    def elapse(self) -> tuple[Event, ...]:
        """Run whatever has become due since the last look at the clock."""
        while True:
            elapsed = advance(self._world, self.clock.now())
            if self._commit(elapsed.events, elapsed.world):
                self._world = replace(self._world, now=max(self._world.now, elapsed.world.now))
                self.journal.elapsed(elapsed.events)
                return elapsed.events

    def move_by(self, seconds: float) -> tuple[Event, ...]:
        """Jump ahead and run what becomes due on the way, in order; return those events."""
        return self._move(lambda: self.clock.now() + seconds)

    def move_to(self, moment: float) -> tuple[Event, ...]:
        """Jump to a moment, and let those go on who waited for it, or for what it brought."""
        events = self._move(lambda: moment)
        for waking in self._wakings:
            if waking.moment <= self.clock.now() + A_MILLISECOND:
                waking.errand.goes_on(self.errands)
        return events

    def run_clock_at(self, rate: float) -> None:
        """Real seconds count `rate` times from now on; 0 stops the clock."""
        self.elapse()
        while not self._commit((self.clock.running_at(rate),)):
            pass

    def behave(self, variants: tuple[str, ...], defect: str | None) -> None:
        """Switch until the next reset; raise LookupError for a name that is not known."""
        self._resolve(variants, defect)
        self.elapse()
        while not self._commit((BehaviourSet(at=self.clock.now(), variants=variants, defect=defect),)):
            pass

    def restore(self, world: World, *, rate: float, variants: tuple[str, ...], defect: str | None) -> None:
        """Be as another session was when its state was exported, to the moment on its clock.

        Raise LookupError for a name that is not known.  Whoever waits for something in the old world is let go.
        """
        self._resolve(variants, defect)
        events = (
            BehaviourSet(at=world.now, variants=variants, defect=defect),
            WorldSet(at=world.now, world=world),
            self.clock.set_to(world.now, rate),
        )
        while not self._commit(events):
            pass
        self._let_go()

    def reset(self, scenario: Scenario | None = None) -> None:
        """Back to the beginning of its scenario, or of another one: calls, clock and ids."""
        self.scenario = scenario or self.scenario
        self.close()
        self.journal.clear()
        self.faults.clear()
        self._begin()

    def close(self) -> None:
        """Forget the stored events; whoever still holds the session is answered from what it was."""
        self._is_closed = True
        self.journal.end_life()
        self._store.forget(self.name)
        self._let_go()

    def new_call_id(self) -> str:
        """Twenty hexadecimal characters, as the vendor's ids have; the same seed and name give the same ids."""
        while True:
            call_id = f"{self._random.getrandbits(_ID_BITS):020x}"
            if call_id not in self._world.calls:
                return call_id

    def parked_calls(self) -> tuple[PhoneCall, ...]:
        return tuple(call for call in self._world.calls.values() if call.parked_view)

    @contextmanager
    def followed_by(self, follower: Follower) -> Iterator[None]:
        self._followers.append(follower)
        try:
            yield
        finally:
            if follower in self._followers:
                self._followers.remove(follower)

    @contextmanager
    def waking_at(self, moment: float) -> Iterator[None]:
        """Count `moment` among those at which something happens by itself."""
        waking = Waking(moment=moment, errand=ERRAND.get())
        self._wakings.append(waking)
        try:
            yield
        finally:
            if waking in self._wakings:
                self._wakings.remove(waking)

    def _let_go(self) -> None:
        followers, self._followers = self._followers, []
        for follower in followers:
            follower.begin_again()
        self._wakings.clear()
        self.bell.ring()

    def _begin(self) -> None:
        self._random = Random(f"{self.seed}/{self.name}")
        self.behaviour = self._initial
        self._world = World(directory=self.scenario.directory, rules=self.behaviour.policy.rules)
        self._version = 0
        self._is_closed = False
        self._read_on()
        if self._version == 0:
            self._commit(self._staging())

    def _staging(self) -> tuple[SessionEvent, ...]:
        setting = self.clock.beginning()
        world = replace(self._world, now=setting.at)
        events: list[SessionEvent] = [setting]
        for stage in self.scenario.stages:
            staged = decide(world, stage, world.now).events
            world = fold(world, staged)
            events += staged
        return tuple(events)

    def _move(self, moment: Callable[[], float | None]) -> tuple[Event, ...]:
        before = self.elapse()
        while (goal := moment()) is not None:
            if self._commit((self.clock.moved_to(max(goal, self.clock.now())),)):
                break
        return (*before, *self.elapse())

    def _commit(self, events: Sequence[SessionEvent], world: World | None = None) -> bool:
        """Append and believe, or read what somebody else has appended first and return False.

        `world` is the fold of the events, where somebody has made it already.
        """
        if not events:
            return True
        try:
            if not self._is_closed:
                self._store.append(self.name, expected_version=self._version, events=events)
        except VersionConflictError:
            self._read_on()
            return False
        self._believe(events, world)
        return True

    def _read_on(self) -> None:
        self._believe(self._store.read(self.name, after=self._version))

    def _believe(self, events: Sequence[SessionEvent], world: World | None = None) -> None:
        if world is not None and not self._followers:
            self._world = world
        else:
            self._fold(events)
        self._version += len(events)
        self.bell.ring()

    def _fold(self, events: Sequence[SessionEvent]) -> None:
        for event in events:
            if isinstance(event, ClockSet):
                self.clock.obey(event)
                self._world = replace(self._world, now=max(self._world.now, event.at))
                continue
            if isinstance(event, WorldSet):
                self._world = event.world
                continue
            if isinstance(event, BehaviourSet):
                self.behaviour = self._resolve(event.variants, event.defect)
                self._world = replace(self._world, rules=self.behaviour.policy.rules)
                continue
            self._world = evolve(self._world, event)
            for follower in self._followers:
                follower.notice(event, self._world)
