"""Plays sequences against a target on fresh calls, with the model in lockstep. The edge between both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from contract_tests.draft import listing
from contract_tests.exchange import Exchange, Request, Response
from contract_tests.lanes.looking import Looking
from contract_tests.lanes.lot import Lot, Standing
from contract_tests.lanes.steps import Step, parking, request_of
from contract_tests.lanes.trouble import Bench, Played, Trouble, next_lot, not_parked_again
from contract_tests.lanes.vigil import Vigil
from contract_tests.settling import Settling
from contract_tests.sighting import is_left_alone, sight
from contract_tests.state.rung import Rung, RungError, timed
from contract_tests.target import Target
from contract_tests.world import KnownCall

SILENCES = 3
TRIES = 2
TOGETHER = 24
"""So many calls that are needed no more are ended by one request, where it makes no difference to others."""


class CannotGoOn(Exception):
    """No more calls, no more time, or no more answers; the message says which."""


@dataclass(kw_only=True)
class Table:
    """What all sequences share: the target, how calls are parked on it, and how long to wait for what.

    `lists` says whether the target lists calls. `settling` waits for what is to come to show in a listing. After
    `deadline`, on the target's clock, nothing more is sent. `calls_used` counts; `went_away` says why the target is
    not to be had any more, if that is so. `vigil` waits for moments while sequences are played.
    """

    target: Target
    rung: Rung
    bench: Bench
    settling: Settling
    lists: bool = True
    deadline: float | None = None
    calls_used: int = 0
    silent: int = 0
    went_away: str = ""
    vigil: Vigil[Any] | None = None
    no_more: set[str] = field(default_factory=set)
    looking: Looking = field(init=False)
    _ahead: list[KnownCall] = field(init=False, default_factory=list)
    _released: list[KnownCall] = field(init=False, default_factory=list)
    _together: int = field(init=False)

    def __post_init__(self) -> None:
        rung = timed(self.rung)
        self._together = TOGETHER if rung is not None and rung.keeps_apart else 1
        self.looking = Looking(
            target=self.target,
            settling=self.settling,
            retriever=self.bench.world.retriever,
            lists=self.lists,
        )

    def ready(self) -> None:
        """What waits for its moment has its turn. Raises `CannotGoOn` when nothing more may be sent."""
        if self.vigil is not None:
            self.vigil.turn()
        if self.deadline is not None and self.target.now() > self.deadline:
            raise CannotGoOn("the time for this run was over")
        if self.silent >= SILENCES:
            self.went_away = f"the target left {SILENCES} requests in a row without an answer"
        if reason := self.target.lost or self.went_away:
            self.went_away = reason
            raise CannotGoOn(reason)

    def park(self, what: str = "own") -> KnownCall | None:
        """A fresh parked call; None where the rung has none of this kind. Raises `CannotGoOn` without any."""
        self.ready()
        world = self.bench.world
        if what in self.no_more or (what == "sibling" and world.sibling is None):
            return None
        if what == "own" and self._ahead:
            self.calls_used += 1
            return self._ahead.pop()
        reason = ""
        for _ in range(TRIES):
            try:
                if what == "witness":
                    call = self.rung.witness()
                else:
                    call = self.rung.parked(1, world.sibling if what == "sibling" else None)[0]
            except RungError as error:
                reason = str(error)
            else:
                self.calls_used += 1
                return call
        if what == "own":
            raise CannotGoOn(f"no parked call: {reason}")
        self.no_more.add(what)
        return None

    @contextmanager
    def parked_ahead(self, count: int) -> Iterator[None]:
        """Has so many calls of those that this block parks parked by one request, where it makes no difference."""
        if self._together > 1:
            with suppress(RungError):
                self._ahead = self.rung.parked(count)
        try:
            yield
        finally:
            left, self._ahead = self._ahead, []
            self.release(left)

    def release(self, calls: Sequence[KnownCall]) -> None:
        """Ends calls that are needed no more, now or together with others that come to be so."""
        for call in calls:
            self.looking.last.pop(call.id, None)
        self._released += calls
        if len(self._released) >= self._together:
            self.clear_up()

    def clear_up(self) -> None:
        """Ends what was released and is still there."""
        released, self._released = self._released, []
        try:
            if released:
                self.rung.release(released)
        except RungError:
            return  # what is left over ends by itself


@dataclass(kw_only=True)
class Player:
    """Plays one sequence, step by step, and ends its calls afterwards. `case` is what the exchanges belong to."""

    table: Table
    case: str
    lot: Lot = field(default_factory=Lot)
    steps: list[Step] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    last_response: Response | None = None
    unanswered: int = 0
    _seen: dict[str, Exchange | None] = field(default_factory=dict)
    _shows_parking: set[str] = field(default_factory=set)
    _parked_again: set[str] = field(default_factory=set)

    def play(self, step: Step) -> list[Trouble]:
        """Plays one step; what is wrong with it, by the model and the expectation. May raise `CannotGoOn`."""
        self.table.ready()
        if step.does == "park":
            return self._park(step)
        if not self.lot.calls:
            return []
        step = replace(step, call=step.call % len(self.lot.calls))
        if step.does == "list":
            self.steps.append(step)
            return self._list(step)
        if step.does == "park-again":
            return self._park_again(step)
        request = request_of(step, self.lot.calls, self.table.bench.world)
        if request is None:
            return []
        self.steps.append(step)
        return self._unpark(step, request)

    def end(self) -> None:
        """Ends the calls of this sequence."""
        self.table.release(self.lot.calls)

    @property
    def retrieved(self) -> bool:
        """Whether some call was retrieved, as far as the model knows."""
        return Standing.RETRIEVED in self.lot.standings

    @property
    def parked_again(self) -> bool:
        """Whether some call was parked by the vendor's own method, as a listing shows."""
        return bool(self._parked_again)

    def last_looks(self) -> list[Exchange]:
        """The last listing of every call."""
        return [look for look in self._seen.values() if look is not None]

    def _park(self, step: Step) -> list[Trouble]:
        call = self.table.park(step.what)
        if call is None:
            return []
        self.steps.append(step)
        self.lot = self.lot.parked(call)
        self._seen[call.id] = self.table.looking.until_handed_out(call, self.case)
        if sight(self._seen[call.id], call.id).parking:
            self._shows_parking.add(call.id)
        return []

    def _park_again(self, step: Step) -> list[Trouble]:
        """Parks a retrieved call by the vendor's own method, which has a page of its own: a refusal says nothing."""
        call = self.lot.calls[step.call]
        if self.lot.standing(call) is not Standing.RETRIEVED:
            return []
        self.steps.append(step)
        request = parking(call)
        self.requests.append(request)
        exchange = self.table.target.exchange(request, case=self.case, call=call)
        if exchange.response is None or exchange.response.status != 200:
            self.lot = self.lot.holding(call, Standing.UNKNOWN)
            return []
        before = self._seen[call.id]
        after = self.table.looking.until("parked", call, self.case, lambda seen: bool(seen.parking))
        self._seen[call.id] = after
        parked = [view.id for view in sight(after, call.id).views if view.parking]
        if parked:
            self.lot = self.lot.parked_again(call, parked[0])
            self._parked_again.add(call.id)
            return []
        self.lot = self.lot.holding(call, Standing.UNKNOWN)
        if call.id not in self._shows_parking:
            return []
        played = Played(
            step=step, exchange=exchange, lot=self.lot, before={call.id: before}, after={call.id: after}
        )
        return list(not_parked_again(played, call))

    def _list(self, step: Step) -> list[Trouble]:
        """A listing is judged by what it leaves: nothing is to change by it, whatever it answers."""
        call = self.lot.calls[step.call]
        request = listing(call.user, call.extension, None)
        exchange = self.table.target.exchange(request, case=self.case, call=call)
        return [] if exchange.response is None else self._compare(step, exchange, judged=False)

    def _unpark(self, step: Step, request: Request) -> list[Trouble]:
        call = self.lot.calls[step.call]
        self.requests.append(request)
        exchange = self.table.target.exchange(request, case=self.case, call=call)
        self.table.silent = 0 if exchange.response else self.table.silent + 1
        self.last_response = exchange.response
        self.unanswered += exchange.response is None
        return self._compare(step, exchange, judged=True)

    def _compare(self, step: Step, exchange: Exchange, *, judged: bool) -> list[Trouble]:
        before = dict(self._seen)
        played = Played(
            step=step,
            exchange=exchange,
            lot=self.lot,
            before=before,
            parked_again=self.lot.calls[step.call].id in self._parked_again,
        )
        expectation = self.table.bench.expectation(played)
        addressed = expectation.call.id if expectation.call else ""
        accepted = exchange.response is not None and exchange.response.status < 300
        for call in self.lot.calls:
            settles = call.id == addressed and accepted and expectation.is_judged and not expectation.faults
            waits = settles and self.lot.standing(call) is Standing.PARKED
            self._seen[call.id] = (
                self.table.looking.until_retrieved(call, self.case, exchange.response)
                if waits
                else self._look_again(call, may_change=accepted and call.id == addressed)
            )
        played = replace(played, after=dict(self._seen))
        troubles = list(self.table.bench.troubles(played, expectation)) if judged else []
        self.lot = next_lot(played, expectation)
        self._doubt_who_came_back()
        return troubles

    def _look_again(self, call: KnownCall, *, may_change: bool) -> Exchange | None:
        """The call after a request that is to leave it alone; what seems to have changed it may be an old listing."""
        if self.lot.standing(call) is Standing.RETRIEVED:
            return self.table.looking.until("as before", call, self.case, lambda seen: not seen.parking)
        if may_change or self.lot.standing(call) is not Standing.PARKED:
            return self.table.looking.look(call, self.case)
        before = sight(self._seen.get(call.id), call.id)
        return self.table.looking.until(
            "as before", call, self.case, lambda seen: is_left_alone(before, seen) is not False
        )

    def _doubt_who_came_back(self) -> None:
        """A call that nobody picked up may be back in the lot: the model knows no more where it is."""
        for call in self.lot.calls:
            is_back = bool(sight(self._seen.get(call.id), call.id).parking)
            if self.lot.standing(call) is Standing.RETRIEVED and is_back:
                self.lot = self.lot.holding(call, Standing.UNKNOWN)
