"""Valid variations packed into few requests, for rungs that have only a handful of calls.

Two cases fit into one request when they agree on every part of it that both of them set. A packed request that
retrieves its call shows all of its cases; one that is refused has not used its call up, and its halves are tried on
that very call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from contract_tests.case import Case
from contract_tests.draft import DoesNotArise, Draft, Lacking, Setting, documented
from contract_tests.exchange import Request
from contract_tests.expectation import expect
from contract_tests.expectation.members import KNOWN_MEMBERS

Parts = dict[str, Any]
ABSENT: Any = object()
"""In the place of a member's value: the member is left out."""
UNTOUCHED: Any = object()
"""In the place of any part's value: nobody set it."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Cases that share a request, and the parts that they set in it; without parts the case stands alone."""

    cases: tuple[Case, ...]
    parts: Parts | None

    @property
    def leader(self) -> Case:
        """The case under whose id the request is sent."""
        return self.cases[0]

    @property
    def is_elsewhere(self) -> bool:
        """Whether its call is parked at the user's second extension; only its first case asks for that."""
        return self.leader.elsewhere

    def halves(self) -> tuple[Pack, Pack]:
        """The pack as two, for when it was refused and one of its cases is to blame."""
        middle = len(self.cases) // 2
        return Pack(self.cases[:middle], self.parts), Pack(self.cases[middle:], self.parts)

    def request(self, setting: Setting) -> Request:
        """The page's request with the parts that the cases of this pack set."""
        draft = documented(setting)
        for case in self.cases:
            draft = _with_parts(draft, _parts(case, setting) or {})
        return draft.request()


def packed(cases: Iterable[Case], setting: Setting) -> tuple[tuple[Case, ...], list[Pack]]:
    """The cases that the page's own request shows as it is, and the others in as few packs as a first fit finds.

    A case with a call elsewhere takes the last of the packs along that it agrees with: that call can show both. Cases
    that cannot share a request come last, each alone: those that the setting has no means for, and those that a target
    may well refuse, which would drag others along.
    """
    own = _all_parts(documented(setting))
    along: list[Case] = []
    packs: list[Pack] = []
    alone: list[Pack] = []
    elsewhere: list[tuple[Case, Parts]] = []
    for case in cases:
        parts = _parts(case, setting)
        if parts is not None and case.elsewhere and setting.world.sibling is not None:
            elsewhere.append((case, parts))
        elif parts is None or case.elsewhere:
            alone.append(Pack((case,), None))
        elif all(own[name] == value for name, value in parts.items()):
            along.append(case)
        else:
            _put(case, parts, packs)
    for case, parts in elsewhere:
        _join(case, parts, packs)
    return tuple(along), packs + alone


def _put(case: Case, parts: Parts, packs: list[Pack]) -> None:
    for place, pack in enumerate(packs):
        if _agrees(parts, pack):
            packs[place] = Pack((*pack.cases, case), (pack.parts or {}) | parts)
            return
    packs.append(Pack((case,), parts))


def _join(case: Case, parts: Parts, packs: list[Pack]) -> None:
    for place, pack in reversed(list(enumerate(packs))):
        if _agrees(parts, pack) and not pack.is_elsewhere:
            packs[place] = Pack((case, *pack.cases), (pack.parts or {}) | parts)
            return
    packs.append(Pack((case,), parts))


def _agrees(parts: Parts, pack: Pack) -> bool:
    set_already = pack.parts or {}
    return all(set_already[name] == parts[name] for name in set_already.keys() & parts.keys())


def _parts(case: Case, setting: Setting) -> Parts | None:
    """The parts of the request that a case sets, and to what; None where it cannot share a request."""
    if case.change is None:
        return None
    blank = Draft(
        user=UNTOUCHED,
        extension=UNTOUCHED,
        call_id=UNTOUCHED,
        payload=dict.fromkeys(KNOWN_MEMBERS, UNTOUCHED),
        content_type=UNTOUCHED,
        authorization=UNTOUCHED,
        suffix=UNTOUCHED,
        encode_all=UNTOUCHED,
    )
    try:
        parts = _all_parts(case.change(blank, setting))
        request = case.request(setting)
    except (Lacking, DoesNotArise):
        return None
    if expect(request, setting.world.holding([setting.call]), "document").mild:
        return None
    return {name: value for name, value in parts.items() if value is not UNTOUCHED and value is not None}


def _all_parts(draft: Draft) -> Parts:
    outer = {field.name: getattr(draft, field.name) for field in fields(Draft) if field.name != "payload"}
    return outer | {name: draft.payload.get(name, ABSENT) for name in KNOWN_MEMBERS}


def _with_parts(draft: Draft, parts: Parts) -> Draft:
    outer = {name: value for name, value in parts.items() if name not in KNOWN_MEMBERS}
    payload = draft.payload | {name: value for name, value in parts.items() if name in KNOWN_MEMBERS}
    present = {name: value for name, value in payload.items() if value is not ABSENT}
    return replace(draft, payload=present, **outer)
