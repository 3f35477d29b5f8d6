"""From a request to what may answer it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from contract_tests.exchange import Request
from contract_tests.expectation import members
from contract_tests.expectation.outcome import NOT_PARKED, REFUSALS, Outcome, retrieved
from contract_tests.expectation.path import (
    Address,
    call_remarks,
    extension_remarks,
    parse_address,
    user_remarks,
)
from contract_tests.expectation.remark import Fault, Grey, Mild, Remark
from contract_tests.verdict import Reading
from contract_tests.world import EXPIRED_TOKEN, OTHER_TOKEN, TOKEN, KnownCall, World

MOST_NESTED = 250
"""Arrays and objects in each other; whoever walks through a value is never led deeper than Python goes."""
TOO_DEEP = "nested too deeply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The admissible outcomes of a request, and why: its faults, what is grey about it, what is only mild.

    With a grey part and no fault there is nothing to judge and `outcomes` is empty: anything but a server error.
    """

    outcomes: tuple[Outcome, ...]
    faults: tuple[Fault, ...] = ()
    grey: tuple[Grey, ...] = ()
    mild: tuple[Mild, ...] = ()
    call: KnownCall | None = None

    @property
    def is_judged(self) -> bool:
        """Whether the page decides the answer."""
        return bool(self.outcomes)

    @property
    def in_words(self) -> tuple[str, ...]:
        """The admissible outcomes as a report names them, each once."""
        return tuple(dict.fromkeys(f"{one} (noted)" if one.warning else str(one) for one in self.outcomes))


def expect(request: Request, world: World, reading: Reading) -> Expectation:
    """What may answer this request in this world under this reading.

    With several faults every outcome of any of them is admissible (the page sets no order). A grey part beside
    a fault leaves the whole request to observation, since the grey part may be answered first.
    """
    call, remarks = _remarks(request, world)
    faults = tuple(remark for remark in remarks if isinstance(remark, Fault))
    grey = tuple(remark for remark in remarks if isinstance(remark, Grey))
    mild = tuple(remark for remark in remarks if isinstance(remark, Mild))
    if grey:
        outcomes: tuple[Outcome, ...] = ()
    elif faults:
        outcomes = _refusals(faults)
    elif call is None or not call.parked:
        outcomes = NOT_PARKED + _mild_refusals(mild)
    else:
        outcomes = retrieved(reading) + _mild_refusals(mild)
    return Expectation(outcomes=outcomes, faults=faults, grey=grey, mild=mild, call=call)


def parse_json(body: bytes | None) -> Any:
    """The JSON value of a body.

    Raises ValueError for what is no JSON (bad UTF-8, NaN), and its subclass `OpenJson` for what parsers read
    differently (a member twice, nesting beyond reason). A number too long for any machine comes as infinity.
    """
    if body is None:
        raise ValueError("there is no body")
    try:
        text = body.decode("utf-8")
        if text.startswith("\ufeff"):
            raise ValueError("it begins with a byte order mark")
        value = _JSON.decode(text)
    except RecursionError as error:
        raise OpenJson(TOO_DEEP) from error
    if body.count(b"[") + body.count(b"{") > MOST_NESTED and _is_deeper(value, MOST_NESTED):
        raise OpenJson(TOO_DEEP)
    return value


def _refusals(faults: tuple[Fault, ...]) -> tuple[Outcome, ...]:
    return tuple(dict.fromkeys(outcome for fault in faults for outcome in REFUSALS[fault.clause]))


def _mild_refusals(mild: tuple[Mild, ...]) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(status=status, warning=f"refused although allowed: {remark.what}")
        for remark in mild
        for status in (400, 422)
    )


def _remarks(request: Request, world: World) -> tuple[KnownCall | None, list[Remark]]:
    address = parse_address(request.target)
    if request.method != "PUT" or address is None:
        return None, [Grey("the request is not one of this method")]
    acting_as, remarks = _authorization_remarks(request, world)
    call = world.call(address.call_id) if address.call_id is not None else None
    remarks += [Grey(oddity) for oddity in address.oddities]
    if acting_as is not None:
        remarks += _address_remarks(address, acting_as, call, world)
    remarks += _body_remarks(request, call, world)
    return call, remarks


def _address_remarks(
    address: Address, acting_as: str, call: KnownCall | None, world: World
) -> Iterator[Remark]:
    yield from user_remarks(address, acting_as, world)
    yield from extension_remarks(address, acting_as, call, world)
    yield from call_remarks(address, call)


def _authorization_remarks(request: Request, world: World) -> tuple[str | None, list[Remark]]:
    """Whom the request acts for (None: nobody), and what is wrong with how it says so."""
    values = [value for name, value in request.headers if name.lower() == "authorization"]
    if not values:
        return None, [Fault("access/no-token", "there is no Authorization header")]
    if len(values) > 1:
        return None, [Grey("there are several Authorization headers")]
    scheme, _, token = values[0].partition(" ")
    if scheme != "Bearer" and scheme.lower() == "bearer":
        return None, [Grey(f"the scheme is spelt {scheme}")]
    if scheme != "Bearer" or not token.strip():
        return None, [Fault("access/malformed-header", "the Authorization header holds no Bearer token")]
    if token == TOKEN:
        return world.user, []
    if token == OTHER_TOKEN:
        return (
            (world.foreign_user, []) if world.foreign_user else (None, [Grey("the other user is not known")])
        )
    if token == EXPIRED_TOKEN:
        return None, [Fault("access/expired-token", "the token has expired")]
    return None, [Fault("access/unknown-token", "nobody issued this token")]


def _body_remarks(request: Request, call: KnownCall | None, world: World) -> Iterator[Remark]:
    try:
        payload = parse_json(request.body)
    except OpenJson as error:
        yield Grey(str(error))
        return
    except ValueError as error:
        yield Fault("request/payload-not-json", f"the payload is no JSON: {error}")
        return
    if not isinstance(payload, dict):
        yield Fault("request/payload-not-json", "the payload is no JSON object")
        return
    if (request.header("content-type") or "").partition(";")[0].strip().lower() != "application/json":
        yield Grey("the payload is not announced as application/json")
    yield from members.action_remarks(payload.get("action", members.ABSENT))
    yield from members.view_remarks(payload.get("phoneCallViewId", members.ABSENT), call, world)
    yield from members.send_call_to_remarks(payload.get("sendCallTo", members.ABSENT), world)
    yield from members.caller_id_remarks(payload.get("callerId", members.ABSENT))
    yield from members.wait_for_pickup_remarks(payload.get("waitForPickup", members.ABSENT))
    yield from members.unknown_member_remarks(payload)


class OpenJson(ValueError):
    """JSON that parsers are free to read differently."""


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether there are more arrays and objects in each other than that; told without recursion."""
    level = [value]
    for _ in range(levels + 1):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members_by_name = dict(pairs)
    if len(members_by_name) < len(pairs):
        raise OpenJson("a member stands twice in the payload")
    return members_by_name


def _whole_number(digits: str) -> float:
    return int(digits) if len(digits) <= 100 else float(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_JSON = json.JSONDecoder(
    parse_int=_whole_number, parse_constant=_refuse_constant, object_pairs_hook=_unique_members
)
