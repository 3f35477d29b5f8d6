"""Sequences of requests as data: what was done, in words that hold on any target, and how it becomes a request.

A step names calls by their place in the sequence and people by their part in the world, so that a sequence can be
played again on fresh calls, on another day and on another target.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from contract_tests.draft import Draft, Setting, documented
from contract_tests.exchange import Request
from contract_tests.world import KnownCall, World

Deed = Literal["park", "unpark", "park-again", "list", "race"]
DEEDS = ("park", "unpark", "park-again", "list", "race")
Kind = Literal["value", "absent", "world", "view-of", "raw"]
OUTER = ("user", "extension", "call_id", "authorization", "content_type", "encode_all", "suffix")
"""The parts of a request that are no members of its payload, as `Draft` calls them."""
OMISSIBLE = ("authorization", "content_type")
MAX_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part of the page's request that is not as printed: one of `OUTER`, a member, or the whole `body`.

    `kind` says what stands there instead: a JSON `value`, nothing (`absent`), what the world calls by that name
    (`world`), the view of another call of the sequence (`view-of`), or text in place of the body (`raw`).
    """

    part: str
    kind: Kind = "value"
    value: Any = None

    def __str__(self) -> str:
        if self.kind == "absent":
            return f"without {self.part}"
        if self.kind == "world":
            return f"{self.part} of {str(self.value).replace('_', ' ')}"
        if self.kind == "view-of":
            return f"the view of call {self.value + 1}"
        shown = ascii(self.value) if isinstance(self.value, str) else json.dumps(self.value)
        return f"{self.part} {shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 3] + '...'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Park a fresh call, retrieve one, park it again by the vendor's method, list one, or let requests race for one.

    `call` counts the calls of the sequence from 0. `what` is where to park (`own`, `sibling`, `witness`) or which
    race to run.
    """

    does: Deed
    call: int = 0
    what: str = "own"
    changes: tuple[Change, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The step as a plain object, without what does not apply to it."""
        if self.does in ("park", "race"):
            return {"does": self.does, "what": self.what}
        if self.does in ("list", "park-again"):
            return {"does": self.does, "call": self.call}
        changes = [
            {"part": one.part, "kind": one.kind} | ({} if one.kind == "absent" else {"value": one.value})
            for one in self.changes
        ]
        return {"does": self.does, "call": self.call, "changes": changes}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Step:
        """The reverse of `as_json`. Raises ValueError, KeyError or TypeError for what it did not write."""
        if value["does"] not in DEEDS:
            raise ValueError(f"a step does not {value['does']!r}")
        return cls(
            does=cast(Deed, value["does"]),
            call=int(value.get("call", 0)),
            what=str(value.get("what", "own")),
            changes=tuple(
                Change(part=one["part"], kind=one["kind"], value=one.get("value"))
                for one in value.get("changes", ())
            ),
        )

    def __str__(self) -> str:
        if self.does == "race":
            return f"race {self.what}"
        if self.does == "park":
            return "park a call" + {"sibling": " at a second extension", "witness": " with another view"}.get(
                self.what, ""
            )
        if self.does == "list":
            return f"list call {self.call + 1}"
        if self.does == "park-again":
            return f"Park call {self.call + 1}"
        changes = " and ".join(str(change) for change in self.changes)
        return f"UnPark call {self.call + 1}" + (f" with {changes}" if changes else "")


def digest(steps: Sequence[Step]) -> str:
    """A short name for a sequence."""
    text = json.dumps([step.as_json() for step in steps], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def told(steps: Sequence[Step]) -> str:
    """A sequence in words."""
    return "; ".join(str(step) for step in steps)


def size(steps: Sequence[Step]) -> tuple[int, int, int]:
    """How long a sequence is; the shorter one says the same more plainly."""
    text = json.dumps([step.as_json() for step in steps])
    return len(steps), sum(len(step.changes) for step in steps), len(text)


def request_of(step: Step, calls: Sequence[KnownCall], world: World) -> Request | None:
    """The request of an `unpark` step, or None where the world has not what it takes."""
    call = calls[step.call % len(calls)]
    draft = documented(Setting(world=world, call=call))
    for change in step.changes:
        changed = _changed(draft, change, calls, world)
        if changed is None:
            return None
        draft = changed
    return draft.request()


def parking(call: KnownCall) -> Request:
    """The vendor's Park of a call that is on the phone."""
    draft = Draft(user=call.user, extension=call.extension, call_id=call.id)
    return replace(draft, payload={"action": "Park", "phoneCallViewId": call.view}).request()


def _changed(draft: Draft, change: Change, calls: Sequence[KnownCall], world: World) -> Draft | None:
    if change.kind == "raw":
        return replace(draft, raw=str(change.value).encode("latin-1"))
    if change.kind == "absent" and change.part in OUTER:
        return _with(draft, change.part, None) if change.part in OMISSIBLE else None
    if change.kind == "absent":
        payload = {name: value for name, value in draft.payload.items() if name != change.part}
        return replace(draft, payload=payload)
    value = change.value
    if change.kind == "world":
        value = getattr(world, str(change.value), None)
    elif change.kind == "view-of":
        value = calls[int(change.value) % len(calls)].view
    if value is None and change.kind == "world":
        return None
    if change.part in OUTER:
        return None if _is_lacking(str(value), world) else _with(draft, change.part, value)
    return replace(draft, payload=draft.payload | {change.part: value})


def _with(draft: Draft, part: str, value: Any) -> Draft:
    parts: dict[str, Any] = {part: value if value is None or part == "encode_all" else str(value)}
    return replace(draft, **parts)


def _is_lacking(value: str, world: World) -> bool:
    return ("${other_token}" in value and not world.has_other_token) or (
        "${expired_token}" in value and not world.has_expired_token
    )
