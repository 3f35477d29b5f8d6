"""Events, standings and journal entries as JSON and back: names and members, nothing that could be run.

What is written here is read by later versions: a member may be added with a default, none renamed or removed without
another FORMAT.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from mockserver.behaviour import BehaviourSet
from mockserver.clock import ClockSet
from mockserver.journal.entry import Body, Cause, Entry, Exchange, Happening, Reply
from mockserver.request_pattern import Headers
from mockserver.simulator.events import (
    AnsweringSet,
    CallAnswered,
    CallEnded,
    CallParked,
    CallPlaced,
    CallRetrieved,
    ComebackAnswered,
    ComebackStarted,
    Event,
    RetrievalGivenUp,
    RetrievalStarted,
)
from mockserver.simulator.layered import as_dictionary
from mockserver.store.beginning import Begun
from mockserver.store.seam import SessionEvent, Standing
from mockserver.store.snapshot import WorldSet
from mockserver.wire_faults.arsenal import FaultsSet

FORMAT: Final = 1

_KINDS: Final[tuple[type[Any], ...]] = (
    AnsweringSet,
    BehaviourSet,
    Begun,
    CallAnswered,
    CallEnded,
    CallParked,
    CallPlaced,
    CallRetrieved,
    ClockSet,
    ComebackAnswered,
    ComebackStarted,
    FaultsSet,
    RetrievalGivenUp,
    RetrievalStarted,
    WorldSet,
)


class UnreadableError(ValueError):
    """What is stored is not what this version writes."""


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    return as_dictionary(value)


def _typed(kind: type[Any], value: object) -> object:
    if issubclass(kind, Path):
        return Path(str(value))
    raise TypeError(f"{kind.__name__} is not stored")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_plain)
_TAGGED: Final = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_EVENTS: Final[Mapping[str, msgspec.json.Decoder[Any]]] = {
    kind.__name__: msgspec.json.Decoder(kind, dec_hook=_typed) for kind in _KINDS
}
_STANDING: Final = msgspec.json.Decoder(Standing, dec_hook=_typed)


class _Exchange(msgspec.Struct, kw_only=True):
    """An exchange whose events are tagged with their names; the members of the two are the same."""

    method: str
    target: bytes
    scheme: str
    headers: Headers
    session: str | None
    at: float | None
    answered: float | None
    number: int
    body: Body
    reply: Reply | None
    lost: Reply | None
    events: list[tuple[str, msgspec.Raw]]
    faults: tuple[str, ...]
    preference: str | None
    has_left: bool
    kind: Literal["exchange"]


class _Happening(msgspec.Struct, kw_only=True):
    at: float
    events: list[tuple[str, msgspec.Raw]]
    cause: Cause
    number: int
    kind: Literal["happening"]


_ENTRIES: Final[Mapping[bool, msgspec.json.Decoder[Any]]] = {
    True: msgspec.json.Decoder(_Exchange),
    False: msgspec.json.Decoder(_Happening),
}


class _Kind(msgspec.Struct):
    kind: Literal["exchange", "happening"]


_KIND: Final = msgspec.json.Decoder(_Kind)


def event_as_bytes(event: SessionEvent) -> bytes:
    return _ENCODER.encode((type(event).__name__, event))


def event_from(data: bytes) -> SessionEvent:
    """Raise UnreadableError."""
    try:
        found: SessionEvent = _event(*_TAGGED.decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableError(f"an event cannot be read: {error}") from None
    return found


def standing_as_bytes(standing: Standing) -> bytes:
    return _ENCODER.encode(standing)


def standing_from(data: bytes) -> Standing:
    """Raise UnreadableError."""
    try:
        return _STANDING.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableError(f"a standing cannot be read: {error}") from None


def entry_as_bytes(entry: Entry) -> bytes:
    return _ENCODER.encode(
        {**_members(entry), "events": [(type(each).__name__, each) for each in entry.events]}
    )


def entry_from(data: bytes) -> Entry:
    """Raise UnreadableError."""
    try:
        found = _ENTRIES[_KIND.decode(data).kind == "exchange"].decode(data)
        events = [_event(*each) for each in found.events]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableError(f"an entry of the journal cannot be read: {error}") from None
    members = {name: getattr(found, name) for name in found.__struct_fields__}
    return _entry(found, members, events)


def _entry(found: _Exchange | _Happening, members: dict[str, Any], events: Sequence[Event]) -> Entry:
    if isinstance(found, _Exchange):
        return Exchange(**{**members, "events": events})
    return Happening(**{**members, "events": tuple(events)})


def _members(entry: Entry) -> dict[str, Any]:
    """Those that are kept; the life of an exchange is this process's own."""
    shape = _Exchange if entry.kind == "exchange" else _Happening
    return {name: getattr(entry, name) for name in shape.__struct_fields__}


def _event(name: str, data: msgspec.Raw) -> Any:
    if name not in _EVENTS:
        raise UnreadableError(f"an event of kind {name!r} is not known here")
    return _EVENTS[name].decode(data)
