"""The request seam: what comes in is read as something else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from mockserver.defect import CrashError, Received

Test = Callable[[Any], bool]
Request = Callable[[Received], Received]


def member(name: str, *, if_: Test, becomes: Any) -> Request:
    """Rewrite one member of an UnPark payload; becoming `...` removes it."""
    return members({name: if_}, name, becomes=becomes)


def members(tests: dict[str, Test], name: str, *, becomes: Any) -> Request:
    """Rewrite one member when several fit their tests; `...` stands for a member that is missing."""

    def rewrite(received: Received) -> Received:
        payload = received.json()
        fits = all(test(payload.get(each, ...)) for each, test in tests.items())
        return with_member(received, name, becomes) if received.is_unpark and fits else received

    return rewrite


def with_member(received: Received, name: str, value: Any) -> Received:
    payload = {key: each for key, each in received.json().items() if key != name}
    if value is not ...:
        payload[name] = value
    return replace(received, body=orjson.dumps(payload))


def action(*, if_: Test) -> Request:
    """Any action that fits is taken for UnPark."""

    def rewrite(received: Received) -> Received:
        payload = received.json()
        fits = received.method == "PUT" and bool(payload) and if_(payload.get("action", ...))
        return with_member(received, "action", "UnPark") if fits else received

    return rewrite


def segments(change: Callable[[Received, list[str]], list[str]]) -> Request:
    """Rewrite user, extension and call id of an UnPark."""

    def rewrite(received: Received) -> Received:
        if not received.is_unpark:
            return received
        changed = change(received, received.segments)
        return replace(received, path="/".join([*received.path.split("/")[:3], *changed]))

    return rewrite


def path(old: str, new: str) -> Request:
    return lambda received: replace(received, path=received.path.replace(old, new))


def authorization(change: Callable[[Received, str | None], str | None]) -> Request:
    """Rewrite the header Authorization, None where there is none."""

    def rewrite(received: Received) -> Received:
        given = received.headers.get("authorization")
        changed = change(received, given)
        if changed == given or changed is None:
            return received
        return replace(received, headers={**received.headers, "authorization": changed})

    return rewrite


def payload(*, if_: Callable[[bytes], bool], becomes: bytes) -> Request:
    return lambda received: (
        replace(received, body=becomes) if received.method == "PUT" and if_(received.body) else received
    )


def crash(*, if_: Callable[[Received], bool]) -> Request:
    """A PUT that fits brings the server down."""

    def rewrite(received: Received) -> Received:
        if received.method == "PUT" and if_(received):
            raise CrashError
        return received

    return rewrite
