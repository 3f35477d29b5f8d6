"""One isolated universe: a world, its clock, its own stream of ids, and the store behind it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from random import Random

from msgspec.structs import replace

from mockserver.behaviour import Behaviour, BehaviourSet, Resolve, nothing_else
from mockserver.clock import LAST_MOMENT, Clock, ClockSet
from mockserver.journal.entry import Exchange
from mockserver.journal.journal import Evicted
from mockserver.scenarios.scenario import Scenario
from mockserver.sessions.bell import Bell
from mockserver.sessions.errands import ERRAND, Errands, Waking
from mockserver.sessions.following import Follower
from mockserver.simulator.commands import Command
from mockserver.simulator.door import A_MILLISECOND, advance, decide, decide_all, is_quiet, next_due
from mockserver.simulator.events import Event
from mockserver.simulator.evolve import evolve
from mockserver.simulator.outcomes import Outcome
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World
from mockserver.store import EventStore, SessionEvent, Standing, VersionConflictError
from mockserver.store.beginning import Begun, beginning
from mockserver.store.done import step_done
from mockserver.store.seam import SessionForgottenError, StoreUnavailableError, TailForgottenError
from mockserver.store.snapshot import WorldSet
from mockserver.wire_faults.arsenal import Arsenal, FaultsSet
from mockserver.wire_faults.fault import WireFault


class Session:
    """Every change is appended to the store before it is believed; a conflict means reading on and deciding again.

    World and clock are the fold of the stored events, but for how late it is and timers that mean nothing any more.
    `bell` rings whenever either has changed, `is_over` once the session was closed, here or by somebody else.
    `resolve` says what the names of variants and defects come to that a session is switched to.
    Where the store has the session already, it is as it was left, and `scenario`, `seed`, `behaviour` and how the
    clock begins are those that it began with.  Raise StoreUnavailableError, as every change may.
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
        resolve: Resolve = nothing_else,
    ) -> None:
        self.name = name
        self.scenario = scenario
        self.clock = clock
        self.seed = seed
        self.bell = Bell(partial(store.heed, name) if store.is_shared else None)
        self._store = store
        self._initial = behaviour or Behaviour()
        self._resolve = resolve
        self._followers: list[Follower] = []
        self._wakings: list[Waking] = []
        self.errands = Errands()
        self.is_over = False
        self.journal = store.journal(name)
        self.faults = Arsenal(
            seed=f"{seed}/{name}", always=always, keep=self._keep_faults if store.keeps_faults else None
        )
        self._version = self._stood_at = 0
        self.world = World(directory=scenario.directory)
        self.is_new = self._begin()

    @property
    def version(self) -> int:
        """How many events have made this session what it is."""
        return self._version

    def catch_up(self) -> bool:
        """Believe what others have appended, and say whether there was anything.

        An append would have found out; where nothing is to be appended, this has to.
        """
        version = self._version
        if self._store.is_shared and not self.is_over:
            self._read_on()
        return self._version != version

    @property
    def waiting(self) -> int:
        """How many requests wait for the clock, or for a telephone to be picked up."""
        return self._waiting_here + self._store.waiting_elsewhere(self.name)

    @property
    def _waiting_here(self) -> int:
        return sum(follower.is_waiting for follower in self._followers)

    @property
    def next_moment(self) -> float | None:
        """When, by the session's clock, something happens by itself next."""
        now = self.clock.now()
        wakings = (each.moment for each in self._wakings if each.moment > now + A_MILLISECOND)
        moments = (each for each in (next_due(self.world), *wakings) if each is not None)
        return min((each for each in moments if each <= LAST_MOMENT), default=None)

    def execute(self, command: Command, *, now: float | None = None, by: Exchange | None = None) -> Outcome:
        """`now` where somebody has just looked at the clock; `by` the exchange that asks, if that is not under way."""
        while True:
            self.elapse(now)
            now = None  # whoever comes first here may have moved the clock
            world = self.world
            decided = decide(world, command, world.now)
            decision = self.behaviour.effect(world, command, decided)
            if not decision.events and not self.catch_up():
                return decision.outcome
            if decision.events and self._do(decision.events, decided.world if decision is decided else None):
                self.journal.caused(decision.events, by)
                return decision.outcome

    def execute_all(self, commands: Sequence[Command]) -> tuple[Outcome, ...]:
        """All of them in one step; if one is refused, none, and its refusal is the one outcome."""
        while True:
            self.elapse()
            outcomes, events = decide_all(self.world, commands, self.behaviour.effect)
            if not events and self.catch_up():
                continue
            if self._do(events):
                self.journal.caused(events)
                return outcomes

    def elapse(self, now: float | None = None) -> tuple[Event, ...]:
        """Run whatever has become due since the last look at the clock, or by `now`, where that is one."""
        while True:
            world, now = self.world, self.clock.now() if now is None else now
            if is_quiet(world, now):
                if now > world.now:
                    self.world = replace(world, now=now)
                return ()
            elapsed = advance(world, now)
            if not elapsed.events:
                self.world = elapsed.world  # without the timers that were due and meant nothing
                return ()
            if self._commit(elapsed.events, elapsed.world):
                self.world = replace(self.world, now=max(self.world.now, elapsed.world.now))
                self.journal.elapsed(elapsed.events)
                return elapsed.events
            now = None

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
        while not self._do((self.clock.running_at(rate),)):
            pass

    def behave(self, variants: tuple[str, ...], defect: str | None) -> None:
        """Switch until the next reset; raise LookupError for a name that is not known."""
        self._resolve(variants, defect)
        self.elapse()
        while not self._do((BehaviourSet(at=self.clock.now(), variants=variants, defect=defect),)):
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
        while not self._do(events):
            pass

    def reset(self, scenario: Scenario | None = None, *, is_empty: bool = False) -> None:
        """Back to the beginning of its scenario, or of another one; `is_empty`: without the calls of it."""
        while not self._do(self._beginning(scenario or self.scenario, is_empty=is_empty)):
            pass

    def close(self, gone: Evicted | None = None) -> None:
        """Forget the stored events, but for `gone`; whoever still holds the session is answered from what it was."""
        self._store.forget(self.name, gone)
        step_done()
        self._end()

    def _end(self) -> None:
        self.is_over = True
        self.journal.end_life()
        self._let_go()

    def new_call_id(self) -> str:
        """Twenty hexadecimal characters, as the vendor's ids have; the same seed and name give the same ids."""
        while True:
            call_id = f"{self._random.getrandbits(80):020x}"
            if call_id not in self.world.calls:
                return call_id

    def parked_calls(self) -> tuple[PhoneCall, ...]:
        return tuple(call for call in self.world.calls.values() if call.parked_view)

    @contextmanager
    def followed_by(self, follower: Follower) -> Iterator[None]:
        self._followers.append(follower)
        self._tell_waiting(follower)
        try:
            yield
        finally:
            if follower in self._followers:
                self._followers.remove(follower)
            self._tell_waiting(follower)

    def _tell_waiting(self, follower: Follower) -> None:
        if follower.is_waiting and self._store.is_shared:
            self._store.waits(self.name, self._waiting_here)

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

    def _begin(self) -> bool:
        """Whether it is this opening that made the session; others may make and forget it at the same time."""
        is_new = False
        self._read_on()
        while self._version == 0 or self.is_over:
            self.is_over, self._version, self._stood_at = False, 0, 0
            is_new = self._commit(self._beginning(self.scenario))
        self.journal.recall()
        if not is_new and self._store.keeps_faults:
            # What was drawn here before must not be drawn again, by whomever.
            self._random = Random(f"{self.seed}/{self.name}/{self._version}/{self._store.writer}")
        return is_new

    def _beginning(self, scenario: Scenario, *, is_empty: bool = False) -> tuple[SessionEvent, ...]:
        return beginning(
            scenario, clock=self.clock, seed=self.seed, behaviour=self._initial, is_empty=is_empty
        )

    def _move(self, moment: Callable[[], float]) -> tuple[Event, ...]:
        """The jump and what it brings are one step."""
        before = self.elapse()
        while True:
            setting = self.clock.moved_to(max(moment(), self.clock.now()))
            elapsed = advance(self.world, setting.at)
            if self._do((setting, *elapsed.events), elapsed.world):
                self.journal.elapsed(elapsed.events)
                return (*before, *elapsed.events)
            before += self.elapse()

    def _do(self, events: Sequence[SessionEvent], world: World | None = None) -> bool:
        """Commit what a request asks for, which time alone does not bring."""
        is_done = self._commit(events, world)
        if is_done and events:
            step_done()
        return is_done

    def _commit(self, events: Sequence[SessionEvent], world: World | None = None) -> bool:
        """Append and believe, or read what somebody else has appended first and return False.

        `world` is the fold of the events, where somebody has made it already.
        """
        if not events:
            return True
        try:
            if not self.is_over:
                self._store.append(self.name, expected_version=self._version, events=events)
        except VersionConflictError:
            self._read_on()
            return False
        self._believe(events, world)
        every = self._store.standing_every
        if every is not None and self._version - self._stood_at >= every and not self.is_over:
            self._keep_standing()
        return True

    def _read_on(self) -> None:
        try:
            try:
                events = self._store.read(self.name, after=self._version)
            except TailForgottenError:
                standing = self._store.standing(self.name)
                if standing is not None:
                    self._stand(standing)
                events = self._store.read(self.name, after=self._version)  # says so if it was forgotten since
        except SessionForgottenError:
            self._end()
        else:
            if events:
                self._believe(events)

    def _believe(self, events: Sequence[SessionEvent], world: World | None = None) -> None:
        if world is None or self._followers:
            self._fold(events)
        else:
            if isinstance(events[0], ClockSet):  # a jump, and what it brings
                self.clock.obey(events[0])
            self.world = world
        self._version += len(events)
        self.bell.ring()

    def _fold(self, events: Sequence[SessionEvent]) -> None:
        for event in events:
            if isinstance(event, Begun | ClockSet | WorldSet | BehaviourSet | FaultsSet):
                self._set(event)
                continue
            self.world = evolve(self.world, event)
            for follower in self._followers:
                follower.notice(event, self.world)

    def _set(self, event: Begun | ClockSet | WorldSet | BehaviourSet | FaultsSet) -> None:
        match event:
            case Begun():
                self._start_over(event)
            case ClockSet():
                self.clock.obey(event)
                self.world = replace(self.world, now=max(self.world.now, event.at))
            case WorldSet():
                self.world = event.world
                self._let_go()
            case BehaviourSet():
                self.behaviour = self._behaviour_of(event.variants, event.defect)
                self.world = replace(self.world, rules=self.behaviour.policy.rules)
            case FaultsSet():
                self.faults.obey(event)

    def _start_over(self, begun: Begun) -> None:
        self._begun = begun
        self.scenario, self.seed = begun.scenario, begun.seed
        self.clock.rate, self.clock.start = begun.rate, begun.start
        self._initial = self.behaviour = self._behaviour_of(begun.variants, begun.defect)
        self.world = World(directory=begun.scenario.directory, rules=self.behaviour.policy.rules)
        self._random = Random(f"{self.seed}/{self.name}{self._store.writer}")
        self.journal.end_life()
        self.journal.begin_again()
        self.faults.seed = f"{self.seed}/{self.name}"
        self.faults.begin_again()
        self._let_go()

    def _behaviour_of(self, variants: tuple[str, ...], defect: str | None) -> Behaviour:
        if (variants, defect) == (self._initial.variants, self._initial.defect):
            return self._initial
        try:
            return self._resolve(variants, defect)
        except LookupError as error:
            raise StoreUnavailableError(
                f"session {self.name!r} was kept with a behaviour that this mock does not have: {error}"
            ) from None

    def _stand(self, standing: Standing) -> None:
        self._start_over(standing.begun)
        for setting in (standing.clock, standing.behaviour, standing.faults):
            self._set(setting)
        self.world = standing.world
        self._version = self._stood_at = standing.version

    def _keep_standing(self) -> None:
        """Only a shortcut for the next opening: where it cannot be kept now, a later one will be."""
        at = self.world.now
        standing = Standing(
            version=self._version,
            begun=self._begun,
            clock=self.clock.setting,
            behaviour=BehaviourSet(at=at, variants=self.behaviour.variants, defect=self.behaviour.defect),
            world=self.world,
            faults=self.faults.standing(at),
        )
        with suppress(StoreUnavailableError):
            self._store.keep(self.name, standing)
            self._stood_at = self._version

    def _keep_faults(self) -> bool:
        return self._commit((self.faults.standing(self.world.now),))
