"""The rung `api`: the vendor's own methods place a call, wait until it is on call, and park it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contract_tests.draft import ROOT, listing
from contract_tests.exchange import Exchange, Request
from contract_tests.expectation.expect import parse_json
from contract_tests.settling import look_until
from contract_tests.sighting import ON_CALL, SeenView, Sighting, listed_calls, sight
from contract_tests.state.rung import RungError, Script, quoted, said_in
from contract_tests.target import Target
from contract_tests.world import TOKEN, KnownCall, World, same_extension

TRIES = 2


@dataclass(frozen=True, slots=True)
class ApiRung:
    """Calls `destination` from the extension and parks the call; the phone at `destination` has to pick up.

    `patience` is how many seconds a step may take to show in a listing. A call of which the answer got lost is looked
    for there, and only one that does not show is placed again: a phone may ring already. Where nothing can be told from
    listings it is not placed again.
    """

    target: Target
    world: World
    destination: str
    sleep: Callable[[float], None]
    patience: float = 10.0
    name: str = "api"
    is_scarce: bool = False
    _known: set[str] = field(init=False, default_factory=set, repr=False)
    _listed: set[str] = field(init=False, default_factory=set, repr=False)

    def parked(self, count: int, extension: str | None = None) -> list[KnownCall]:
        return [self._park(*self._talking(extension or self.world.extension)) for _ in range(count)]

    def witness(self) -> KnownCall:
        return self.parked(1)[0]

    def talking(self) -> KnownCall:
        return self._talking(self.world.extension)[0]

    def _talking(self, extension: str) -> tuple[KnownCall, Sighting]:
        """A call on the phone, and how it was seen there."""
        call = self._place(extension)
        sighting = self._wait(call, "be on call", lambda seen: _on_call(seen) is not None)
        view = _own_view(sighting.views, call.extension) or sighting.views[0]
        return replace(call, view=view.id, views=tuple(one.id for one in sighting.views)), sighting

    def release(self, calls: Sequence[KnownCall]) -> None:
        for call in calls:
            request = replace(listing(call.user, call.extension, call.id), method="DELETE")
            self.target.exchange(request, role="tear-down")

    @property
    def script(self) -> Script:
        return Script(again=self._again)

    def _again(self, call: KnownCall) -> list[str]:
        body = json.dumps(self._placing(call.extension))
        url = shlex.quote(f"{self.target.url}{ROOT}/{self.world.user}/simple")
        return [
            f"# place a call, park it, and put its id for {call.id} into the lines below:",
            f'curl -sS -X POST {url} -H "Authorization: Bearer $CALLPARK_TOKEN"'
            f" -H 'Content-Type: application/json' -d '{body}'",
        ]

    def _placing(self, extension: str) -> dict[str, Any]:
        view = {"source": [extension], "destination": [self._other(extension)]}
        return {"extension": extension, "phoneCallView": [view]}

    def _other(self, extension: str) -> str:
        """The phone that is called from an extension."""
        return self.destination if self.destination != extension else self.world.extension

    def _place(self, extension: str) -> KnownCall:
        body = json.dumps(self._placing(extension)).encode()
        request = _json_request("POST", f"{ROOT}/{self.world.user}/simple", body)
        if extension not in self._listed:
            there = _ids_in(self._listing_of(extension))
            if there is not None:
                self._known.update(there)
                self._listed.add(extension)
        identifier: object = None
        for tries_left in reversed(range(TRIES)):
            answer = self.target.exchange(request, role="set-up")
            if answer.response is not None:
                calls = self._calls_in(answer, "placing a call")
                identifier = calls[0].get("id") if calls else None
                break
            found = self._found(extension)
            if found:
                identifier = found[0]
                break
            if found is None or not tries_left:
                raise RungError(
                    f"placing a call was answered: {self._answered(answer)};"
                    f" {self._other(extension)} may ring all the same"
                )
        if not isinstance(identifier, str):
            raise RungError("placing a call was answered without an id")
        self._known.add(identifier)
        return KnownCall(id=identifier, user=self.world.user, extension=extension, view="", parked=False)

    def _found(self, extension: str) -> list[str] | None:
        """The call that was placed although no answer came: the one to the other phone that was not there before.

        A call that was there belongs to somebody else, who talks. None where it cannot be told whether there is one.
        """
        if extension not in self._listed:
            return None
        other = self._other(extension)

        def look() -> list[str] | None:
            listed = self._listing_of(extension)
            there = _ids_in(listed)
            if there is None:
                return None
            seen = {one: sight(listed, one) for one in there if one not in self._known}
            return [one for one, how in seen.items() if how.involving(other) and not how.parking]

        found, _ = look_until(look, lambda calls: calls is None or len(calls) == 1, self.sleep, self.patience)
        return found if found is not None and len(found) < 2 else None

    def _park(self, call: KnownCall, sighting: Sighting) -> KnownCall:
        for view in _views_to_park(sighting.views, call.extension):
            body = json.dumps({"action": "Park", "phoneCallViewId": view.id}).encode()
            target = listing(call.user, call.extension, call.id).target
            answer = self.target.exchange(_json_request("PUT", target, body), role="set-up")
            if answer.response is not None and answer.response.status in (200, 201, 202):
                return self._parked_as(call)
        raise RungError(f"call {call.id} could not be parked: {self._answered(answer)}")

    def _parked_as(self, call: KnownCall) -> KnownCall:
        seen = self._wait(call, "be parked", lambda sighting: bool(sighting.parking))
        view = next(one for one in seen.views if one.parking)
        return replace(call, view=view.id, views=tuple(one.id for one in seen.views), parked=True)

    def _wait(self, call: KnownCall, wish: str, holds: Callable[[Sighting], bool]) -> Sighting:
        silent = 0

        def look() -> Sighting:
            nonlocal silent
            listed = self._list(call)
            silent = silent + 1 if listed.timed_out else 0
            if silent == TRIES:
                raise RungError(f"listing call {call.id} was answered: {self._answered(listed)}")
            return sight(listed, call.id)

        sighting, _ = look_until(look, holds, self.sleep, self.patience)
        if holds(sighting):
            return sighting
        raise RungError(f"call {call.id} did not come to {wish} within {self.patience:g} seconds")

    def _calls_in(self, exchange: Exchange, deed: str) -> list[Mapping[str, Any]]:
        if exchange.response is None or exchange.response.status not in (200, 201, 202):
            raise RungError(f"{deed} was answered: {self._answered(exchange)}")
        try:
            return listed_calls(parse_json(exchange.response.body)) or []
        except ValueError as error:
            raise RungError(f"{deed} was answered with what is no JSON: {error}") from error

    def _answered(self, exchange: Exchange) -> str:
        response = exchange.response
        if response is None:
            return quoted(exchange.trouble or "nothing", self.target.secrets)
        return f"{response.status} {said_in(response.body, self.target.secrets)!r}"

    def _listing_of(self, extension: str) -> Exchange:
        return self.target.exchange(listing(self.world.user, extension, None), role="set-up")

    def _list(self, call: KnownCall) -> Exchange:
        return self.target.exchange(listing(call.user, call.extension, call.id), role="set-up")


def _json_request(method: str, target: str, body: bytes) -> Request:
    headers = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"))
    return Request(method=method, target=target, headers=headers, body=body)


def _ids_in(listed: Exchange) -> list[str] | None:
    """The calls in a listing of an extension; None where it does not say which there are."""
    response = listed.response
    if response is None or response.is_too_long or response.status not in (200, 204, 404):
        return None
    try:
        calls = listed_calls(parse_json(response.body)) if response.status == 200 else []
    except ValueError:
        return None
    return None if calls is None else [call["id"] for call in calls if isinstance(call.get("id"), str)]


def _on_call(sighting: Sighting) -> SeenView | None:
    return next((view for view in sighting.views if view.status == ON_CALL), None)


def _own_view(views: Sequence[SeenView], extension: str) -> SeenView | None:
    return next((view for view in views if same_extension(view.extension, extension)), None)


def _views_to_park(views: Sequence[SeenView], extension: str) -> list[SeenView]:
    """The other party's view first, as the vendor's own client parks; then the rest."""
    return sorted(views, key=lambda view: same_extension(view.extension, extension))
