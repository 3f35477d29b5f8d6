"""A race against the clock: UnParks of calls whose time in the parking lot (maxInParking) runs out just then.

All calls are parked at once, so that waiting for the moment costs its time once. One of them nobody retrieves: it shows
whether the target lets calls go at all. Another one, without a time limit, is retrieved before them: it shows whether
the phone keeps what it was given. What happens to a call that still rings at its retriever when the time is over
the page leaves open; one that was seen on the phone with him must stay there.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from contract_tests.draft import Setting, documented, listing
from contract_tests.exchange import Exchange
from contract_tests.judge.answer import read_answer
from contract_tests.lanes.finding import Row
from contract_tests.lanes.lot import Racer
from contract_tests.lanes.player import CannotGoOn, Table
from contract_tests.lanes.races import ONE_WINNER, RACES, Round, lost, verdict_on
from contract_tests.lanes.twins import Twins
from contract_tests.lanes.vigil import Vigil
from contract_tests.reproduction import curl
from contract_tests.sighting import Presence, sight
from contract_tests.state.rung import RungError, TimedRung, timed
from contract_tests.verdict import Verdict
from contract_tests.world import KnownCall, World

EXPIRY = "expiry"
EXPIRY_CASE = f"{ONE_WINNER}/{EXPIRY}"
EXPIRY_TITLE = "UnParks of a call at the moment when its time in the parking lot is over"
EXPIRY_ROUNDS = 8
LIMITS = {"control": 1.0}
SHORTEST = 10.0
"""The least that the vendor's Park takes; a hook may hand it on."""
STEP = 0.05
"""Seconds between two rounds."""
BEFORE = 0.7
"""The share of the rounds that lie before the moment: what is sent then may still arrive after it."""
ENOUGH = 1.5
"""Of the time that lies before the moment, so much is needed to park the calls and to send all that is sent then."""
AFTERWARDS = 0.3
STRETCHES = (1, 2, 4)
"""How much wider the rounds lie, where one broken round is not enough, or no call was seen on the phone in time."""


def no_race(name: str, why: str, because: Sequence[str]) -> Row:
    """The row of a race that was not run, which may be for findings alone, by case or by clause."""
    return Row(
        clause=ONE_WINNER,
        case=f"{ONE_WINNER}/{name}",
        title=EXPIRY_TITLE if name == EXPIRY else RACES[name][0],
        verdict=Verdict.INCONCLUSIVE,
        actual=f"not tried: {why}",
        because=tuple(because),
    )


class _TooLate(Exception):
    """The moment of a round went by meanwhile."""


@dataclass(kw_only=True)
class Expiry:
    """Runs the race. `limit` in seconds is how long calls may stay, None for what the rung is known to take."""

    table: Table
    rounds: int = EXPIRY_ROUNDS
    limit: float | None = None

    def row(self) -> Row:
        """What the race came to. Never raises for what the target or the rung does."""
        row = self._vigil(is_beside_others=False).end()
        assert row is not None
        return row

    def beside_others(self) -> Vigil[Row | None] | None:
        """The race, begun, for others to go on while it waits; None where its calls would not stay as they are.

        It comes to None where others kept it from being there in time.
        """
        rung = timed(self.table.rung)
        return self._vigil(is_beside_others=True) if rung is not None and rung.keeps_apart else None

    def _vigil(self, *, is_beside_others: bool) -> Vigil[Row | None]:
        return Vigil(
            moments=self._moments(is_beside_others=is_beside_others),
            now=self.table.target.now,
            sleep=self.table.settling.sleep,
        )

    def _moments(self, *, is_beside_others: bool) -> Generator[float, None, Row | None]:
        row = Row(
            clause=ONE_WINNER,
            case=EXPIRY_CASE,
            title=EXPIRY_TITLE,
            verdict=Verdict.NOT_APPLICABLE,
            expected=("retrieved, or gone from the lot by then, and never both",),
        )
        rung = timed(self.table.rung)
        if rung is None:
            return replace(row, actual=f"the rung {self.table.rung.name} parks calls for no set time")
        broken: list[tuple[Round, str, str]] = []
        seen: list[Round] = []
        try:
            for stretch in STRETCHES:
                rounds, is_gone, stays = yield from self._rounds(
                    rung, stretch * STEP, late=stretch * STEP if is_beside_others else math.inf
                )
                if not is_gone:
                    return replace(
                        row, actual="a call that nobody retrieved stayed in the lot beyond its time"
                    )
                seen += rounds
                broken += [
                    (one, *how)
                    for one in rounds
                    if (how := verdict_against_expiry(one, self.table.bench.world, stays=stays))
                ]
                had = any(_was_had(one, self.table.bench.world.retriever) for one in seen)
                if len(broken) != 1 and (had or not self.table.lists):
                    break
        except CannotGoOn as reason:
            return replace(row, verdict=Verdict.INCONCLUSIVE, actual=f"not tried: {reason}")
        except RungError as reason:
            return replace(row, actual=f"the rung parks no calls for a set time: {reason}")
        except _TooLate:
            return None
        return self._judged(row, seen, broken)

    def _judged(self, row: Row, seen: Sequence[Round], broken: Sequence[tuple[Round, str, str]]) -> Row:
        if broken:
            return lost(row, EXPIRY, len(seen), broken, self._reproduction)
        won = sum(_has_winner(one) for one in seen)
        actual = f"held in {len(seen)} rounds, in {won} of them the UnPark came first; for one: {seen[0]}"
        return replace(row, verdict=Verdict.PASS, actual=actual, exchanges=_numbers(seen[0]))

    def _rounds(
        self, rung: TimedRung, step: float, *, late: float
    ) -> Generator[float, None, tuple[list[Round], bool, bool]]:
        """The rounds, with the call as listed when all is over.

        And whether a call that nobody retrieved left the lot, and whether the phone keeps a call without a limit.
        Raises `_TooLate` where a round would begin so many seconds after its moment.
        """
        table, limit = self.table, max(self._limit(rung), ENOUGH * BEFORE * self.rounds * step)
        table.ready()
        if table.deadline is not None and table.target.now() + limit + AFTERWARDS > table.deadline:
            raise CannotGoOn("the time for this run would be over before that of the calls")
        due = table.target.now() + limit
        left_alone, *calls = rung.parked_for(limit, self.rounds + 1)
        table.calls_used += len(calls) + 1
        twins = Twins(table.target, 2)
        steady = None
        try:
            steady = self._retrieved()
            rounds = []
            for place, call in enumerate(calls):
                moment = due + step * (place - BEFORE * len(calls))
                yield moment
                table.ready()
                if table.target.now() - moment > late:
                    raise _TooLate
                rounds.append(self._round(call, 1 + place % 2, twins))
            yield due + AFTERWARDS
            is_gone = not sight(table.looking.look(left_alone, EXPIRY_CASE), left_alone.id).parking
            at_last = [replace(one, late=table.looking.look(one.call, EXPIRY_CASE)) for one in rounds]
            has_it = sight(table.looking.look(steady, EXPIRY_CASE), steady.id).is_on_call_with(
                table.bench.world.retriever
            )
            return at_last, is_gone, has_it
        finally:
            twins.close()
            table.release([*([steady] if steady else []), left_alone, *calls])

    def _retrieved(self) -> KnownCall:
        """A call that has no time limit, retrieved by the page's own request."""
        call = self.table.park()
        assert call is not None
        request = documented(Setting(world=self.table.bench.world, call=call)).request()
        self.table.target.exchange(request, case=EXPIRY_CASE, role="set-up")
        return call

    def _round(self, call: KnownCall, count: int, twins: Twins) -> Round:
        racers: tuple[Racer, ...] = tuple(["retrieve"] * count)
        request = documented(Setting(world=self.table.bench.world, call=call)).request()
        warm_up = listing(call.user, call.extension, call.id)
        exchanges = twins.at_once([request] * count, warm_up=warm_up, case=EXPIRY_CASE, call=call)
        after = self.table.looking.look(call, EXPIRY_CASE)
        return Round(racers=racers, against=("expiry",), exchanges=tuple(exchanges), call=call, after=after)

    def _limit(self, rung: TimedRung) -> float:
        return self.limit if self.limit is not None else LIMITS.get(rung.name, SHORTEST)

    def _reproduction(self, seen: Round) -> tuple[str, ...]:
        """The call has to be parked with a limit, which no line of the rung does; the words say so."""
        limit = self._limit(rung) if (rung := timed(self.table.rung)) else SHORTEST
        sent = seen.exchanges[0].request
        return (
            *self.table.rung.script.before,
            f"# with maxInParking {limit:g}, and the UnPark sent as that time runs out:",
            *self.table.rung.script.again(seen.call),
            curl(sent, self.table.target.url),
            f"sleep {limit:g}",
            curl(listing(seen.call.user, seen.call.extension, seen.call.id), self.table.target.url),
        )


def verdict_against_expiry(seen: Round, world: World, *, stays: bool) -> tuple[str, str] | None:
    """The clause that a round breaks and how, or None.

    A call that is listed no more may have been hung up, unless the phone was seen to keep another one (`stays`).
    """
    if found := verdict_on(seen, world):
        return found
    late = sight(seen.late, seen.call.id)
    if seen.is_complete and not _has_winner(seen) and late.parking:
        return ONE_WINNER, f"no UnPark retrieved the call, and it is still in the lot: {seen}"
    is_away = late.presence is Presence.UNKNOWN or (late.presence is Presence.ABSENT and not stays)
    has_it = is_away or bool(late.involving(world.retriever))
    if _was_had(seen, world.retriever) and (late.parking or not has_it):
        lost = f"{world.retriever} had the call, and lost it when its time in the lot was over"
        return ONE_WINNER, f"{lost}: {seen}"
    return None


def _was_had(seen: Round, retriever: str) -> bool:
    """Whether an UnPark was answered with the call, and a listing showed it on the phone with the retriever then."""
    return _has_winner(seen) and sight(seen.after, seen.call.id).is_on_call_with(retriever)


def _has_winner(seen: Round) -> bool:
    return any(one.response is not None and read_answer(one.response).is_success for one in seen.exchanges)


def _numbers(seen: Round) -> tuple[int, ...]:
    looks: tuple[Exchange | None, ...] = (seen.after, seen.late)
    return (*(one.number for one in seen.exchanges), *(one.number for one in looks if one is not None))
