"""Races: several requests for one parked call at the same moment, many times over.

Judged by the model alone: what the retrievals came to must be what some order of serving them one by one could have
given. One round is never enough to accuse: a race is a finding when a second round, on another call, shows it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from contract_tests.draft import Setting, documented, listing, member
from contract_tests.exchange import Exchange, Request
from contract_tests.judge.answer import read_answer
from contract_tests.lanes.finding import Finding, Row
from contract_tests.lanes.lot import Fate, Racer, serial_fates
from contract_tests.lanes.player import CannotGoOn, Table
from contract_tests.lanes.steps import Step
from contract_tests.lanes.trouble import SERVER_ERROR
from contract_tests.lanes.twins import Twins
from contract_tests.reproduction import curl
from contract_tests.sighting import sight
from contract_tests.verdict import Verdict
from contract_tests.world import TOKEN, KnownCall, World

ONE_WINNER = "parking/one-winner"
ROUNDS = 20
MORE_ROUNDS = 2
NOT_OFFERED = (405, 501)

RACES: dict[str, tuple[str, tuple[Racer, ...]]] = {
    "two-retrievals": ("two UnParks of one call at once", ("retrieve", "retrieve")),
    "three-retrievals": ("three UnParks of one call at once", ("retrieve", "retrieve", "retrieve")),
    "two-phones": ("two UnParks of one call to two phones at once", ("retrieve", "retrieve-elsewhere")),
    "hang-up": ("an UnPark and a hang-up of one call at once", ("retrieve", "hang-up")),
    "park": ("an UnPark and a Park of one call at once", ("retrieve", "park")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One race: who ran, what each was answered, and the call as listed afterwards.

    `against` is what ran beside them without a request; `late` is the call once more, when that is over.
    """

    racers: tuple[Racer, ...]
    against: tuple[Racer, ...] = ()
    exchanges: tuple[Exchange, ...]
    call: KnownCall
    after: Exchange | None = None
    late: Exchange | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every racer was answered."""
        return all(one.response is not None for one in self.exchanges)

    @property
    def overlaps(self) -> bool:
        """Whether the requests were under way at the same time."""
        return max(one.started for one in self.exchanges) < min(
            one.started + one.elapsed for one in self.exchanges
        )

    def __str__(self) -> str:
        """The interleaving: who was answered what, from when to when (milliseconds after the first)."""
        start = min(one.started for one in self.exchanges)
        parts = (
            f"{racer} {1000 * (one.started - start):.1f}-{1000 * (one.started - start + one.elapsed):.1f} ms:"
            f" {one.response.status if one.response else 'no answer'}"
            for racer, one in zip(self.racers, self.exchanges, strict=True)
        )
        return ", ".join(parts)


def lost(
    row: Row,
    name: str,
    rounds: int,
    broken: Sequence[tuple[Round, str, str]],
    reproduction: Callable[[Round], tuple[str, ...]],
) -> Row:
    """The row of a race of which some rounds broke a clause, each with how: one round alone is not enough to fail.

    It is open for itself then, so that it is known where it is known to be lost.
    """
    shown, clause, how = broken[-1]
    if len(broken) == 1:
        once = f"seen once in {rounds} rounds and not again: {how}"
        return replace(
            row,
            verdict=Verdict.INCONCLUSIVE,
            actual=once,
            exchanges=_numbers(shown),
            because=(row.case,),
        )
    return replace(
        row,
        verdict=Verdict.FAIL,
        actual=f"in {len(broken)} of {rounds} rounds; the last: {how}"
        + ("" if clause == ONE_WINNER else f" ({clause})"),
        exchanges=_numbers(shown),
        attempts=len(broken),
        reproduction=reproduction(shown),
        finding=Finding(clause=ONE_WINNER, steps=(Step(does="race", what=name),)),
    )


def verdict_on(seen: Round, world: World) -> tuple[str, str] | None:
    """The clause that a round breaks and how, or None."""
    pairs = tuple(zip(seen.racers, seen.exchanges, strict=True))
    if any(_retrieves(racer) and _is_server_error(one) for racer, one in pairs):
        return SERVER_ERROR, f"a server error: {seen}"
    racers = (*seen.racers, *seen.against)
    fates: list[Fate | None] = [*(_fate(racer, one) for racer, one in pairs), *(None for _ in seen.against)]
    refused = [r == "retrieve-elsewhere" and fate == "loses" for r, fate in zip(racers, fates, strict=True)]
    running = [place for place in range(len(fates)) if not refused[place]]
    if not _is_serial(racers, fates) and not _is_serial(
        [racers[place] for place in running], [fates[place] for place in running]
    ):
        count = fates.count("wins")
        return ONE_WINNER, f"{count or 'none'} of {len(fates)} retrieved the call: {seen}"
    if seen.racers == RACES["two-phones"][1] and fates.count("wins") == 1 and world.sibling is not None:
        return _other_phone(seen, world.retriever, world.sibling, fates)
    return None


@dataclass(kw_only=True)
class Races:
    """Runs races on fresh calls. `started` is told of each race (case, clause, title) before it is run.

    One that `excuses` knows to be lost is run as often as one that was lost once: with fewer rounds luck would decide
    whether it is taken for mended.
    """

    table: Table
    rounds: int = ROUNDS
    started: Callable[[str, str, str], None] = lambda case, clause, title: None
    excuses: Callable[[str, str], bool] = lambda clause, case: False

    def run(self, names: Sequence[str] = tuple(RACES)) -> Iterator[Row]:
        """A row for each race."""
        twins = Twins(self.table.target, 3)
        try:
            for name in names:
                with self.table.parked_ahead(self.rounds):
                    row = self._race(name, twins)
                yield row
        finally:
            twins.close()

    def _race(self, name: str, twins: Twins) -> Row:
        title, racers = RACES[name]
        case = f"{ONE_WINNER}/{name}"
        self.started(case, ONE_WINNER, title)
        row = Row(
            clause=ONE_WINNER,
            case=case,
            title=title,
            verdict=Verdict.NOT_APPLICABLE,
            expected=("what some order of serving them one by one could have given",),
        )
        if "retrieve-elsewhere" in racers and self.table.bench.world.sibling is None:
            return replace(row, actual="the profile names no second extension of the user")
        seen: list[Round] = []
        broken: list[tuple[Round, str, str]] = []
        stopped = ""
        is_known = self.excuses(ONE_WINNER, case)
        while len(seen) < self.rounds * (1 + MORE_ROUNDS * (is_known or bool(broken))) and len(broken) < 2:
            try:
                seen.append(self._round(racers, case, twins))
            except CannotGoOn as reason:
                stopped = str(reason)
                break
            if "hang-up" in racers and _is_not_offered(seen[-1]):
                return replace(row, actual="the target offers no hang-up", exchanges=_numbers(seen[-1]))
            if found := verdict_on(seen[-1], self.table.bench.world):
                broken.append((seen[-1], *found))
        return self._row(row, name, seen, broken, stopped)

    def _row(
        self, row: Row, name: str, seen: list[Round], broken: list[tuple[Round, str, str]], stopped: str
    ) -> Row:
        complete = [one for one in seen if one.is_complete]
        if broken:
            return lost(row, name, len(seen), broken, self._reproduction)
        if not complete:
            why = stopped or "no round in which every request was answered"
            return replace(row, verdict=Verdict.INCONCLUSIVE, actual=f"not tried: {why}")
        met = next((one for one in complete if one.overlaps), complete[-1])
        overlapping = sum(one.overlaps for one in complete)
        actual = f"held in {len(complete)} rounds, {overlapping} of them overlapping; for one: {met}"
        return replace(row, verdict=Verdict.PASS, actual=actual, exchanges=_numbers(met))

    def _round(self, racers: tuple[Racer, ...], case: str, twins: Twins) -> Round:
        call = self.table.park()
        assert call is not None
        requests = [_request(racer, call, self.table.bench.world) for racer in racers]
        warm_up = listing(call.user, call.extension, call.id)
        exchanges = twins.at_once(requests, warm_up=warm_up, case=case, call=call)
        answered = any(one.response is not None for one in exchanges)
        self.table.silent = 0 if answered else self.table.silent + 1
        after = self.table.looking.look(call, case)
        self.table.release([call])
        return Round(racers=racers, exchanges=tuple(exchanges), call=call, after=after)

    def _reproduction(self, seen: Round) -> tuple[str, ...]:
        """The racing lines run in the background of one shell. A race is lost now and then only: paste them again."""
        racing = [f"{curl(one.request, self.table.target.url)} &" for one in seen.exchanges]
        script = self.table.rung.script
        return (*script.before, *script.again(seen.call), *racing, "wait")


def _request(racer: Racer, call: KnownCall, world: World) -> Request:
    setting = Setting(world=world, call=call)
    draft = documented(setting)
    if racer == "retrieve-elsewhere":
        return member("sendCallTo", world.sibling)(draft, setting).request()
    if racer == "hang-up":
        return replace(listing(call.user, call.extension, call.id), method="DELETE")
    if racer == "park":
        body = json.dumps({"action": "Park", "phoneCallViewId": call.view}).encode()
        headers = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"))
        return replace(draft.request(), headers=headers, body=body)
    return draft.request()


def _retrieves(racer: Racer) -> bool:
    return racer in ("retrieve", "retrieve-elsewhere")


def _is_server_error(exchange: Exchange) -> bool:
    return exchange.response is not None and read_answer(exchange.response).is_server_error


def _fate(racer: Racer, exchange: Exchange) -> Fate | None:
    """What a racer came to; None where nobody can tell."""
    if not _retrieves(racer):
        return "unjudged"
    if exchange.response is None:
        return None
    return "wins" if read_answer(exchange.response).is_success else "loses"


def _is_serial(racers: Sequence[Racer], fates: Sequence[Fate | None]) -> bool:
    return any(
        all(seen is None or seen == fate for seen, fate in zip(fates, possible, strict=True))
        for possible in serial_fates(racers)
    )


def _other_phone(
    seen: Round, retriever: str, sibling: str, fates: Sequence[Fate | None]
) -> tuple[str, str] | None:
    """A listing that shows the call in the lot is an old one; its caller may be one of the two phones."""
    winner, loser = (retriever, sibling) if fates[0] == "wins" else (sibling, retriever)
    after = sight(seen.after, seen.call.id)
    if winner == seen.call.extension or loser == seen.call.extension or None in fates:
        return None
    if not after.parking and after.involving(loser) and not after.involving(winner):
        return ONE_WINNER, f"{winner} was told it has the call, and {loser} has it: {seen}"
    return None


def _is_not_offered(seen: Round) -> bool:
    place = seen.racers.index("hang-up")
    response = seen.exchanges[place].response
    return response is not None and response.status in NOT_OFFERED


def _numbers(seen: Round) -> tuple[int, ...]:
    after = (seen.after.number,) if seen.after is not None else ()
    return (*(one.number for one in seen.exchanges), *after)
