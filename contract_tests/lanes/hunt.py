"""Trying many requests one by one, on as few calls as they leave in the lot."""

from __future__ import annotations

from dataclasses import dataclass, field

from contract_tests.exchange import Response
from contract_tests.lanes.lot import Standing
from contract_tests.lanes.player import Player, Table
from contract_tests.lanes.shrinking import Found
from contract_tests.lanes.steps import Change, Step

MOST_STEPS = 30
TRIES = 3


@dataclass(kw_only=True)
class Hunt:
    """Tries requests, each on a call that is in the lot, and says what goes wrong. `case` is whom exchanges belong to.

    `muted` are clauses known to be broken, of which `base` were so before anything was explored; `tried` counts. What
    was found since, and by now is muted, is `seen_again`. Of the calls it keeps one for each place to park at.
    """

    table: Table
    case: str
    muted: set[str]
    base: frozenset[str] = frozenset()
    seen_again: bool = False
    tried: int = 0
    unanswered: list[tuple[Change, ...]] = field(default_factory=list)
    last_response: Response | None = None
    _players: dict[str, Player] = field(default_factory=dict)

    def try_(self, changes: tuple[Change, ...], place: str = "own") -> Found | None:
        """What goes wrong with a request that nothing known accounts for. May raise `CannotGoOn`.

        A request that gets no answer is sent again on a fresh call; one that never gets any is `unanswered`. One that
        this world has not the means for is not sent, and not counted.
        """
        self.last_response = None
        for _ in range(TRIES):
            player = self._ready(place)
            if player is None:
                return None
            sent = len(player.requests)
            troubles = player.play(Step(does="unpark", changes=changes))
            if len(player.requests) == sent:
                return None
            self.last_response = player.last_response
            if self.last_response is not None:
                self.tried += 1
                news = next((one for one in troubles if one.is_news(self.muted)), None)
                self.seen_again |= news is None and any(one.is_news(self.base) for one in troubles)
                return None if news is None else Found(steps=tuple(player.steps), trouble=news)
        self.tried += 1
        self.unanswered.append(changes)
        return None

    def end(self) -> None:
        """Ends the calls that are left, all together: there are hooks that take down whatever they set up."""
        for player in self._players.values():
            player.end()
        self._players.clear()

    def _ready(self, place: str) -> Player | None:
        """A player whose call is in the lot; None where none can be parked at this place."""
        player = self._players.get(place)
        if player is not None and _is_ready(player):
            return player
        if player is not None:
            self.end()
        player = Player(table=self.table, case=self.case)
        player.play(Step(does="park", what=place))
        if not player.lot.calls:
            return None
        self._players[place] = player
        return player


def _is_ready(player: Player) -> bool:
    return player.lot.standings == (Standing.PARKED,) and len(player.steps) < MOST_STEPS
